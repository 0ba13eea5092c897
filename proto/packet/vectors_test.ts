import { assert, assertEquals, assertThrows } from "@std/assert";
import { DataBody } from "../body/data_body.ts";
import { decodePacket, encodePacket, type Packet } from "./packet.ts";
import { ProtocolError } from "../errors/protocol_error.ts";
import vectors from "../testdata/wire_vectors.json" with { type: "json" };

/** A vector's fields as far as they say what a packet must contain. */
interface Facts {
  packetId: string;
  payloadLength: number;
  hostile?: boolean;
  decodeOnly?: boolean;
  flags0?: string;
  flags1?: string;
  clientId?: string;
  retCode?: number;
  priority?: number;
  negotiateId?: string;
  sessionId?: string;
  metaHex?: string;
  error?: string;
  peer?: string;
  keyHex?: string;
  valueHex?: string;
  customHex?: string;
  topic?: string;
  deadline?: string;
  contextDeadline?: string;
  cancelType?: number;
  method?: string;
  dataHex?: string;
}

const hex = (bytes: Uint8Array | undefined): string => bytes?.toHex() ?? "";
const byteOf = (text: string): number => Number.parseInt(text.slice(2), 16);

/** Compares each stated fact that is there with what was decoded. */
function checkFacts(packet: Packet, facts: Facts): void {
  assertEquals(packet.packetId, BigInt(facts.packetId));
  const seen: Record<string, unknown> = {};
  if ("sessionId" in packet) seen.sessionId = `${packet.sessionId}`;
  if ("negotiateId" in packet) seen.negotiateId = `${packet.negotiateId}`;
  if ("clientId" in packet) seen.clientId = `${packet.clientId}`;
  if ("returnCode" in packet) seen.retCode = packet.returnCode;
  switch (packet.type) {
    case "conn":
      seen.flags0 = packet.flags;
      seen.metaHex = hex(packet.body.meta);
      break;
    case "session":
      seen.priority = packet.priority;
      seen.flags1 = packet.flags;
      seen.metaHex = hex(packet.body.meta);
      seen.peer = packet.body.peer;
      break;
    case "message":
    case "message-ack":
    case "request":
    case "response":
      seen.keyHex = hex(packet.body.key);
      seen.valueHex = hex(packet.body.value);
      seen.customHex = hex(packet.body.custom);
      seen.topic = packet.body.topic;
      seen.error = packet.body.error;
      seen.deadline = packet.body.deadline.text;
      seen.contextDeadline = packet.body.contextDeadline.text;
      break;
    case "conn-ack":
    case "session-ack":
      seen.error = packet.body.error;
      break;
    case "request-cancel":
      seen.cancelType = packet.cancelType;
      break;
    case "register":
      seen.method = new TextDecoder().decode(packet.method);
      break;
    case "stream":
      seen.dataHex = hex(packet.data);
      break;
  }
  const expected: Record<string, unknown> = { ...facts };
  for (const [name, value] of Object.entries(seen)) {
    if (expected[name] === undefined) continue;
    const wanted = name === "flags0" || name === "flags1"
      ? byteOf(String(expected[name]))
      : expected[name];
    assertEquals(value, wanted, name);
  }
}

for (const vector of vectors) {
  const facts: Facts = vector.fields;
  const frame = Uint8Array.fromHex(vector.hex);
  const refused = facts.hostile === true || vector.name.startsWith("reject-");

  Deno.test(`vector ${vector.name}`, () => {
    if (refused) {
      assertThrows(() => decodePacket(frame), ProtocolError);
      return;
    }
    const packet = decodePacket(frame);
    assertEquals(packet.type, vector.type.replaceAll("_", "-"));
    assertEquals(frame.length, 14 + facts.payloadLength);
    checkFacts(packet, facts);
    const again = encodePacket(packet);
    if (!facts.decodeOnly) assertEquals(again.toHex(), vector.hex);
    assertEquals(decodePacket(again), packet);
  });

  Deno.test(`vector ${vector.name}, every shorter frame is refused`, () => {
    for (let length = 0; length < frame.length; length++) {
      const part = frame.subarray(0, length);
      assertThrows(() => decodePacket(part), ProtocolError);
    }
  });

  if (!/^(message|message_ack|request|response)$/.test(vector.type)) continue;

  Deno.test(`vector ${vector.name}, scanned`, () => {
    const body = new DataBody();
    const accepted = body.read(frame, 22, frame.length);
    assertEquals(accepted, !refused);
    if (refused) return;
    const unusual = facts.decodeOnly === true && body.buf !== frame;
    assert(unusual || body.buf === frame, "Took the slow way");
    assertEquals(body.keyBytes().toHex(), facts.keyHex ?? "");
    assertEquals(body.valueBytes().toHex(), facts.valueHex ?? "");
    assertEquals(body.customBytes().toHex(), facts.customHex ?? "");
    assertEquals(body.topicText(), facts.topic ?? "");
    assertEquals(body.errorText(), facts.error ?? "");
  });
}

Deno.test("all vectors are there", () => {
  assertEquals(vectors.length, 92);
  assertEquals(
    vectors.filter((v) => v.name.startsWith("captured-")).length,
    29,
  );
});
