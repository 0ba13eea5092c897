import { assert, assertEquals } from "@std/assert";
import { WorkQueue } from "./work_queue.ts";

Deno.test("a key is worked on by one at a time, again where it was added meanwhile, and again when it failed", async () => {
  const done: string[] = [];
  let atOnce = 0;
  let most = 0;
  const mine = new Map<string, number>();
  const end = new AbortController();
  const queue: WorkQueue = new WorkQueue({
    concurrency: 2,
    work: async (key) => {
      mine.set(key, (mine.get(key) ?? 0) + 1);
      assertEquals(mine.get(key), 1);
      most = Math.max(most, ++atOnce);
      if (key === "a" && !done.includes("a")) queue.add("a");
      await new Promise((resolve) => setTimeout(resolve, 5));
      atOnce--;
      mine.set(key, 0);
      const first = !done.includes(key);
      done.push(key);
      if (key === "bad" && first) throw new Error("at first");
      if (key === "later" && first) return 10;
      if (done.length >= 7) end.abort();
      return undefined;
    },
    onError: (key, error) => {
      assertEquals([key, (error as Error).message], ["bad", "at first"]);
    },
  });
  for (const key of ["a", "bad", "c", "later", "c"]) queue.add(key);
  assertEquals(queue.length, 4);
  await queue.run(end.signal);
  assertEquals([...done].sort(), [
    "a",
    "a",
    "bad",
    "bad",
    "c",
    "later",
    "later",
  ]);
  assertEquals(most, 2);
  assert(queue.length === 0);
});
