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

Deno.test("the nearest name is found, case and separators aside", () => {
  assertEquals(nearest("maxAge", ["max_size", "max_age"]), {
    name: "max_age",
    distance: 0,
  });
  assertEquals(nearest("levle", ["level", "output"]), {
    name: "level",
    distance: 2,
  });
  assertEquals(nearest("x", []), undefined);
});
