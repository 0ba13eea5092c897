import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import type { LinkSession as Session } from "./link.ts";
import { PacketIds } from "./packet_ids.ts";
import { Pending, PendingTable } from "./pending.ts";
import { RecordedPending } from "../testing/recorder.ts";
import { connected } from "../testing/scenes.ts";
import { seededRandom } from "../testing/sim_network.ts";

function id(pending: Pending<Session>): bigint {
  return (BigInt(pending.idHi) << 32n) | BigInt(pending.idLo);
}

Deno.test("packet is found by its id, once", () => {
  const table = new PendingTable<Session>(new PacketIds(seededRandom(1)));
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
  const table = new PendingTable<Session>(new PacketIds(seededRandom(2)));
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
    const ids = new PacketIds(random);
    const table = new PendingTable<Session>(ids);
    for (let i = 0; i < 100; i++) {
      const pending = new RecordedPending();
      table.add(pending, 1);
      assert(id(pending) > 2n ** 52n && id(pending) < 2n ** 63n);
      assert(pending.idHi !== ids.silentHi);
      assertEquals(table.take(ids.silentHi, ids.nextLo()), undefined);
    }
  }
});

Deno.test("counter wraps", () => {
  const ids = new PacketIds(() => 1 - 2 ** -33);
  assertEquals([ids.nextLo(), ids.nextLo()], [0, 1]);
});

/** Sessions of a link that waits for nothing. */
function sessionsOf(count: number): Session[] {
  const { network, client } = connected();
  const sessions = Array.from({ length: count }, () => client.open("x"));
  network.run();
  return [client.link.defaultSession, ...sessions];
}

Deno.test("random use keeps the table consistent", () => {
  const sessions = sessionsOf(4);
  fc.assert(
    fc.property(fc.nat(), (seed) => {
      const random = seededRandom(seed);
      const pick = (below: number) => Math.floor(random() * below);
      const table = new PendingTable<Session>(new PacketIds(random));
      const waiting = new Set<RecordedPending>();
      const gone = (list: Pending<Session>[]) => {
        for (const one of list) assert(waiting.delete(one as RecordedPending));
      };
      const seen = new Set<bigint>();
      let aside: RecordedPending | undefined;
      let now = 0;
      for (let i = 0; i < 3_000; i++) {
        const roll = random();
        if (roll < 0.55) {
          const pending = new RecordedPending();
          pending.session = sessions[pick(sessions.length + 1)];
          const expiresAt = random() < 0.1 ? Infinity : now + pick(1_000);
          assert(table.add(pending, expiresAt));
          assert(!seen.has(id(pending)));
          seen.add(id(pending));
          waiting.add(pending);
        } else if (roll < 0.9) {
          const [pending] = waiting;
          if (pending === undefined) continue;
          const { idHi, idLo } = pending;
          assertEquals(table.get(idHi, idLo) === pending, true);
          assertEquals(table.take(idHi, idLo) === pending, true);
          assertEquals(table.get(idHi, idLo), undefined);
          if (aside === undefined && random() < 0.3) {
            table.setAside(pending);
            aside = pending;
            assertEquals(table.get(idHi, idLo) === pending, true);
          } else waiting.delete(pending);
        } else if (roll < 0.92) {
          const session = sessions[pick(sessions.length)]!;
          gone(table.takeOf(session));
          for (const one of waiting) assert(one.session !== session);
          assertEquals(session.pendings, undefined);
        } else {
          now += pick(200);
          gone(table.takeExpired(now));
          for (const one of waiting) {
            assert(one.expiresAt > now);
            assert(table.nextExpiry() <= one.expiresAt);
          }
        }
        if (aside !== undefined && !waiting.has(aside)) aside = undefined;
        assertEquals(table.size, waiting.size);
      }
      gone(table.takeAll());
      assertEquals([table.size, waiting.size], [0, 0]);
      assertEquals(table.nextExpiry(), Infinity);
      for (const { pendings } of sessions) assertEquals(pendings, undefined);
    }),
    { numRuns: 20 },
  );
});

Deno.test("what waited on a session is given up oldest first", () => {
  const [, session] = sessionsOf(1);
  const table = new PendingTable<Session>(new PacketIds(seededRandom(5)));
  const all = Array.from({ length: 5 }, () => new RecordedPending());
  for (const pending of all) {
    pending.session = session;
    table.add(pending, 9);
  }
  table.take(all[2]!.idHi, all[2]!.idLo);
  const [a, b, , d, e] = all;
  assertEquals(table.takeOf(session!).map(id), [a, b, d, e].map((p) => id(p!)));
});

Deno.test("the end of a session costs what waited on it, not what waits on the connection", () => {
  const [, session] = sessionsOf(1);
  const table = new PendingTable<Session>(new PacketIds(seededRandom(6)));
  for (let i = 0; i < 500_000; i++) table.add(new RecordedPending(), Infinity);
  const start = performance.now();
  for (let i = 0; i < 2_000; i++) {
    const pending = new RecordedPending();
    pending.session = session;
    table.add(pending, Infinity);
    assertEquals(table.takeOf(session!).length, 1);
  }
  // A search of the whole table costs a millisecond.
  assert(performance.now() - start < 1_000);
});

Deno.test("with very many packets the search for expired ones is rare", () => {
  const table = new PendingTable<Session>(new PacketIds(seededRandom(7)));
  for (let i = 0; i < 300_000; i++) table.add(new RecordedPending(), 1_000_000);
  let searches = 0;
  for (let now = 0; now < 10_000; now++) {
    table.add(new RecordedPending(), now);
    if (table.nextExpiry() > now) continue;
    assert(table.takeExpired(now).length > 0);
    searches++;
  }
  // 293 milliseconds pay a search.
  assert(searches >= 30 && searches <= 36, `${searches} searches`);
});

Deno.test("table has an end, and works again after it was reached", () => {
  const table = new PendingTable<Session>(new PacketIds(seededRandom(4)));
  class Silent extends Pending<Session> {
    override onAnswer(): void {}
    override onFail(): void {}
  }
  const most = (1 << 20) - 1;
  for (let i = 0; i < most; i++) table.add(new Silent(), 1);
  const last = new Silent();
  assertEquals(table.add(last, 1), false);
  assertEquals(table.size, most);
  assertEquals(table.takeAll().length, most);
  assertEquals(table.add(last, 1), true);
  assertEquals(table.take(last.idHi, last.idLo), last);
});
