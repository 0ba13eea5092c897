import { assert, assertEquals } from "@std/assert";
import { sort } from "./sort.ts";

Deno.test("any number of items is sorted, equal ones in their order", () => {
  for (const count of [0, 1, 2, 255, 256, 257, 511, 512, 513, 1_000, 5_000]) {
    const items = Array.from({ length: count }, (_, i) => ({
      key: (i * 7_919) % 97,
      i,
    }));
    const expected = items.toSorted((a, b) => a.key - b.key);
    const work = sort([...items], (a, b) => a.key - b.key);
    let pauses = 0;
    let step = work.next();
    for (; !step.done; step = work.next()) pauses++;
    assertEquals(step.value, expected, `${count}`);
    assert(pauses >= count / 256, `${count}: ${pauses}`);
  }
});
