import { assertEquals, assertRejects } from "@std/assert";
import { ApiError } from "@frontier/platform/control";
import { Answers } from "./answers.ts";
import { SwitchedStore } from "./testing/switched_store.ts";

function stage(maxKept?: number) {
  const switched = new SwitchedStore();
  const clock = { ms: 0, catchingUp: false };
  const answers = new Answers({
    store: switched.store,
    now: () => clock.ms,
    catchingUp: () => clock.catchingUp,
    ...(maxKept !== undefined && { maxKept }),
  });
  return { switched, clock, answers };
}

async function assertUnavailable(answer: Promise<unknown>): Promise<void> {
  const error = await assertRejects(() => answer, ApiError, "the store");
  assertEquals(error.code, "UNAVAILABLE");
}

for (const known of [true, false]) {
  const when = known ? "is known to be down" : "does not answer";
  Deno.test(`while the store ${when}, what it said last does, with its age`, async () => {
    const { switched, clock, answers } = stage();
    await switched.gateway("a", [1n, 2n], [7n]);
    const asked = () =>
      [
        answers.edge(1n),
        answers.edges([1n, 2n]),
        answers.service(7n),
        answers.frontier("a"),
        answers.frontiers(),
        answers.counts(),
      ] as const;
    const fresh = await Promise.all(asked());
    for (const { ageMs } of fresh) assertEquals(ageMs, undefined);
    switched.off(known);
    clock.ms = 4_000;
    const stale = await Promise.all(asked());
    for (const { ageMs } of stale) assertEquals(ageMs, 4_000);
    assertEquals(
      stale.map(({ value }) => value),
      fresh.map(({ value }) => value),
    );
    await assertUnavailable(answers.edge(3n));
    // To leave one out would say that it is offline.
    await assertUnavailable(answers.edges([1n, 3n]));
    await assertUnavailable(answers.service(1n));
    // It was not alive when all were listed.
    await assertUnavailable(answers.frontier("b"));
    await assertUnavailable(answers.edgePage(0, 10));
    await assertUnavailable(answers.servicePage(0, 10));
    assertEquals([answers.figures.stale, answers.figures.missing], [6, 6]);
    switched.on();
    assertEquals((await answers.edge(1n)).ageMs, undefined);
  });
}

Deno.test("a store that is known to be down is not asked", async () => {
  const { switched, answers } = stage();
  await switched.gateway("a", [1n]);
  await answers.edge(1n);
  switched.off();
  for (let i = 0; i < 5; i++) await answers.edge(1n);
  assertEquals(switched.calls.get("edge"), 1);
});

Deno.test("what is gone is not kept", async () => {
  const { switched, answers } = stage();
  const session = await switched.gateway("a", [1n], [7n]);
  await answers.edge(1n);
  await answers.edges([1n]);
  await answers.service(7n);
  assertEquals(answers.kept, 2);
  await switched.memory.remove(session, "edge", 1n);
  await switched.memory.remove(session, "service", 7n);
  assertEquals((await answers.edges([1n])).value, []);
  assertEquals((await answers.service(7n)).value, []);
  assertEquals(answers.kept, 0);
  switched.off();
  await assertUnavailable(answers.edge(1n));
});

Deno.test("those who ask the same at the same moment share one question", async () => {
  const { switched, answers } = stage();
  await switched.gateway("a", [1n, 2n]);
  const { promise, resolve } = Promise.withResolvers<void>();
  switched.gate = promise;
  const all = Array.from({ length: 100 }, () => answers.edge(1n));
  const other = answers.edge(2n);
  resolve();
  const records = await Promise.all(all);
  assertEquals((await other).value!.edgeId, 2n);
  assertEquals(
    new Set(records.map(({ value }) => value!.edgeId)),
    new Set([1n]),
  );
  assertEquals(switched.calls.get("edge"), 2);
  assertEquals(answers.figures.shared, 99);
  // The next one asks anew.
  await answers.edge(1n);
  assertEquals(switched.calls.get("edge"), 3);
});

