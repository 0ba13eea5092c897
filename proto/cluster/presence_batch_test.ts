import { assert, assertEquals, assertThrows } from "@std/assert";
import * as fc from "fast-check";
import { ProtocolError } from "../errors/protocol_error.ts";
import { effort } from "../testing/effort.ts";
import type { PresenceEvent } from "./presence.ts";
import {
  decodePresenceBatch,
  MAX_ADDR,
  MAX_BATCH_BYTES,
  MAX_BATCH_RECORDS,
  MAX_SERVICE_META,
  PresenceBatchWriter,
} from "./presence_batch.ts";

const HEAD = { epoch: 1, edges: 2, services: 1 };
const STAMP = { since: 1_790_000_000_123, seq: 9 };
const EVENTS: readonly PresenceEvent[] = [
  {
    kind: "edge-online",
    id: 7405239014619127057n,
    stamp: STAMP,
    addr: "192.0.2.7:51234",
    meta: "",
  },
  { kind: "edge-offline", id: 2n ** 64n - 1n, stamp: { since: 0, seq: 0 } },
  {
    kind: "service-online",
    id: 1n,
    stamp: { since: Number.MAX_SAFE_INTEGER, seq: 2 ** 32 - 1 },
    addr: "[2001:db8::1]:9",
    meta: `{"service":"grüße","topics":null}`,
  },
  { kind: "service-offline", id: 0n, stamp: STAMP },
];

function written(
  events: readonly PresenceEvent[],
  head = HEAD,
): Uint8Array<ArrayBuffer> {
  const writer = new PresenceBatchWriter(head);
  for (const event of events) assert(writer.add(event));
  return writer.finish();
}

Deno.test("a batch is written and read", () => {
  assertEquals(decodePresenceBatch(written(EVENTS)), {
    ...HEAD,
    syncBegin: false,
    syncEnd: false,
    events: EVENTS,
  });
  for (const begin of [false, true]) {
    for (const end of [false, true]) {
      const writer = new PresenceBatchWriter(HEAD);
      if (begin) writer.beginSync();
      if (end) writer.endSync();
      assertEquals(decodePresenceBatch(writer.finish()), {
        ...HEAD,
        syncBegin: begin,
        syncEnd: end,
        events: [],
      });
    }
  }
});

Deno.test("a batch is what the protocol's paper says", () => {
  assertEquals(
    written(EVENTS.slice(0, 2), { epoch: 3, edges: 258, services: 1 }).toHex(),
    "0100" + "00000003" + "00000102" + "00000001" + "0002" +
      "01" + "66c4b1a62f3c9d11" + "000001a0c4506c7b" + "00000009" +
      "000f" + "3139322e302e322e373a3531323334" +
      "02" + "ffffffffffffffff" + "0000000000000000" + "00000000",
  );
});

Deno.test("no part of a batch is one, nor one with something behind it", () => {
  const whole = written(EVENTS);
  for (let end = 0; end < whole.length; end++) {
    assertThrows(
      () => decodePresenceBatch(whole.subarray(0, end)),
      ProtocolError,
      "Cannot decode presence batch",
    );
  }
  const longer = new Uint8Array([...whole, 0]);
  assertThrows(() => decodePresenceBatch(longer), ProtocolError, "1 bytes");
});

Deno.test("every changed byte is refused or read as another batch", () => {
  const whole = written(EVENTS);
  for (let at = 0; at < whole.length; at++) {
    for (let bit = 0; bit < 8; bit++) {
      const changed = whole.slice();
      changed[at]! ^= 1 << bit;
      try {
        const { events } = decodePresenceBatch(changed);
        assertEquals(events.length, EVENTS.length);
      } catch (error) {
        assert(error instanceof ProtocolError, String(error));
      }
    }
  }
});

