import { assertEquals, assertThrows } from "@std/assert";
import { ProtocolError } from "../errors/protocol_error.ts";
import {
  checkHello,
  type ClusterTerms,
  decodeTerms,
  encodeHello,
  encodeTerms,
} from "./hello.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder();

const TERMS: ClusterTerms = {
  now: 1_790_000_000_123,
  generation: 42,
  number: 4_095,
  mode: "ttl",
  renewMs: 10_000,
  beatMs: 5_000,
  batchRecords: 1_000,
  batchBytes: 65_536,
  batchesInFlight: 4,
};
const TEXT = `{"version":1,"now":1790000000123,"generation":42,"number":4095,` +
  `"mode":"ttl","renew_ms":10000,"beat_ms":5000,"batch_records":1000,` +
  `"batch_bytes":65536,"batches_in_flight":4}`;

Deno.test("terms are written and read", () => {
  assertEquals(decoder.decode(encodeTerms(TERMS)), TEXT);
  assertEquals(decodeTerms(encoder.encode(TEXT)), TERMS);
  const lease = { ...TERMS, mode: "lease" as const };
  assertEquals(decodeTerms(encodeTerms(lease)), lease);
  // A later release may say more.
  const more = `${TEXT.slice(0, -1)},"more":[1]}`;
  assertEquals(decodeTerms(encoder.encode(more)), TERMS);
});

Deno.test("terms without one of their parts, or with a senseless one, are none", () => {
  const whole = encoder.encode(TEXT);
  for (let end = 0; end < whole.length; end++) {
    assertThrows(() => decodeTerms(whole.subarray(0, end)), ProtocolError);
  }
  const said = JSON.parse(TEXT) as Record<string, unknown>;
  for (const key of Object.keys(said)) {
    if (key === "version") continue;
    for (const value of [undefined, -1, 1.5, "x", 2 ** 53, [], true]) {
      const text = JSON.stringify({ ...said, [key]: value });
      assertThrows(() => decodeTerms(encoder.encode(text)), ProtocolError);
    }
  }
  const senseless = JSON.stringify({ ...said, number: 4_096 });
  assertThrows(() => decodeTerms(encoder.encode(senseless)), ProtocolError);
});

Deno.test("a hello has a version", () => {
  checkHello(encodeHello());
  checkHello(encoder.encode(`{"version":7,"more":true}`));
  for (const text of ["", "{}", `{"version":0}`, `{"version":"1"}`, "[1]"]) {
    assertThrows(() => checkHello(encoder.encode(text)), ProtocolError);
  }
});