Deno.test("a store that fails while many wait fails all of them, and is asked again", async () => {
  const { switched, answers } = stage();
  await switched.gateway("a", [1n]);
  const { promise, resolve } = Promise.withResolvers<void>();
  switched.gate = promise;
  const all = Array.from({ length: 10 }, () => answers.edge(1n));
  switched.off(false);
  resolve();
  await Promise.all(all.map(assertUnavailable));
  switched.on();
  assertEquals((await answers.edge(1n)).value!.frontierId, "a");
});

Deno.test("an error that is no outage is passed on, not covered by what was said before", async () => {
  const { switched, answers } = stage();
  await switched.gateway("a", [1n]);
  await answers.edge(1n);
  switched.gate = Promise.reject(new TypeError("broken"));
  switched.gate.catch(() => {});
  await assertRejects(() => answers.edge(1n), TypeError, "broken");
});

Deno.test("no more answers are kept than there may be", async () => {
  const { switched, answers } = stage(100);
  const ids = Array.from({ length: 1_000 }, (_, i) => BigInt(i + 1));
  await switched.gateway("a", ids, ids);
  await answers.edges(ids);
  for (const id of ids) await answers.service(id);
  assertEquals(answers.kept, 100);
});

Deno.test("of a gateway the newer of two answers counts: its own, or that about all", async () => {
  const { switched, clock, answers } = stage();
  clock.ms = 1_000;
  await answers.frontiers();
  const session = await switched.gateway("a");
  clock.ms = 2_000;
  await answers.frontier("a");
  switched.off();
  assertEquals((await answers.frontier("a")).ageMs, 0);
  switched.on();
  await switched.memory.release(session, 0);
  clock.ms = 3_000;
  await answers.frontiers();
  switched.off();
  await assertUnavailable(answers.frontier("a"));
});

Deno.test("while gateways still tell what they have, what is not recorded is not called absent", async () => {
  const { switched, clock, answers } = stage();
  clock.catchingUp = true;
  const session = await switched.gateway("a", [1n], [7n]);
  assertEquals((await answers.edge(1n)).value!.frontierId, "a");
  assertEquals((await answers.edges([1n])).value.length, 1);
  assertEquals((await answers.service(7n)).value.length, 1);
  const unknown = () =>
    [
      answers.edge(2n),
      answers.edges([1n, 2n]),
      answers.service(8n),
      answers.frontier("b"),
    ] as const;
  for (const answer of unknown()) {
    const error = await assertRejects(() => answer, ApiError, "still tell");
    assertEquals(error.code, "UNAVAILABLE");
  }
  assertEquals(answers.figures.untold, 4);
  // Lists and counts say what there is.
  assertEquals((await answers.counts()).value, { edges: 1, services: 1 });
  assertEquals((await answers.frontiers()).value.size, 1);
  clock.catchingUp = false;
  const [edge, edges, service, frontier] = await Promise.all(unknown());
  assertEquals([edge.value, frontier.value], [undefined, undefined]);
  assertEquals([edges.value.length, service.value.length], [1, 0]);
  // Whoever asked before the last one had told does not hear that it is absent.
  clock.catchingUp = true;
  const { promise, resolve } = Promise.withResolvers<void>();
  switched.gate = promise;
  const asked = answers.edge(3n);
  clock.catchingUp = false;
  resolve();
  await assertRejects(() => asked, ApiError, "still tell");
  assertEquals((await answers.edge(3n)).value, undefined);
  await switched.memory.release(session, 0);
});

Deno.test("look-ups have their turn while thousands of ids are looked up", async () => {
  const { switched, answers } = stage();
  const ids = Array.from({ length: 5_000 }, (_, i) => BigInt(i + 1));
  await switched.gateway("a", ids.slice(0, 3_000));
  let over = false;
  const all = answers.edges(ids).finally(() => over = true);
  const alone = await answers.edge(1n);
  assertEquals([alone.value!.frontierId, over], ["a", false]);
  const { value } = await all;
  assertEquals(value.map(({ edgeId }) => edgeId), ids.slice(0, 3_000));
  assertEquals(switched.calls.get("edges"), 20);
});
