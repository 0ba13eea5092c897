import { assertEquals } from "@std/assert";
import {
  BODY_AT,
  bodyText,
  CONN_20_S,
  connFrame,
  findValue,
  frame,
  getTag,
  getU32,
  hasPrefix,
  putReply,
  putTag,
  putU32,
  serviceMeta,
  SESSION_ONE,
  u64,
  utf8,
} from "./frames.ts";

// The frames in hex are those that were exchanged with a running gateway (docs/PROTOCOL.md).

Deno.test("connFrame() builds an edge's conn", () => {
  assertEquals(
    connFrame(CONN_20_S).toHex(),
    "010100000000000000010000000c180000000000000000007b7d",
  );
});

Deno.test("connFrame() builds a service's conn with its meta", () => {
  assertEquals(
    connFrame(CONN_20_S, serviceMeta("S", ["t"])).toHex(),
    "010100000000000000010000003d180000000000000000007b226d657461223a2265794a7a5a584a3261574e6c496a6f6955794973496e527663476c6a6379493657794a30496c3139227d",
  );
});

Deno.test("serviceMeta() has null for no topics", () => {
  assertEquals(
    new TextDecoder().decode(serviceMeta("S")),
    '{"service":"S","topics":null}',
  );
});

Deno.test("frame() builds register, request, message and session frames", () => {
  assertEquals(
    frame(0x81, 2, SESSION_ONE, "echo").toHex(),
    "018100000000000000020000000c00000000000000016563686f",
  );
  assertEquals(
    frame(0x71, 2, SESSION_ONE, '{"key":"ZWNobw==","value":"cGluZw=="}')
      .toHex(),
    "017100000000000000020000002d00000000000000017b226b6579223a225a574e6f62773d3d222c2276616c7565223a2263476c755a773d3d227d",
  );
  assertEquals(
    frame(0x51, 3, SESSION_ONE, '{"value":"aGVsbG8=","topic":"t"}').toHex(),
    "015100000000000000030000002800000000000000017b2276616c7565223a22614756736247383d222c22746f706963223a2274227d",
  );
  assertEquals(
    frame(0x31, 4, new Uint8Array([0, 0x10]), u64(1000), '{"peer":"S"}')
      .toHex(),
    "0131000000000000000400000016001000000000000003e87b2270656572223a2253227d",
  );
});

Deno.test("putU32() and getU32() agree, above 2^31 too", () => {
  const bytes = new Uint8Array(6);
  for (const value of [0, 1, 0x1234_5678, 0x8000_0000, 0xffff_ffff]) {
    putU32(bytes, 1, value);
    assertEquals(getU32(bytes, 1), value);
    assertEquals(new DataView(bytes.buffer).getUint32(1), value);
  }
});

Deno.test("putTag() writes base64 that getTag() reads", () => {
  const bytes = new Uint8Array(4);
  for (const value of [0, 1, 63, 64, 0xabcdef, 0xffffff]) {
    putTag(bytes, 0, value);
    assertEquals(getTag(bytes, 0), value);
    const decoded = Uint8Array.fromBase64(new TextDecoder().decode(bytes));
    assertEquals(decoded.toHex(), value.toString(16).padStart(6, "0"));
  }
});

Deno.test("getTag() is negative where a character is not base64", () => {
  assertEquals(getTag(utf8('AA"A'), 0) < 0, true);
});

Deno.test("hasPrefix() does not look past the end", () => {
  const bytes = utf8("abcdef");
  assertEquals(hasPrefix(bytes, 2, 6, utf8("cde")), true);
  assertEquals(hasPrefix(bytes, 2, 4, utf8("cde")), false);
  assertEquals(hasPrefix(bytes, 1, 6, utf8("cde")), false);
});

Deno.test("findValue() finds the value with a right and with a wrong guess", () => {
  const guess = utf8('{"key":"ZWNobw==","value":"');
  const right = utf8('{"key":"ZWNobw==","value":"cGluZw==","deadline":""}');
  assertEquals(findValue(right, 0, right.length, guess), guess.length);
  const bare = utf8('{"value":"cGluZw=="}');
  assertEquals(findValue(bare, 0, bare.length, guess), 10);
  const error = utf8('{"key":"ZWNobw==","error":"record not found"}');
  assertEquals(findValue(error, 0, error.length, guess), -1);
});

Deno.test("putReply() echoes packet id and session id", () => {
  const request = Uint8Array.fromHex(
    "01716b02b33eff02c1340000000a0000000000000001" + "7b7d",
  );
  const reply = new Uint8Array(1 + BODY_AT);
  putReply(reply, 1, request, 0, 0x72, 20);
  assertEquals(
    reply.subarray(1).toHex(),
    "01726b02b33eff02c1340000001c0000000000000001",
  );
});

Deno.test("bodyText() cuts long bodies", () => {
  const bytes = utf8("x".repeat(500));
  assertEquals(bodyText(bytes, 1, 500).length, 200);
  assertEquals(bodyText(bytes, 490, 500).length, 10);
});
