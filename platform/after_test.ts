import process from "node:process";
import { assert, assertEquals } from "@std/assert";
import { after } from "./after.ts";

Deno.test("after() waits as long as it was told", async () => {
  const begin = performance.now();
  await new Promise<void>((resolve) => void after(30, resolve));
  assert(performance.now() - begin >= 29);
});

Deno.test("after() can be given up", async () => {
  let fired = 0;
  const giveUp = after(10, () => fired++);
  giveUp();
  giveUp();
  await new Promise((resolve) => setTimeout(resolve, 40));
  assertEquals(fired, 0);
});

Deno.test("after() takes spans that the runtime's timers do not", async () => {
  const fired: number[] = [];
  const spans = [Infinity, Number.MAX_VALUE, 1e18, 2 ** 53, 2 ** 31];
  const givenUp = spans.map((ms) => after(ms, () => fired.push(ms)));
  await new Promise((resolve) => setTimeout(resolve, 40));
  for (const giveUp of givenUp) giveUp();
  assertEquals(fired, []);
});

Deno.test("after() takes what is not positive for a time that is over, without a word of the runtime", async () => {
  const told: string[] = [];
  const listen = (warning: Error) => told.push(warning.name);
  process.on("warning", listen);
  try {
    for (const ms of [0, -1, -Infinity, NaN]) {
      await new Promise<void>((resolve) => void after(ms, resolve));
    }
    await new Promise((resolve) => setTimeout(resolve, 10));
  } finally {
    process.off("warning", listen);
  }
  assertEquals(told, []);
});
