import { assert, assertEquals, assertThrows } from "@std/assert";
import * as fc from "fast-check";
import { ProtocolError } from "../errors/protocol_error.ts";
import { effort } from "../testing/effort.ts";
import {
  decodeEvictions,
  encodeEvictions,
  MAX_EVICTIONS,
} from "./evictions.ts";
import { decodePresenceReply, encodePresenceReply } from "./presence_reply.ts";

const EVICTION = {
  edgeId: 7405239014619127057n,
  stamp: { since: 1_790_000_000_123, seq: 9 },
};
const REPLY = {
  now: 1_790_000_000_500,
  resync: false,
  unavailable: false,
  evictions: [EVICTION, {
    edgeId: 2n ** 64n - 1n,
    stamp: { since: 0, seq: 0 },
  }],
};

Deno.test("a reply is written and read", () => {
  for (const resync of [false, true]) {
    for (const unavailable of [false, true]) {
      const reply = { ...REPLY, resync, unavailable };
      assertEquals(decodePresenceReply(encodePresenceReply(reply)), reply);
    }
  }
  assertEquals(
    encodePresenceReply({ ...REPLY, resync: true, evictions: [EVICTION] })
      .toHex(),
    "0101" + "000001a0c4506df4" + "0001" +
      "66c4b1a62f3c9d11" + "000001a0c4506c7b" + "00000009",
  );
});

Deno.test("evictions are written and read", () => {
  assertEquals(decodeEvictions(encodeEvictions([])), []);
  const many = Array.from({ length: MAX_EVICTIONS }, () => EVICTION);
  assertEquals(decodeEvictions(encodeEvictions(many)), many);
  assertThrows(() => encodeEvictions([...many, EVICTION]), RangeError);
  const stamp = { since: NaN, seq: 0 };
  assertThrows(() => encodeEvictions([{ edgeId: 1n, stamp }]), RangeError);
});

Deno.test("no part of a reply or of evictions is one, nor one with something behind it", () => {
  for (
    const [whole, decode] of [
      [encodePresenceReply(REPLY), decodePresenceReply],
      [encodeEvictions([EVICTION]), decodeEvictions],
    ] as const
  ) {
    for (let end = 0; end < whole.length; end++) {
      assertThrows(() => decode(whole.subarray(0, end)), ProtocolError);
    }
    assertThrows(() => decode(new Uint8Array([...whole, 0])), ProtocolError);
  }
});

Deno.test("what a reply cannot say is refused on both sides", () => {
  for (const now of [-1, 0.5, NaN, 2 ** 53]) {
    assertThrows(() => encodePresenceReply({ ...REPLY, now }), RangeError);
  }
  const bytes = encodePresenceReply({ ...REPLY, evictions: [] });
  const late = bytes.slice().fill(0xff, 2, 10);
  assertThrows(() => decodePresenceReply(late), ProtocolError, "too large");
  const flags = bytes.slice().fill(4, 1, 2);
  assertThrows(() => decodePresenceReply(flags), ProtocolError, "flags 4");
  const version = bytes.slice().fill(2, 0, 1);
  assertThrows(() => decodePresenceReply(version), ProtocolError, "version 2");
  const many = new Uint8Array(2 + (MAX_EVICTIONS + 1) * 20);
  new DataView(many.buffer).setUint16(0, MAX_EVICTIONS + 1);
  assertThrows(() => decodeEvictions(many), ProtocolError, "exceed 1000");
});

Deno.test("random bytes are a reply that can be written again, or none", () => {
  fc.assert(
    fc.property(
      fc.constantFrom([], [1, 0], [1, 3, 0, 0, 0, 1, 0, 0, 0, 1, 0, 1]),
      fc.uint8Array({ maxLength: 64 }),
      (head, rest) => {
        const bytes = new Uint8Array([...head, ...rest]);
        try {
          const reply = decodePresenceReply(bytes);
          assertEquals(encodePresenceReply(reply), bytes);
        } catch (error) {
          assert(error instanceof ProtocolError, String(error));
        }
      },
    ),
    { numRuns: effort("FRONTIER_CLUSTER_RUNS", 2_000) },
  );
});
