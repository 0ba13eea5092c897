import { assertEquals } from "@std/assert";
import { editDistance, nearest } from "./nearest.ts";

for (
  const [a, b, distance] of [["", "", 0], ["", "abc", 3], ["abc", "abc", 0], [
    "kitten",
    "sitting",
    3,
  ], ["ab", "ba", 2]] as const
) {
  Deno.test(`the distance from "${a}" to "${b}" is ${distance}, both ways`, () => {
    assertEquals(editDistance(a, b), distance);
    assertEquals(editDistance(b, a), distance);
  });
}

const MEANT: [name: string, known: string[], meant: string][] = [
  ["maxAge", ["max_size", "max_age"], "max_age"],
  ["levle", ["level", "output"], "level"],
  ["lev", ["file", "level"], "level"],
  ["add", ["tls", "addr", "network", "advertised_addr"], "addr"],
  ["adv", ["addr", "advertised_addr"], "advertised_addr"],
  ["out", ["level", "file", "output"], "output"],
  ["max_conn", ["max_memory", "max_connections"], "max_connections"],
  ["address", ["tls", "addr"], "addr"],
  ["limit", ["list", "limits"], "limits"],
];

for (const [name, known, meant] of MEANT) {
  Deno.test(`${name} is likely meant to be ${meant}`, () => {
    assertEquals(nearest(name, known), { name: meant, likely: true });
  });
}

Deno.test("what resembles nothing is not likely anything", () => {
  assertEquals(nearest("zebra", ["level"])?.likely, false);
  assertEquals(nearest("x", []), undefined);
});
