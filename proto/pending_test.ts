import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { Pending, PendingTable } from "./pending.ts";
import { RecordedPending } from "./testing/recorder.ts";
import { seededRandom } from "./testing/sim_network.ts";

function id(pending: Pending): bigint {
  return (BigInt(pending.idHi) << 32n) | BigInt(pending.idLo);
}

Deno.test("packet is found by its id, once", () => {
  const table = new PendingTable(seededRandom(1));
  const pending = new RecordedPending();
  table.add(pending, 500);
  assertEquals(pending.expiresAt, 500);
  assertEquals(table.get(pending.idHi, pending.idLo), pending);
  assertEquals(table.get(pending.idHi, pending.idLo + 1), undefined);
  assertEquals(table.take(pending.idHi ^ 0x8000_0000, pending.idLo), undefined);
  assertEquals(table.take(pending.idHi, pending.idLo), pending);
  assertEquals(table.take(pending.idHi, pending.idLo), undefined);
  assertEquals(table.get(pending.idHi, pending.idLo), undefined);
  assertEquals(table.size, 0);
});

Deno.test("late answer never meets the packet that took the slot over", () => {
  const table = new PendingTable(seededRandom(2));
  const first = new RecordedPending();
  const second = new RecordedPending();
  table.add(first, 1);
  table.take(first.idHi, first.idLo);
  table.add(second, 1);
  assertEquals(second.idHi, first.idHi);
  assertEquals(table.take(first.idHi, first.idLo), undefined);
  assertEquals(table.take(second.idHi, second.idLo), second);
});

Deno.test("ids lie above 2^52, fit 63 bits and are never silent ones", () => {
  for (const random of [() => 0, () => 1 - 2 ** -53, seededRandom(3)]) {
    const table = new PendingTable(random);
    for (let i = 0; i < 100; i++) {
      const pending = new RecordedPending();
      table.add(pending, 1);
      assert(id(pending) > 2n ** 52n && id(pending) < 2n ** 63n);
      assert(pending.idHi !== table.silentHi);
      assertEquals(table.take(table.silentHi, table.count()), undefined);
    }
  }
});

Deno.test("counter wraps", () => {
  const table = new PendingTable(() => 1 - 2 ** -33);
  assertEquals([table.count(), table.count()], [0, 1]);
});

Deno.test("random use keeps the table consistent", () => {
  fc.assert(
    fc.property(fc.nat(), (seed) => {
      const random = seededRandom(seed);
      const table = new PendingTable(random);
      const waiting = new Set<RecordedPending>();
      const seen = new Set<bigint>();
      for (let i = 0; i < 3_000; i++) {
        const roll = random();
        if (roll < 0.55) {
          const pending = new RecordedPending();
          table.add(pending, Math.floor(random() * 1_000));
          assert(!seen.has(id(pending)));
          seen.add(id(pending));
          waiting.add(pending);
        } else if (roll < 0.99) {
          const [pending] = waiting;
          if (pending === undefined) continue;
          assertEquals(table.take(pending.idHi, pending.idLo), pending);
          waiting.delete(pending);
        } else {
          const limit = random() * 1_200;
          const late = table.takeAll((one) => one.expiresAt <= limit);
          for (const one of late) {
            assert(waiting.delete(one as RecordedPending));
          }
          for (const one of waiting) assert(one.expiresAt > limit);
        }
        assertEquals(table.size, waiting.size);
      }
      assertEquals(
        table.nextExpiry(),
        Math.min(...[...waiting].map((one) => one.expiresAt)),
      );
      table.takeAll(() => true);
      assertEquals(table.size, 0);
      assertEquals(table.nextExpiry(), Infinity);
    }),
    { numRuns: 10 },
  );
});

Deno.test("table has an end, and works again after it was reached", () => {
  const table = new PendingTable(seededRandom(4));
  class Silent extends Pending {
    override onAnswer(): void {}
    override onFail(): void {}
  }
  const most = (1 << 20) - 1;
  for (let i = 0; i < most; i++) table.add(new Silent(), 1);
  const last = new Silent();
  assertEquals(table.add(last, 1), false);
  assertEquals(table.size, most);
  assertEquals(table.takeAll(() => true).length, most);
  assertEquals(table.add(last, 1), true);
  assertEquals(table.take(last.idHi, last.idLo), last);
});
