import { assertEquals, assertThrows } from "@std/assert";
import { MAX_PAYLOAD } from "../wire/constants.ts";
import { decodePacket, encodePacket, type Packet } from "./packet.ts";
import { ProtocolError } from "../errors/protocol_error.ts";

/** A frame of one type with a payload of zeros. */
function zeros(type: number, length: number): Uint8Array {
  const frame = new Uint8Array(14 + length);
  frame[0] = 1;
  frame[1] = type;
  new DataView(frame.buffer).setUint32(10, length);
  return frame;
}

const ID = 2n ** 64n - 1n;

const OWN: { name: string; packet: Packet; hex: string }[] = [
  {
    name: "credit",
    packet: { type: "credit", packetId: 5n, sessionId: ID, bytes: 2 ** 32 - 1 },
    hex: "016200000000000000050000000cffffffffffffffffffffffff",
  },
  {
    name: "conn with extensions",
    packet: {
      type: "conn",
      packetId: 1n,
      flags: 0x18,
      clientId: 0n,
      body: {
        error: "",
        ext: ["cancel", "credit"],
        window: [262144, 1048576],
      },
    },
    hex: "0101000000000000000100000043" + "18000000000000000000" +
      new TextEncoder().encode(
        '{"ext":["cancel","credit"],"window":[262144,1048576]}',
      ).toHex(),
  },
];

for (const { name, packet, hex } of OWN) {
  Deno.test(`${name} has its own layout`, () => {
    const frame = encodePacket(packet);
    assertEquals(
      frame.toHex(),
      hex.replace(
        /^(.{20}).{8}/,
        `$1${(frame.length - 14).toString(16).padStart(8, "0")}`,
      ),
    );
    assertEquals(decodePacket(frame), packet);
  });
}

const SHORTEST: [string, number, number][] = [
  ["conn", 0x01, 12],
  ["conn ack", 0x02, 11],
  ["disconn ack", 0x12, 3],
  ["farewell", 0x13, 2],
  ["session", 0x31, 12],
  ["session ack", 0x32, 20],
  ["dismiss", 0x41, 10],
  ["dismiss ack", 0x42, 10],
  ["message", 0x51, 10],
  ["message ack", 0x52, 10],
  ["stream", 0x61, 8],
  ["credit", 0x62, 12],
  ["request", 0x71, 10],
  ["response", 0x72, 10],
  ["request cancel", 0x73, 10],
  ["register", 0x81, 8],
  ["register ack", 0x82, 10],
];

for (const [name, type, shortest] of SHORTEST) {
  Deno.test(`${name} is refused below ${shortest} bytes`, () => {
    for (let length = 0; length < shortest; length++) {
      assertThrows(
        () => decodePacket(zeros(type, length)),
        ProtocolError,
        `payload of ${length} bytes`,
      );
    }
    const frame = zeros(type, shortest);
    frame.set([0x7b, 0x7d], frame.length - 2);
    decodePacket(frame);
  });
}

for (const type of [0x11, 0x21, 0x22]) {
  Deno.test(`type ${type} is refused with a payload`, () => {
    decodePacket(zeros(type, 0));
    assertThrows(() => decodePacket(zeros(type, 1)), ProtocolError);
  });
}

Deno.test("credit is refused with a longer payload", () => {
  assertThrows(() => decodePacket(zeros(0x62, 13)), ProtocolError);
});

for (const type of [0x12, 0x13, 0x32, 0x41, 0x42, 0x73, 0x82]) {
  Deno.test(`type ${type} is refused above 262144 bytes`, () => {
    assertThrows(
      () => decodePacket(zeros(type, 262_145)),
      ProtocolError,
      "262145 bytes",
    );
  });
}

Deno.test("every unknown type is refused", () => {
  const known = new Set([
    0x11,
    0x21,
    0x22,
    ...SHORTEST.map(([, type]) => type),
  ]);
  for (let type = 0; type < 256; type++) {
    if (known.has(type)) continue;
    assertThrows(
      () => decodePacket(zeros(type, 0)),
      ProtocolError,
      `unknown type ${type}`,
    );
  }
});

Deno.test("the version byte is not looked at", () => {
  const frame = zeros(0x21, 0);
  frame[0] = 9;
  assertEquals(decodePacket(frame).type, "heartbeat");
});

Deno.test("the payload may have exactly the greatest length", () => {
  const packet: Packet = {
    type: "stream",
    packetId: 1n,
    sessionId: 1n,
    data: new Uint8Array(MAX_PAYLOAD - 8),
  };
  assertEquals(decodePacket(encodePacket(packet)), packet);
  packet.data = new Uint8Array(MAX_PAYLOAD - 7);
  assertThrows(() => encodePacket(packet), RangeError, "exceeds");
  assertThrows(
    () => decodePacket(zeros(0x61, MAX_PAYLOAD + 1)),
    ProtocolError,
    "10485761",
  );
});

Deno.test("a register ack needs no meta of the right kind", () => {
  const frame = zeros(0x82, 8 + 22);
  frame.set(new TextEncoder().encode('{"meta":5,"error":"x"}'), 22);
  const packet = decodePacket(frame);
  assertEquals(packet.type === "register-ack" && packet.error, "x");
});

Deno.test("a frame is decoded from the middle of a buffer", () => {
  const frame = zeros(0x61, 10);
  const buffer = new Uint8Array(frame.length + 20).fill(0xff);
  buffer.set(frame, 9);
  const packet = decodePacket(buffer.subarray(9, 9 + frame.length));
  assertEquals(packet.type === "stream" && packet.data.length, 2);
});
