import { assert, assertEquals, assertThrows } from "@std/assert";
import { seededRandom } from "../../proto/testing/sim_network.ts";
import { IdAllocator } from "./id_allocator.ts";

const BORN = 1_790_000_000_999;

function ids(allocator: IdAllocator, count: number): bigint[] {
  return Array.from({ length: count }, () => {
    allocator.next();
    return (BigInt(allocator.hi) << 32n) | BigInt(allocator.lo);
  });
}

/** The gateway's number in an id. */
function numberOf(id: bigint): number {
  return Number((id >> 20n) & 0xfffn);
}

Deno.test("ids are Unix seconds, the gateway's number and a counter that starts anywhere", () => {
  const allocator = new IdAllocator(() => 0.5, () => BORN);
  assertEquals(allocator.number, 0x800);
  assertEquals(ids(allocator, 2), [
    (1_790_000_001n << 32n) + 0x8000_0001n,
    (1_790_000_001n << 32n) + 0x8000_0002n,
  ]);
});

Deno.test("no id comes twice when the counter wraps or the clock is set back", () => {
  let now = BORN;
  const allocator = new IdAllocator(() => 1 - 2 ** -32, () => now);
  const first = ids(allocator, 5);
  now -= 3_600_000;
  const second = ids(allocator, 5);
  const all = [...first, ...second];
  assertEquals(new Set(all).size, 10);
  for (let i = 1; i < all.length; i++) assert(all[i]! > all[i - 1]!);
});

Deno.test("ids are positive numbers of 63 bits, whatever the clock says", () => {
  for (const now of [-1_000, 0, BORN, 2 ** 31 * 1_000, 2 ** 52]) {
    const allocator = new IdAllocator(() => 1 - 2 ** -32, () => now);
    for (const id of ids(allocator, 3)) assert(id > 0n && id < 2n ** 63n);
  }
});

Deno.test("more ids than a second has go on in the next one", () => {
  const allocator = new IdAllocator(() => 0.25, () => BORN);
  let last = 0n;
  for (let i = 0; i < 2_100_000; i++) {
    allocator.next();
    // What comes twice is not above the one before it.
    const id = BigInt(allocator.hi) * 0x1_0000_0000n + BigInt(allocator.lo);
    assert(id > last);
    last = id;
  }
  assertEquals(last >> 32n, 1_790_000_003n);
});

Deno.test("a number that the cluster gives is in every id from then on", () => {
  for (const number of [0, 1, 2_048, 4_095]) {
    const allocator = new IdAllocator(() => 0.1, () => BORN);
    const before = ids(allocator, 10);
    allocator.join(number, BORN);
    const after = ids(allocator, 10);
    for (const id of after) assertEquals(numberOf(id), number);
    assertEquals(new Set([...before, ...after]).size, 20);
  }
  const allocator = new IdAllocator(() => 0.1, () => BORN);
  for (const number of [-1, 4_096, 0.5, NaN]) {
    assertThrows(() => allocator.join(number, BORN), RangeError);
  }
});

Deno.test("gateways with numbers of their own never make the same id, whatever their clocks do", () => {
  for (let seed = 1; seed <= 50; seed++) {
    const random = seededRandom(seed);
    const clocks: number[] = [];
    const gateways = Array.from({ length: 8 }, (_, i) => {
      clocks.push(BORN + random() * 5_000);
      const gateway = new IdAllocator(random, () => clocks[i]!);
      gateway.join(i * 500, BORN);
      return gateway;
    });
    const seen = new Set<bigint>();
    for (let step = 0; step < 500; step++) {
      const i = Math.floor(random() * gateways.length);
      clocks[i]! += (random() - 0.4) * 3_000;
      for (const id of ids(gateways[i]!, 1 + Math.floor(random() * 5))) {
        assert(!seen.has(id), `seed ${seed}: ${id} came twice`);
        seen.add(id);
      }
    }
  }
});

Deno.test("a gateway that starts again makes none of its earlier ids, even if its clock was set back", () => {
  for (let seed = 1; seed <= 200; seed++) {
    const random = seededRandom(seed);
    /** The cluster's clock, which nobody sets back. */
    let cluster = BORN;
    let off = 0;
    const seen = new Set<bigint>();
    for (let life = 0; life < 10; life++) {
      const gateway = new IdAllocator(random, () => cluster + off);
      gateway.join(7, cluster);
      for (let step = 0; step < 20; step++) {
        cluster += 60 + random() * 200;
        for (const id of ids(gateway, 3)) {
          assert(!seen.has(id), `seed ${seed}: ${id} came twice`);
          seen.add(id);
        }
      }
      cluster += 1_000;
      off -= random() * 3_600_000;
    }
  }
});
