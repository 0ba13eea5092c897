import { assert, assertEquals } from "@std/assert";
import { Share } from "./share.ts";

/** How much greedy callers get that come one after the other. */
function greedy(limit: number, callers: number): number[] {
  const share = new Share(limit);
  const held: number[] = [];
  let all = 0;
  for (let i = 0; i < callers; i++) {
    held.push(0);
    while (share.allows(held[i]!, all, 1, i === 0)) {
      held[i]!++;
      all++;
    }
  }
  return held;
}

Deno.test("a lone caller gets the whole limit", () => {
  for (const limit of [1, 2, 3, 7, 8, 100, 1_024]) {
    assertEquals(greedy(limit, 1), [limit]);
  }
});

Deno.test("whoever comes later finds room beside one that took all it could", () => {
  assertEquals(greedy(1_024, 4), [1_024, 128, 64, 32]);
  for (const limit of [8, 9, 16, 1_024]) {
    const [first, second] = greedy(limit, 2);
    assertEquals(first, limit);
    assert(second! > 0, `${limit}`);
  }
});

Deno.test("whoever has next to nothing finds room behind many greedy callers", () => {
  for (const limit of [1_024, 4_096, 1_000_000]) {
    const little = Math.floor(limit / 512);
    const held = greedy(limit, 101);
    assert(held.every((one) => one >= little), `${held}`);
    const all = held.reduce((sum, one) => sum + one, 0);
    assert(all <= limit * 1.5, `${all} of ${limit}`);
  }
  // It has an end all the same.
  assertEquals(greedy(1_024, 1_000).at(-1), 0);
});

Deno.test("small limits are kept to, whoever asks", () => {
  for (const limit of [1, 2, 3, 7]) assertEquals(greedy(limit, 2), [limit, 0]);
});

Deno.test("beside others a caller holds no more than is free", () => {
  const share = new Share(100);
  assert(share.allows(40, 80, 1, false));
  assert(share.allows(44, 80, 1, false));
  assert(!share.allows(45, 80, 1, false));
  // Below half there is plenty for everybody.
  assert(share.allows(49, 49, 1, false));
  assert(!share.isPlenty(50, 1));
});

Deno.test("an infinite limit allows everything", () => {
  const share = new Share(Infinity);
  for (const alone of [true, false]) {
    assert(share.allows(1e9, 1e12, 1e9, alone));
  }
});
