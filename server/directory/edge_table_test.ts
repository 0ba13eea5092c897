import { assert, assertEquals } from "@std/assert";
import { EdgeTable } from "./edge_table.ts";
import type { EdgePeer } from "./peer.ts";

function edge(idHi: number, idLo: number): EdgePeer {
  return { idHi, idLo } as EdgePeer;
}

Deno.test("edges are found by both halves of their ids, whatever they have in common", () => {
  for (const salt of [0, 1, 0x9e37_79b9]) {
    const table = new EdgeTable(salt);
    const all: EdgePeer[] = [];
    for (const hi of [0, 1, 2, 0xffff_ffff]) {
      for (const lo of [0, 1, 2, 0xffff_ffff]) all.push(edge(hi, lo));
    }
    for (const one of all) table.add(one);
    for (const one of all) assertEquals(table.get(one.idHi, one.idLo), one);
    assertEquals([...table.values()].length, 16);
    assertEquals(table.get(3, 1), undefined);
    for (const [i, one] of all.entries()) {
      assert(table.delete(one));
      assert(!table.delete(one));
      assertEquals(table.size, 15 - i);
      assertEquals(table.get(one.idHi, one.idLo), undefined);
    }
  }
});

Deno.test("ids that differ in their upper half alone cost no more than others", () => {
  const table = new EdgeTable(0x1234_5678);
  const all = Array.from({ length: 50_000 }, (_, i) => edge(i, 7));
  const begin = performance.now();
  for (const one of all) table.add(one);
  for (const one of all) {
    assertEquals(table.get(one.idHi, one.idLo) === one, true);
  }
  for (const one of all) table.delete(one);
  // In one list they take minutes.
  assert(performance.now() - begin < 5_000);
});

Deno.test("who stays is among all, whoever else goes while they are gone through", () => {
  // With this salt all of them are in one list.
  const table = new EdgeTable(0);
  const all = Array.from({ length: 10 }, (_, i) => edge(i, 10 - i));
  for (const one of all) table.add(one);
  const seen: EdgePeer[] = [];
  for (const one of table.values()) {
    seen.push(one);
    if (one.idHi % 2 === 0) table.delete(one);
  }
  assertEquals(seen, all);
  assertEquals([...table.values()].map(({ idHi }) => idHi), [1, 3, 5, 7, 9]);
});
