import { assertEquals } from "@std/assert";
import { StampSet } from "./stamp_set.ts";

Deno.test("a set of stamps knows what was added, and nothing else", () => {
  const set = new StampSet();
  const known = new Set<string>();
  let seed = 1;
  const random = () =>
    (seed = Math.imul(seed, 0x5851_f42d) + 0x1405_7b7f) >>> 0;
  for (let i = 0; i < 20_000; i++) {
    const since = 1_790_000_000_000 + random() % 50;
    const seq = random() % 2_000;
    set.add({ since, seq });
    known.add(`${since} ${seq}`);
  }
  assertEquals(set.size, known.size);
  for (let since = 0; since < 60; since++) {
    for (let seq = 0; seq < 2_010; seq += 7) {
      const stamp = { since: 1_790_000_000_000 + since, seq };
      assertEquals(set.has(stamp), known.has(`${stamp.since} ${seq}`));
    }
  }
});

Deno.test("the smallest and the largest stamps have their places", () => {
  const set = new StampSet();
  const stamps = [
    { since: 0, seq: 0 },
    { since: 0, seq: 2 ** 32 - 1 },
    { since: Number.MAX_SAFE_INTEGER - 1, seq: 0 },
    { since: 2 ** 32, seq: 1 },
  ];
  for (const stamp of stamps) {
    assertEquals(set.has(stamp), false);
    set.add(stamp);
    set.add(stamp);
    assertEquals(set.has(stamp), true);
  }
  assertEquals(set.size, stamps.length);
});

Deno.test("a million connections in a row are added quickly", () => {
  const set = new StampSet();
  const begin = performance.now();
  for (let seq = 0; seq < 1_000_000; seq++) {
    set.add({ since: 1_790_000_000_000 + (seq >> 4), seq });
  }
  assertEquals(set.size, 1_000_000);
  // Some 100 ms; places that collide would take minutes.
  assertEquals(performance.now() - begin < 10_000, true);
});
