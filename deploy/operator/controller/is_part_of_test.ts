import { assertEquals } from "@std/assert";
import { isPartOf } from "./is_part_of.ts";

Deno.test("what is wanted is there, whatever is there beside it", () => {
  const table: [wanted: unknown, there: unknown, part: boolean][] = [
    [1, 1, true],
    [1, "1", false],
    [{ a: 1 }, { a: 1, b: 2 }, true],
    [{ a: 1 }, { b: 2 }, false],
    [{ a: undefined }, {}, true],
    [{ a: {} }, {}, true],
    [{ a: [] }, {}, true],
    [{ a: [] }, { a: [1] }, false],
    [[{ n: 1 }], [{ n: 1, d: 2 }], true],
    [[{ n: 1 }, { n: 2 }], [{ n: 2 }, { n: 1 }], true],
    [[{ n: 1 }], [{ n: 1 }, { n: 2 }], false],
    [[{ n: 1 }], undefined, false],
    [{ a: null }, { a: null }, true],
  ];
  for (const [wanted, there, part] of table) {
    assertEquals(
      isPartOf(wanted, there),
      part,
      JSON.stringify([wanted, there]),
    );
  }
});
