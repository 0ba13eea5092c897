import { assert, assertEquals } from "@std/assert";
import { seededRandom } from "../../proto/testing/sim_network.ts";
import { ClusterClock } from "./cluster_clock.ts";

Deno.test("what the directory says is corrected by half the way", () => {
  const clock = new ClusterClock(() => 0);
  assertEquals(clock.known, false);
  assertEquals(clock.at(1_234.5), 1_234);
  clock.heard(1_790_000_000_050, 1_000, 1_100);
  assertEquals(clock.known, true);
  assertEquals(clock.at(1_050), 1_790_000_000_050);
  // What was before the first answer counts like what comes after.
  assertEquals(clock.at(50), 1_789_999_999_050);
});

Deno.test("a small difference, or one within the doubt of a slow answer, is not followed", () => {
  const clock = new ClusterClock(() => 0);
  clock.heard(10_000, 0, 0);
  clock.heard(11_090, 1_000, 1_000);
  assertEquals(clock.at(1_000), 11_000);
  clock.heard(18_400, 7_000, 9_000);
  assertEquals(clock.at(9_000), 19_000);
});

Deno.test("what was said of a point is said for ever, and never goes back", () => {
  for (let seed = 1; seed <= 100; seed++) {
    const random = seededRandom(seed);
    let now = 1_000 * random();
    const points: number[] = [];
    const clock = new ClusterClock(() => points[0] ?? now);
    const said = new Map<number, number>();
    let cluster = 1_790_000_000_000;
    clock.heard(cluster, now, now);
    for (let step = 0; step < 400; step++) {
      now += Math.floor(random() * 300);
      cluster += random() < 0.3 ? (random() - 0.5) * 4_000 : random() * 300;
      clock.heard(Math.max(0, Math.floor(cluster)), now, now);
      points.push(now);
      said.set(now, clock.at(now));
      // Old connections end now and then.
      if (points.length > 150) points.shift();
    }
    let before = -Infinity;
    for (const point of points) {
      assertEquals(clock.at(point), said.get(point), `seed ${seed}`);
      assert(said.get(point)! >= before, `seed ${seed}`);
      before = said.get(point)!;
    }
  }
});

Deno.test("a clock that jumps for ever is followed within bounds", () => {
  const clock = new ClusterClock(() => -1);
  for (let i = 0; i < 20_000; i++) clock.heard(i % 2 ? 5_000_000 : 0, i, i);
  const said = clock.at(100);
  for (let i = 0; i < 1_000; i++) clock.heard(i % 2 ? 9_000_000 : 0, i, i);
  assertEquals(clock.at(100), said);
});
