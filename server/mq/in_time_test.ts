import { assertEquals, assertRejects } from "@std/assert";
import { inTime } from "./in_time.ts";

Deno.test("what settles in time is passed on", async () => {
  assertEquals(await inTime(Promise.resolve(7), 60_000), 7);
  await assertRejects(
    () => inTime(Promise.reject(new RangeError("no")), 60_000),
    RangeError,
    "no",
  );
});

Deno.test("what does not settle in time is given up, and may reject later", async () => {
  const { promise, reject } = Promise.withResolvers<never>();
  await assertRejects(
    () => inTime(promise, 1),
    Error,
    "no answer within 1 ms",
  );
  reject(new Error("late"));
});
