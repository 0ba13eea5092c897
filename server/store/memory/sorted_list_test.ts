import { assert, assertEquals } from "@std/assert";
import { SortedList } from "./sorted_list.ts";
import { Walk } from "./walk.ts";

const byNumber = (a: number, b: number) => a - b;

function randomOf(seed: number): (below: number) => number {
  return (below) => {
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor(seed / 0x1_0000_0000 * below);
  };
}

function all(list: SortedList<number>, descending = false): number[] {
  const walk = new Walk(list, descending);
  const items: number[] = [];
  for (let item = walk.next(); item !== undefined; item = walk.next()) {
    items.push(item);
  }
  return items;
}

Deno.test("a list is in order whatever comes and goes", () => {
  for (const seed of [1, 2, 3]) {
    const random = randomOf(seed);
    const list = new SortedList<number>(byNumber);
    const model = new Set<number>();
    for (let i = 0; i < 20_000; i++) {
      const item = random(6_000);
      // It grows first, then shrinks.
      if (!model.has(item) && random(20_000) > i) {
        model.add(item);
        list.add(item);
      } else {
        assertEquals(list.delete(item), model.delete(item) ? item : undefined);
      }
      assertEquals(list.size, model.size);
    }
    const expected = [...model].sort(byNumber);
    assertEquals(list.chunks.flat(), expected);
    assertEquals(all(list), expected);
    assertEquals(all(list, true), expected.reverse());
    assert(list.chunks.every((chunk) => chunk.length > 0));
    for (const item of expected) list.delete(item);
    assertEquals(list.chunks.length, 0);
  }
});

Deno.test("items that come in order fill their chunks", () => {
  const list = new SortedList<number>(byNumber);
  for (let i = 0; i < 51_200; i++) list.add(i);
  assert(list.chunks.length <= 101, `${list.chunks.length} chunks`);
});

Deno.test("skipping is walking without looking", () => {
  const list = new SortedList<number>(byNumber);
  for (let i = 0; i < 2_000; i++) list.add(i);
  for (const descending of [false, true]) {
    const items = all(list, descending);
    for (
      const count of [0, 1, 2, 255, 256, 257, 511, 512, 513, 1_999, 2_000, 9e9]
    ) {
      const walk = new Walk(list, descending);
      walk.skip(count);
      assertEquals(walk.next(), items[count], `${count}`);
      walk.skip(count);
      assertEquals(walk.next(), items[2 * count + 1], `twice ${count}`);
    }
  }
});

Deno.test("a walk meets once whatever stays, in either direction", () => {
  for (const descending of [false, true]) {
    for (let seed = 0; seed < 20; seed++) {
      const random = randomOf(seed);
      const list = new SortedList<number>(byNumber);
      for (let i = 0; i < 3_000; i += 2) list.add(i);
      const guests = new Set<number>();
      const met: number[] = [];
      const walk = new Walk(list, descending);
      for (let item = walk.next(); item !== undefined; item = walk.next()) {
        met.push(item);
        for (let n = random(4); n > 0; n--) {
          const guest = random(1_500) * 2 + 1;
          if (guests.delete(guest)) list.delete(guest);
          else {
            guests.add(guest);
            list.add(guest);
          }
        }
      }
      const stayed = met.filter((item) => item % 2 === 0);
      assertEquals(stayed.length, 1_500);
      const sorted = met.toSorted(byNumber);
      assertEquals(met, descending ? sorted.reverse() : sorted);
      assertEquals(new Set(met).size, met.length);
    }
  }
});
