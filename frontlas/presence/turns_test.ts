import { assertEquals, assertRejects } from "@std/assert";
import { settled } from "./testing/plane_world.ts";
import { Turns } from "./turns.ts";

Deno.test("two act at a time, in the order they came, whatever becomes of them", async () => {
  const turns = new Turns(2);
  const begun: number[] = [];
  const ends: PromiseWithResolvers<number>[] = [];
  const results = Array.from({ length: 5 }, (_, i) => {
    const end = Promise.withResolvers<number>();
    ends.push(end);
    return turns.take(() => {
      begun.push(i);
      return end.promise;
    });
  });
  await settled();
  assertEquals(begun, [0, 1]);
  ends[1]!.reject(new Error("It failed"));
  await assertRejects(() => results[1]!, Error, "It failed");
  await settled();
  assertEquals(begun, [0, 1, 2]);
  for (const [i, end] of ends.entries()) end.resolve(i);
  assertEquals(await Promise.all([0, 2, 3, 4].map((i) => results[i])), [
    0,
    2,
    3,
    4,
  ]);
  assertEquals(begun, [0, 1, 2, 3, 4]);
  // All places are free again.
  assertEquals(await turns.take(() => Promise.resolve(9)), 9);
});
