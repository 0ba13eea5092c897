import { assert, assertEquals, assertRejects } from "@std/assert";
import { ApiError } from "./api_error.ts";
import { Places } from "./places.ts";

const signal = new AbortController().signal;

async function tick(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 0));
}

Deno.test("queries beyond their places wait, in the order they came", async () => {
  const places = new Places({ queries: 2 });
  const first = await places.take("query", signal);
  const second = await places.take("query", signal);
  const order: number[] = [];
  const later = [3, 4].map((i) =>
    places.take("query", signal).then((release) => {
      order.push(i);
      return release;
    })
  );
  await tick();
  assertEquals([order, places.waiting("query")], [[], 2]);
  first();
  await tick();
  assertEquals(order, [3]);
  // A place is given back once.
  first();
  await tick();
  assertEquals([order, places.taken("query")], [[3], 2]);
  second();
  for (const release of await Promise.all(later)) release();
  assertEquals([order, places.taken("query")], [[3, 4], 0]);
});

Deno.test("whoever gives up waiting takes no place", async () => {
  const places = new Places({ queries: 1 });
  const release = await places.take("query", signal);
  const gone = new AbortController();
  const waits = places.take("query", gone.signal);
  const next = places.take("query", signal);
  gone.abort(new Error("gone"));
  await assertRejects(() => waits, Error, "gone");
  assertEquals(places.waiting("query"), 1);
  release();
  (await next)();
  assertEquals([places.waiting("query"), places.taken("query")], [0, 0]);
});

for (
  const [kind, name] of [["query", "queries"], ["lookup", "look-ups"]] as const
) {
  Deno.test(`too many ${name} that wait are refused, and told so`, async () => {
    const places = new Places({ queries: 1, lookups: 1, waiting: 1 });
    const release = await places.take(kind, signal);
    const waits = places.take(kind, signal);
    const error = await assertRejects(
      () => places.take(kind, signal),
      ApiError,
      `1 ${name} wait already`,
    );
    assert(error instanceof ApiError);
    assertEquals(error.code, "RESOURCE_EXHAUSTED");
    // The others have places of their own.
    (await places.take(kind === "query" ? "lookup" : "query", signal))();
    release();
    (await waits)();
    assertEquals([places.taken(kind), places.waiting(kind)], [0, 0]);
  });
}

for (const kind of ["command", "watch"] as const) {
  Deno.test(`a ${kind} without a place does not wait`, async () => {
    const places = new Places({ commands: 1, watches: 1 });
    const release = await places.take(kind, signal);
    await assertRejects(
      () => places.take(kind, signal),
      ApiError,
      "which is the limit",
    );
    // Others have places of their own.
    (await places.take("query", signal))();
    release();
    (await places.take(kind, signal))();
  });
}
