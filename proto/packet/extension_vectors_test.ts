import { assertEquals, assertThrows } from "@std/assert";
import { decodePacket, encodePacket } from "./packet.ts";
import { ProtocolError } from "../errors/protocol_error.ts";
import vectors from "../testdata/extension_vectors.json" with { type: "json" };

interface Fields {
  type: string;
  packetId?: string;
  sessionId?: string;
  ext?: string[];
  window?: [number, number] | null;
  bytes?: number;
  cancelType?: number;
  timeoutNs?: string;
  error?: string;
  reason?: string;
  verdict?: string;
  trace?: string;
  hostile?: boolean;
  decodeOnly?: boolean;
}

for (const { name, fields, hex } of vectors) {
  const expected = fields as unknown as Fields;
  Deno.test(`extension vector ${name}`, () => {
    const frame = Uint8Array.fromHex(hex);
    if (expected.hostile) {
      assertThrows(() => decodePacket(frame), ProtocolError);
      return;
    }
    const packet = decodePacket(frame);
    assertEquals(packet.type, expected.type);
    assertEquals(packet.packetId, BigInt(expected.packetId!));
    if (expected.sessionId !== undefined && "sessionId" in packet) {
      assertEquals(packet.sessionId, BigInt(expected.sessionId));
    }
    switch (packet.type) {
      case "conn":
      case "conn-ack":
        assertEquals(packet.body.ext, expected.ext);
        assertEquals(packet.body.window, expected.window ?? undefined);
        break;
      case "credit":
        assertEquals(packet.bytes, expected.bytes);
        break;
      case "request-cancel":
        assertEquals(packet.cancelType, expected.cancelType);
        break;
      case "request":
        assertEquals(packet.body.timeoutNs, BigInt(expected.timeoutNs!));
        assertEquals(packet.body.trace, expected.trace);
        break;
      case "message":
      case "session":
        assertEquals(packet.body.trace, expected.trace);
        break;
      case "session-ack":
      case "dismiss":
        assertEquals(packet.body.error, expected.error);
        break;
      case "response":
      case "message-ack":
        assertEquals(packet.body.error, expected.error);
        assertEquals(packet.body.verdict, expected.verdict);
        break;
      case "farewell":
        assertEquals(packet.reason, expected.reason);
        break;
      default:
        throw new Error(`Cannot check vector of type ${packet.type}`);
    }
    if (!expected.decodeOnly) assertEquals(encodePacket(packet).toHex(), hex);
  });
}