Deno.test("random bytes are a batch that can be written again, or none", () => {
  const start = fc.constantFrom([], [1, 0], [1, 3, 0, 0, 0, 1]);
  fc.assert(
    fc.property(start, fc.uint8Array({ maxLength: 200 }), (head, rest) => {
      const bytes = new Uint8Array([...head, ...rest]);
      try {
        const { events, ...said } = decodePresenceBatch(bytes);
        const again = decodePresenceBatch(written(events, said));
        assertEquals(again.events, events);
      } catch (error) {
        assert(error instanceof ProtocolError, String(error));
      }
    }),
    { numRuns: effort("FRONTIER_CLUSTER_RUNS", 2_000) },
  );
});

Deno.test("a batch takes so many records, and so many bytes", () => {
  const offline = EVENTS[1]!;
  const writer = new PresenceBatchWriter(HEAD);
  while (writer.add(offline));
  assertEquals(writer.count, MAX_BATCH_RECORDS);
  assertEquals(
    decodePresenceBatch(writer.finish()).events.length,
    MAX_BATCH_RECORDS,
  );
  const meta = "x".repeat(1_000);
  const service = { ...EVENTS[2]!, meta } as PresenceEvent;
  const full = new PresenceBatchWriter(HEAD);
  while (full.add(service));
  assert(full.count < 65 && full.size <= MAX_BATCH_BYTES);
  assertEquals(decodePresenceBatch(full.finish()).events.length, full.count);
});

Deno.test("a service that says much has a batch of its own", () => {
  const meta = "x".repeat(MAX_SERVICE_META);
  const service = { ...EVENTS[2]!, meta } as PresenceEvent;
  const writer = new PresenceBatchWriter(HEAD);
  assert(writer.add(EVENTS[0]!));
  assert(!writer.add(service));
  assertEquals(writer.count, 1);
  const own = new PresenceBatchWriter(HEAD);
  assert(own.add(service));
  assert(!own.add(EVENTS[0]!));
  assertEquals(decodePresenceBatch(own.finish()).events, [service]);
  const more = { ...service, meta: meta + "x" } as PresenceEvent;
  assertEquals(decodePresenceBatch(written([more])).events, [service]);
});

Deno.test("an address that is too long is cut between two characters", () => {
  const addr = "x" + "é".repeat(MAX_ADDR);
  const bytes = written([{ ...EVENTS[0]!, addr } as PresenceEvent]);
  const [event] = decodePresenceBatch(bytes).events;
  assert(event !== undefined && "addr" in event);
  assertEquals(event.addr, "x" + "é".repeat((MAX_ADDR - 2) / 2));
});

Deno.test("a stamp that makes no sense is not written", () => {
  for (
    const stamp of [
      { since: -1, seq: 0 },
      { since: 1.5, seq: 0 },
      { since: NaN, seq: 0 },
      { since: 2 ** 53, seq: 0 },
      { since: 0, seq: -1 },
      { since: 0, seq: 2 ** 32 },
      { since: 0, seq: 0.5 },
    ]
  ) {
    assertThrows(
      () => written([{ kind: "edge-offline", id: 1n, stamp }]),
      RangeError,
    );
  }
});

Deno.test("what says it is larger than the limits is refused before memory is taken for it", () => {
  const records = written([]).slice();
  new DataView(records.buffer).setUint16(14, MAX_BATCH_RECORDS + 1);
  assertThrows(
    () => decodePresenceBatch(records),
    ProtocolError,
    "exceed 1000",
  );
  const two = new Uint8Array(MAX_BATCH_BYTES + 1);
  two.set(written(EVENTS.slice(0, 2)));
  assertThrows(() => decodePresenceBatch(two), ProtocolError, "exceed 65536");
  const huge = new Uint8Array(MAX_SERVICE_META + 2_000);
  huge.set(written([EVENTS[2]!]));
  assertThrows(() => decodePresenceBatch(huge), ProtocolError, "exceed");
  const unknown = written([]).slice();
  unknown[1] = 4;
  assertThrows(() => decodePresenceBatch(unknown), ProtocolError, "flags 4");
  unknown[0] = 2;
  assertThrows(() => decodePresenceBatch(unknown), ProtocolError, "version 2");
});
