import { assertEquals, assertRejects } from "@std/assert";
import { Gathered } from "./gathered.ts";

Deno.test("what is asked at once is asked as one", async () => {
  const asked: number[][] = [];
  const gathered = new Gathered<number, string>((keys) => {
    asked.push([...keys]);
    return Promise.resolve(
      new Map(keys.filter((key) => key !== 3).map((key) => [key, `of ${key}`])),
    );
  });
  assertEquals(
    await Promise.all([1, 2, 1, 3].map((key) => gathered.get(key))),
    ["of 1", "of 2", "of 1", undefined],
  );
  assertEquals(asked, [[1, 2, 3]]);
  assertEquals(await gathered.get(1), "of 1");
  assertEquals(asked.length, 2);
  const many = Array.from({ length: 2_500 }, (_, i) => i);
  await Promise.all(many.map((key) => gathered.get(key)));
  assertEquals(asked.slice(2).map(({ length }) => length), [1_000, 1_000, 500]);
});

Deno.test("a question that cannot be answered fails for all who asked", async () => {
  let fails = true;
  const gathered = new Gathered<number, number>((keys) =>
    fails
      ? Promise.reject(new Error("away"))
      : Promise.resolve(new Map(keys.map((key) => [key, key])))
  );
  const both = [gathered.get(1), gathered.get(2)];
  for (const one of both) await assertRejects(() => one, Error, "away");
  fails = false;
  assertEquals(await gathered.get(1), 1);
});
