import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { Session } from "./session.ts";
import { SessionMap } from "./session_map.ts";
import { connected } from "./testing/scenes.ts";

const { client: { link } } = connected();

function session(hi: number, lo: number): Session {
  return new Session(link, hi, lo, "open");
}

Deno.test("sessions with the same low half are told apart", () => {
  const map = new SessionMap();
  const all = [1, 2, 3, 0xffffffff].map((hi) => session(hi, 7));
  for (const one of all) map.add(one);
  for (const one of all) assertEquals(map.get(one.idHi, 7), one);
  assertEquals(map.get(4, 7), undefined);
  assertEquals(map.get(1, 8), undefined);
  map.delete(all[1]!);
  assertEquals(map.get(2, 7), undefined);
  assertEquals([...map.values()].length, 3);
});

Deno.test("delete of a session that is not held changes nothing", () => {
  const map = new SessionMap();
  const one = session(1, 7);
  map.add(one);
  map.delete(session(1, 7));
  map.delete(session(2, 8));
  assertEquals(map.size, 1);
  assertEquals(map.get(1, 7), one);
});

Deno.test("random use agrees with a plain map", () => {
  const half = fc.constantFrom(0, 1, 2, 0xffffffff);
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.boolean(), half, half), { maxLength: 100 }),
      (script) => {
        const map = new SessionMap();
        const model = new Map<string, Session>();
        for (const [add, hi, lo] of script) {
          const key = `${hi}:${lo}`;
          const held = model.get(key);
          assertEquals(map.get(hi, lo), held);
          if (held !== undefined && !add) {
            map.delete(held);
            model.delete(key);
          } else if (held === undefined && add) {
            const one = session(hi, lo);
            map.add(one);
            model.set(key, one);
          }
          assertEquals(map.size, model.size);
          assertEquals(new Set(map.values()), new Set(model.values()));
        }
      },
    ),
    { numRuns: 100 },
  );
});

Deno.test("the one that is visited may be deleted", () => {
  const map = new SessionMap();
  for (let hi = 0; hi < 3; hi++) {
    for (let lo = 0; lo < 3; lo++) map.add(session(hi, lo));
  }
  let visited = 0;
  for (const one of map.values()) {
    map.delete(one);
    visited++;
  }
  assertEquals([visited, map.size], [9, 0]);
});
