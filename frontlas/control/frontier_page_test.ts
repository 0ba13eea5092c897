import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import type { FrontierRecord } from "../store/presence_store.ts";
import { frontierPage } from "./frontier_page.ts";

function gateways(ids: Iterable<string>): FrontierRecord[] {
  return Array.from(ids, (frontierId) => ({
    frontierId,
    serviceAddr: "s",
    edgeAddr: "e",
    edges: 0,
    services: 0,
  }));
}

Deno.test("all pages together have every gateway once", () => {
  const ids = Array.from({ length: 100 }, (_, i) => `frontier-${i}`);
  for (const count of [1, 3, 10, 99, 100, 1000]) {
    const seen: string[] = [];
    let cursor = 0;
    let pages = 0;
    do {
      const page = frontierPage(gateways(ids), cursor, count);
      assert(page.records.length <= count);
      seen.push(...page.records.map(({ frontierId }) => frontierId));
      cursor = page.cursor;
      pages++;
    } while (cursor !== 0);
    assertEquals(seen.toSorted(), ids.toSorted());
    assertEquals(pages, Math.ceil(100 / count));
  }
});

Deno.test("a gateway that is alive from the first page to the last is on one of them, whoever comes and goes", () => {
  fc.assert(fc.property(
    fc.uniqueArray(fc.string(), { minLength: 1, maxLength: 20 }),
    fc.array(fc.uniqueArray(fc.string(), { maxLength: 20 }), { minLength: 1 }),
    fc.integer({ min: 1, max: 5 }),
    (staying, guests, count) => {
      const seen = new Set<string>();
      let cursor = 0;
      let i = 0;
      do {
        const all = new Set([...staying, ...guests[i++ % guests.length]!]);
        const page = frontierPage(gateways(all), cursor, count);
        assert(page.cursor === 0 || page.cursor > cursor);
        assert(page.cursor < 2 ** 32);
        for (const { frontierId } of page.records) seen.add(frontierId);
        cursor = page.cursor;
      } while (cursor !== 0);
      for (const id of staying) assert(seen.has(id), id);
    },
  ));
});

Deno.test("gateways that share a place come together, however small the page", () => {
  // Two texts with one hash.
  const all = gateways(["liquid", "costarring", "a", "b", "c"]);
  const pages: string[][] = [];
  let cursor = 0;
  do {
    const page = frontierPage(all, cursor, 1);
    pages.push(page.records.map(({ frontierId }) => frontierId));
    cursor = page.cursor;
  } while (cursor !== 0);
  assertEquals(pages.map(({ length }) => length).sort(), [1, 1, 1, 2]);
  assert(pages.some((page) => page.join() === "costarring,liquid"));
});

Deno.test("of nobody there is one page, without anybody", () => {
  assertEquals(frontierPage([], 0, 10), { cursor: 0, records: [] });
  const all = gateways(["a"]);
  assertEquals(frontierPage(all, 2 ** 32 - 1, 10).cursor, 0);
});
