import { assert, assertEquals } from "@std/assert";
import { Answers } from "./answers.ts";
import { differenceOf, FrontierView } from "./frontier_view.ts";
import { SwitchedStore } from "./testing/switched_store.ts";

const never = new AbortController().signal;

function open() {
  const switched = new SwitchedStore();
  const looks: unknown[] = [];
  const view = new FrontierView({
    answers: new Answers({ store: switched.store }),
    onLook: (error) => looks.push(error),
  });
  return { switched, looks, view };
}

Deno.test("a change wakes all who wait, a few in each turn", async () => {
  const { switched, view } = open();
  using _ = view;
  await view.look();
  let woken = 0;
  const waiting = Array.from(
    { length: 200 },
    () => view.next(60_000, never).then(() => woken++),
  );
  await switched.gateway("a");
  view.changed();
  const seen: number[] = [];
  while (woken < 200) {
    await new Promise((resolve) => setTimeout(resolve, 0));
    if (woken !== seen.at(-1)) seen.push(woken);
  }
  await Promise.all(waiting);
  const steps = seen.filter((count) => count > 0);
  assertEquals([steps[0], steps.length > 1], [64, true], steps.join());
});

Deno.test("no change wakes nobody before its time, and then it does", async () => {
  const { switched, view } = open();
  using _ = view;
  const session = await switched.gateway("a", [1n]);
  await view.look();
  const { live } = view;
  let early = false;
  const late = view.next(60_000, never).then(() => early = true);
  const begun = performance.now();
  const due = view.next(500, never);
  // What is connected to a gateway is no change.
  await switched.memory.remove(session, "edge", 1n);
  view.changed();
  await due;
  assert(performance.now() - begun >= 490);
  assertEquals([early, view.live === live], [false, true]);
  view[Symbol.dispose]();
  await late;
  // Nobody waits for what will never come.
  await view.next(60_000, never);
});

Deno.test("whoever gives up waiting is let go", async () => {
  const { view } = open();
  using _ = view;
  const gone = new AbortController();
  const waits = view.next(60_000, gone.signal);
  gone.abort();
  await waits;
  await view.next(60_000, gone.signal);
});

Deno.test("many changes at once are few looks, and the last one is seen", async () => {
  const { switched, looks, view } = open();
  using _ = view;
  const ids = Array.from({ length: 100 }, (_, i) => `g${i}`);
  for (const id of ids) {
    await switched.gateway(id);
    view.changed();
  }
  while (view.live?.size !== 100) {
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  assert(looks.length < 10, `${looks.length}`);
});

Deno.test("a store that fails leaves what was known, and says so after each look", async () => {
  const { switched, looks, view } = open();
  using _ = view;
  await switched.gateway("a");
  await view.look();
  switched.off(false);
  await new Promise((resolve) => setTimeout(resolve, 100));
  await view.look();
  assertEquals([...view.live!.keys()], ["a"]);
  assertEquals(looks.map((error) => error === undefined), [true, false]);
});

Deno.test("of a look that is under way when it ends nothing is said", async () => {
  const { switched, looks, view } = open();
  const { promise, resolve } = Promise.withResolvers<void>();
  switched.gate = promise;
  const look = view.look();
  view[Symbol.dispose]();
  switched.off(false);
  resolve();
  await look;
  assertEquals([looks, view.live], [[], undefined]);
});

Deno.test("a difference has those that came or moved, and those that went", () => {
  const record = (frontierId: string, serviceAddr = "s", edges = 0) => ({
    frontierId,
    serviceAddr,
    edgeAddr: "e",
    edges,
    services: 0,
  });
  const mapOf = (...all: ReturnType<typeof record>[]) =>
    new Map(all.map((one) => [one.frontierId, one]));
  const before = mapOf(record("a"), record("b"), record("c"));
  const after = mapOf(
    record("b", "elsewhere"),
    record("c", "s", 7),
    record("d"),
  );
  const { online, offline } = differenceOf(before, after);
  assertEquals(online.map(({ frontierId }) => frontierId), ["b", "d"]);
  assertEquals(offline, ["a"]);
  assertEquals(differenceOf(after, after), { online: [], offline: [] });
});
