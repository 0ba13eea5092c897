import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { Session } from "./session.ts";
import { SessionMap } from "./session_map.ts";
import { connected } from "../testing/scenes.ts";
import { seededRandom } from "../testing/sim_network.ts";

const { client: { link } } = connected();

function session(hi: number, lo: number): Session {
  return new Session(link, hi, lo, "open");
}

Deno.test("sessions with the same low half are told apart", () => {
  const map = new SessionMap<Session>(seededRandom(1));
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
  const map = new SessionMap<Session>(seededRandom(1));
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
        const map = new SessionMap<Session>(seededRandom(1));
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
  const map = new SessionMap<Session>(seededRandom(1));
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

/** Sessions in the longest chain of a map. */
function longestChain(map: SessionMap<Session>): number {
  let longest = 0;
  for (const one of map.values()) {
    let length = 0;
    for (let at: Session | undefined = one; at !== undefined; at = at.next) {
      length++;
    }
    longest = Math.max(longest, length);
  }
  return longest;
}

Deno.test("no choice of ids makes the chains long", () => {
  const choices: [string, (i: number) => [number, number]][] = [
    ["one low half", (i) => [i, 77]],
    ["one high half", (i) => [77, i]],
    ["the top bits of the high half", (i) => [i << 19 >>> 0, 77]],
    ["the top bits of the low half", (i) => [77, i << 19 >>> 0]],
    ["equal halves", (i) => [i, i]],
    ["halves that cancel out", (i) => [i, ~i >>> 0]],
    ["multiples of the table's size", (i) => [i * 8192, i * 8192 * 8192 >>> 0]],
  ];
  for (const [name, choose] of choices) {
    const map = new SessionMap<Session>(seededRandom(3));
    for (let i = 0; i < 8_192; i++) map.add(session(...choose(i)));
    assertEquals(map.size, 8_192);
    const longest = longestChain(map);
    assert(longest <= 14, `${name}: ${longest}`);
  }
});

Deno.test("ids that share a chain under one salt do not under another", () => {
  const most = (seed: number, ids: number[]) => {
    const map = new SessionMap<Session>(seededRandom(seed));
    for (const id of ids) map.add(session(id, 1));
    return longestChain(map);
  };
  // All that fall into one bucket of a map of 256.
  const probe = new SessionMap<Session>(seededRandom(1));
  const first = session(0, 0);
  probe.add(first);
  for (let i = 1; i < 256; i++) probe.add(session(i, 0));
  while (first.next !== undefined) probe.delete(first.next);
  const shared: number[] = [];
  for (let id = 0; id < 20_000; id++) {
    const one = session(id, 1);
    probe.add(one);
    if (one.next === first) shared.push(id);
    probe.delete(one);
  }
  assert(shared.length > 30, `${shared.length} share`);
  assert(most(2, shared) <= 6);
});

Deno.test("a map that was large becomes small again, and finds all at every size", () => {
  const map = new SessionMap<Session>(seededRandom(2));
  const all = Array.from({ length: 5_000 }, (_, i) => session(i * 7, i));
  for (const [i, one] of all.entries()) {
    map.add(one);
    assertEquals(map.get(one.idHi, one.idLo) === one, true);
    assertEquals(map.get(all[i >> 1]!.idHi, i >> 1) === all[i >> 1], true);
  }
  for (const [i, one] of all.entries()) {
    assertEquals(map.get(one.idHi, one.idLo) === one, true);
    map.delete(one);
    assertEquals(map.get(one.idHi, one.idLo), undefined);
    assertEquals(map.size, all.length - i - 1);
  }
  assertEquals(map.values(), []);
});
