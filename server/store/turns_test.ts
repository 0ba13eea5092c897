import { assert, assertEquals, assertRejects } from "@std/assert";
import { Turns, type Work } from "./turns.ts";

/** Turns on a clock that work itself moves. */
function setUp(sliceMs = 1) {
  const clock = { now: 0, slices: [] as (() => void)[] };
  const turns = new Turns({
    now: () => clock.now,
    sliceMs,
    later: (run) => {
      clock.slices.push(run);
      return () => {
        clock.slices = clock.slices.filter((other) => other !== run);
      };
    },
  });
  return { clock, turns };
}

function* steps(
  clock: { now: number },
  count: number,
  ms: number,
  done: string[] = [],
  name = "",
): Work<number> {
  for (let i = 0; i < count; i++) {
    clock.now += ms;
    done.push(name);
    yield;
  }
  return count;
}

Deno.test("nothing is due while there is no work", () => {
  const { clock } = setUp();
  assertEquals(clock.slices.length, 0);
});

Deno.test("one slice is due at a time, and takes as long as a slice", async () => {
  const { clock, turns } = setUp();
  const results = [
    turns.run(steps(clock, 10, 0.25)),
    turns.run(steps(clock, 5, 0.25)),
  ];
  let slices = 0;
  while (clock.slices.length > 0) {
    assertEquals(clock.slices.length, 1);
    const before = clock.now;
    clock.slices.shift()!();
    assert(clock.now - before <= 1.25, `${clock.now - before}`);
    slices++;
  }
  assertEquals(await Promise.all(results), [10, 5]);
  assertEquals(slices, 4);
  assertEquals(turns.size, 0);
});

Deno.test("all work takes turns", async () => {
  const { clock, turns } = setUp();
  const done: string[] = [];
  const results = ["a", "b", "c"].map((name) =>
    turns.run(steps(clock, 3, 1, done, name))
  );
  while (clock.slices.length > 0) clock.slices.shift()!();
  await Promise.all(results);
  assertEquals(done.join(""), "abcabcabc");
});

Deno.test("work that is short leaves the slice to the next", () => {
  const { clock, turns } = setUp();
  for (let i = 0; i < 5; i++) turns.run(steps(clock, 1, 0.1));
  clock.slices.shift()!();
  assertEquals(clock.slices.length, 0);
  assertEquals(turns.size, 0);
});

Deno.test("an error is its own work's alone", async () => {
  const { clock, turns } = setUp();
  const failing = turns.run((function* (): Work<void> {
    yield;
    throw new Error("broken");
  })());
  const other = turns.run(steps(clock, 3, 1));
  const failed = assertRejects(() => failing, Error, "broken");
  while (clock.slices.length > 0) clock.slices.shift()!();
  await failed;
  assertEquals(await other, 3);
});

Deno.test("closing gives up what is under way and lets it tidy up", async () => {
  const { clock, turns } = setUp();
  let tidy = false;
  const work = turns.run((function* (): Work<void> {
    try {
      for (;;) {
        clock.now++;
        yield;
      }
    } finally {
      tidy = true;
    }
  })());
  clock.slices.shift()!();
  const given = assertRejects(() => work, Error, "over");
  turns.close(new Error("over"));
  turns.close(new Error("again"));
  await given;
  assert(tidy);
  assertEquals(clock.slices.length, 0);
  await assertRejects(() => turns.run(steps(clock, 1, 1)), Error, "over");
  assertEquals(clock.slices.length, 0);
});

Deno.test("the usual turns are those of the event loop", async () => {
  const turns = new Turns();
  let others = 0;
  const timer = setInterval(() => others++, 1);
  await turns.run((function* (): Work<void> {
    while (others < 3) yield;
  })());
  clearInterval(timer);
});
