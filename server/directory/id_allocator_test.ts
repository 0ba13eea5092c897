import { assert, assertEquals } from "@std/assert";
import { IdAllocator } from "./id_allocator.ts";

function ids(allocator: IdAllocator, count: number): bigint[] {
  return Array.from({ length: count }, () => {
    allocator.next();
    return (BigInt(allocator.hi) << 32n) | BigInt(allocator.lo);
  });
}

Deno.test("ids are Unix seconds and a counter that starts anywhere", () => {
  const allocator = new IdAllocator(() => 0.5, () => 1_790_000_000_999);
  assertEquals(ids(allocator, 2), [
    (1_790_000_000n << 32n) + 0x8000_0001n,
    (1_790_000_000n << 32n) + 0x8000_0002n,
  ]);
});

Deno.test("no id comes twice when the counter wraps or the clock is set back", () => {
  let now = 1_790_000_000_000;
  const allocator = new IdAllocator(() => 1 - 2 ** -32, () => now);
  const first = ids(allocator, 5);
  now -= 3_600_000;
  const second = ids(allocator, 5);
  const all = [...first, ...second];
  assertEquals(new Set(all).size, 10);
  for (let i = 1; i < all.length; i++) assert(all[i]! > all[i - 1]!);
});

Deno.test("no id is 0, whatever the clock says", () => {
  for (const now of [0, -1_000]) {
    const allocator = new IdAllocator(() => 1 - 2 ** -32, () => now);
    for (const id of ids(allocator, 3)) assert(id > 0n);
  }
});
