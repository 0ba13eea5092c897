import { assert, assertEquals, assertRejects } from "@std/assert";
import { Pace, sleep } from "./pace.ts";
import { Places } from "./places.ts";

Deno.test("so many begin at once, the others at a pace", () => {
  const pace = new Pace(4);
  const waits = Array.from({ length: 7 }, () => pace.turn(5_000));
  assertEquals(waits, [0, 0, 0, 0, 250, 500, 750]);
  // After a pause there is a burst again, and no larger one.
  assertEquals(
    Array.from({ length: 5 }, () => pace.turn(60_000)),
    [0, 0, 0, 0, 250],
  );
});

Deno.test("whoever gives up does not wait", async () => {
  const gone = new AbortController();
  const asleep = sleep(60_000, gone.signal);
  gone.abort(new Error("gone"));
  await assertRejects(() => asleep, Error, "gone");
  await assertRejects(() => sleep(1, gone.signal), Error, "gone");
});

Deno.test("queries beyond their pace wait, and who gives up leaves its place", async () => {
  const places = new Places({ queriesPerSecond: 10, queries: 2 });
  const { signal } = new AbortController();
  for (let i = 0; i < 10; i++) (await places.take("query", signal))();
  const gone = new AbortController();
  const leaves = places.take("query", gone.signal);
  const began = performance.now();
  const waits = places.take("query", signal);
  gone.abort(new Error("gone"));
  await assertRejects(() => leaves, Error, "gone");
  (await waits)();
  assert(performance.now() - began > 50);
  assertEquals(places.taken("query"), 0);
  // Commands have nothing to wait for.
  (await places.take("command", signal))();
});
