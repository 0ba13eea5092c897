import { assertEquals } from "@std/assert";
import { KeptAnswers } from "./kept_answers.ts";

Deno.test("no more answers are kept than there may be; those nobody asks for go first", () => {
  const kept = new KeptAnswers<number>(3);
  for (const key of ["a", "b", "c"]) kept.keep(key, 1, 1);
  assertEquals(kept.find("a"), { value: 1, at: 1 });
  kept.keep("d", 2, 2);
  assertEquals(["a", "b", "c", "d"].map((key) => kept.find(key)?.value), [
    1,
    undefined,
    1,
    2,
  ]);
  assertEquals(kept.size, 3);
});

Deno.test("a newer answer takes the place of the older one, and can be forgotten", () => {
  const kept = new KeptAnswers<number>(2);
  kept.keep("a", 1, 1);
  kept.keep("b", 1, 1);
  kept.keep("a", 2, 5);
  assertEquals(kept.size, 2);
  assertEquals(kept.find("a"), { value: 2, at: 5 });
  kept.forget("a");
  assertEquals([kept.find("a"), kept.size], [undefined, 1]);
});
