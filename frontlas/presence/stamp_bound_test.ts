import { assertEquals, assertStrictEquals } from "@std/assert";
import type { PresenceEvent } from "@frontier/proto/cluster";
import { BEGIN, off, on, PlaneWorld } from "./testing/plane_world.ts";
import { MAX_AHEAD_MS, StampBound } from "./stamp_bound.ts";

const HOUR = 3_600_000;

Deno.test("what began in the past, or hardly later than now, is entered as it is told", () => {
  const bound = new StampBound(() => BEGIN, () => BEGIN);
  for (const since of [0, BEGIN - HOUR, BEGIN, BEGIN + MAX_AHEAD_MS]) {
    for (
      const event of [on(1n, { since, seq: 1 }), off(1n, { since, seq: 1 })]
    ) {
      assertStrictEquals(bound.enter(event), event);
    }
    assertEquals(bound.told({ since, seq: 1 }), { since, seq: 1 });
  }
});

Deno.test("what is to begin in the future begins now, for as long as it lasts", () => {
  const clock = { ms: BEGIN };
  const bound = new StampBound(() => clock.ms, () => clock.ms);
  const told = { since: BEGIN + HOUR, seq: 7 };
  const entered = { since: BEGIN, seq: 7 };
  assertEquals(bound.enter(on(1n, told)).stamp, entered);
  for (const ms of [1, 10_000, HOUR, 2 * HOUR]) {
    clock.ms = BEGIN + ms;
    assertEquals(bound.enter(on(1n, told)).stamp, entered);
    assertEquals(bound.told(entered), told);
  }
  assertEquals(bound.enter(off(1n, told)).stamp, entered);
  assertEquals(bound.told(entered), entered);
  // It is forgotten, and the future has come meanwhile.
  assertEquals(bound.enter(on(1n, told)).stamp, told);
});

Deno.test("when the clock of the cluster is set back, what it was before is no future", () => {
  const clock = { ms: BEGIN - HOUR, latest: BEGIN };
  const bound = new StampBound(() => clock.ms, () => clock.latest);
  const before = on(1n, { since: BEGIN - 1, seq: 1 });
  assertStrictEquals(bound.enter(before), before);
  const ahead = on(1n, { since: BEGIN + HOUR, seq: 2 });
  assertEquals(bound.enter(ahead).stamp, { since: BEGIN - HOUR, seq: 2 });
});

Deno.test("an end from the future is one of now", () => {
  const bound = new StampBound(() => BEGIN, () => BEGIN);
  const event = off(1n, { since: BEGIN + HOUR, seq: 7 });
  assertEquals(bound.enter(event).stamp, { since: BEGIN, seq: 7 });
});

Deno.test("a gateway with endless futures takes bounded memory", () => {
  const bound = new StampBound(() => BEGIN, () => BEGIN);
  const event = (seq: number): PresenceEvent =>
    on(1n, { since: BEGIN + HOUR, seq });
  for (let seq = 0; seq < 100_002; seq++) {
    assertEquals(bound.enter(event(seq)).stamp.since, BEGIN);
  }
  const entered = (seq: number) => bound.told({ since: BEGIN, seq }).since;
  assertEquals(
    [entered(99_999), entered(100_000)],
    [BEGIN + HOUR, BEGIN],
  );
});

for (const elsewhere of [false, true]) {
  const where = elsewhere ? "at another Frontlas" : "here";
  Deno.test(`a gateway that lies about the future loses an edge to where it connects next, ${where}`, async () => {
    using world = new PlaneWorld();
    const liar = await world.ours("liar");
    const honest = await world.ours(
      "honest",
      "00000000000000bb",
      elsewhere ? world.directory() : world.presence,
    );
    const future = { since: BEGIN + HOUR, seq: 1 };
    await liar.tell([on(1n, future)], "whole");
    await honest.tell([], "whole");
    await world.advance(1_000);
    const reply = await honest.tell([on(1n, { since: BEGIN + 900, seq: 1 })]);
    assertEquals(reply.evictions, []);
    assertEquals((await world.memory.edge(1n))?.frontierId, "honest");
    // It is told of its connection by the name it knows, and what it repeats of it counts for nothing.
    await world.advance(1_000);
    const again = await liar.tell([on(1n, future)]);
    const told = [...liar.link.evicted, ...again.evictions];
    assertEquals(told.length > 0, true);
    for (const eviction of told) {
      assertEquals(eviction, { edgeId: 1n, stamp: future });
    }
    assertEquals((await world.memory.edge(1n))?.frontierId, "honest");
  });
}

Deno.test("what began in the future ends when its gateway says so, and is in nobody's way then", async () => {
  using world = new PlaneWorld();
  const liar = await world.ours("liar");
  const honest = await world.ours("honest", "00000000000000bb");
  const future = { since: BEGIN + HOUR, seq: 1 };
  await liar.tell([on(1n, future), on(2n, { ...future, seq: 2 })], "whole");
  // A sync knows what it names.
  await liar.tell([on(1n, future)], "whole");
  await world.advance(100);
  assertEquals(await world.edgesOf("liar"), [1n]);
  await liar.tell([off(1n, future)]);
  assertEquals(await world.memory.edge(1n), undefined);
  await world.advance(1_000);
  const own = { since: BEGIN + 1_000, seq: 1 };
  const { evictions } = await honest.tell([on(1n, own), on(2n, own)], "whole");
  assertEquals(evictions, []);
  assertEquals(await world.edgesOf("honest"), [1n, 2n]);
});
