import { assert, assertEquals } from "@std/assert";
import { SimCluster } from "./testing/sim_directory.ts";
import { roll, Rounds } from "./roll.ts";

Deno.test("the roll names services, then edges, and whoever stays is named once", () => {
  const sim = new SimCluster();
  const edges = Array.from({ length: 50 }, () => sim.edge());
  sim.service("a");
  sim.service("b");
  const all = [...roll(sim.directory)];
  assertEquals(all.map(({ kind }) => kind).slice(0, 3), [
    "service",
    "service",
    "edge",
  ]);
  assertEquals(all.length, 52);
  // Others come and go meanwhile.
  const named = new Map<bigint, number>();
  let step = 0;
  for (const { id } of roll(sim.directory)) {
    named.set(id, (named.get(id) ?? 0) + 1);
    if (++step % 3 === 0) sim.leave(edges.pop()!);
    if (step % 5 === 0) sim.edge();
    if (step > 200) break;
  }
  for (const { id } of edges) assertEquals(named.get(id), 1);
});

Deno.test("each has its turn in a period, at an even pace, however many there are", () => {
  for (const count of [1, 3, 100, 5_000]) {
    const sim = new SimCluster();
    for (let i = 0; i < count; i++) sim.edge();
    const rounds = new Rounds(sim.directory, 10_000, 0);
    const turns = new Map<bigint, number[]>();
    let now = 0;
    let looks = 0;
    let most = 0;
    while (now < 60_000) {
      now = Math.max(now, rounds.nextAt);
      rounds.advance(now);
      looks++;
      let at = 0;
      for (let peer = rounds.next(); peer !== undefined; peer = rounds.next()) {
        turns.set(peer.id, [...(turns.get(peer.id) ?? []), now]);
        at++;
      }
      most = Math.max(most, at);
    }
    assertEquals(turns.size, count);
    assert(looks < 700, `${looks} looks in a minute`);
    assert(most <= Math.max(1, count / 50), `${most} of ${count} at once`);
    for (const times of turns.values()) {
      for (const [i, at] of times.entries()) {
        assert(at - (times[i - 1] ?? 0) <= 10_000);
      }
      assert(times.length >= 6 && times.length <= 7, `${times.length}`);
    }
  }
});

Deno.test("nobody's turn comes where nobody is, and a pause is made up for once", () => {
  const sim = new SimCluster();
  const rounds = new Rounds(sim.directory, 1_000, 0);
  assertEquals(rounds.nextAt, Infinity);
  rounds.advance(10_000);
  assertEquals(rounds.next(), undefined);
  for (let i = 0; i < 10; i++) sim.edge();
  rounds.advance(3_600_000);
  let count = 0;
  while (rounds.next() !== undefined) count++;
  assertEquals(count, 10);
});
