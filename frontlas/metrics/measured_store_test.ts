import { assertEquals, assertRejects } from "@std/assert";
import { SwitchedStore } from "../control/testing/switched_store.ts";
import { MemoryStore } from "../store/memory/mod.ts";
import {
  type PresenceStore,
  StoreUnavailableError,
} from "../store/presence_store.ts";
import { compliance } from "../store/testing/compliance.ts";
import { MeasuredStore } from "./measured_store.ts";
import { OPERATIONS } from "./store_figures.ts";

compliance({
  name: "measured",
  open(mode) {
    let now = 1_700_000_000_000;
    const store = new MeasuredStore(
      new MemoryStore({ clock: () => now, mode }),
    );
    return Promise.resolve({
      store,
      other: store,
      advance(ms: number) {
        now += ms;
        return Promise.resolve();
      },
      [Symbol.asyncDispose]: () => store[Symbol.asyncDispose](),
    });
  },
});

Deno.test("measured: each question is counted under its operation, by what came of it", async () => {
  const switched = new SwitchedStore();
  const store: PresenceStore & MeasuredStore = new MeasuredStore(
    switched.store,
  );
  const introduction = {
    frontierId: "a",
    instance: "1",
    serviceAddr: "s",
    edgeAddr: "e",
  };
  const session = (await store.register(introduction))!;
  const all = () => [
    store.register(introduction),
    store.renew(session),
    store.release(session, 5_000),
    store.apply(session, []),
    store.touch(session, "edge", 1n),
    store.remove(session, "edge", 1n),
    store.members("a", "edge", "0"),
    store.leaveEvictions("a", []),
    store.takeEvictions("a"),
    store.removeDead(1),
    store.frontier("a"),
    store.edge(1n),
    store.edges([1n]),
    store.service(1n),
    store.frontiers(),
    store.edgePage(0, 1),
    store.servicePage(0, 1),
    store.counts(),
    store.ping(),
  ];
  await Promise.all(all());
  switched.off();
  for (const asked of all()) {
    await assertRejects(() => asked, StoreUnavailableError);
  }
  switched.on();
  switched.gate = Promise.reject(new TypeError("broken"));
  switched.gate.catch(() => {});
  for (const asked of all()) await assertRejects(() => asked, TypeError);
  const times: Partial<Record<typeof OPERATIONS[number], number>> = {
    evictions: 2,
    look_up: 4,
    list: 4,
  };
  for (const operation of OPERATIONS) {
    const each = times[operation] ?? 1;
    const first = operation === "register" ? 1 : 0;
    assertEquals(
      store.figures.counts(operation),
      { ok: each + first, unavailable: each, failed: each },
      operation,
    );
    assertEquals(store.figures.spans(operation).count, 3 * each + first);
  }
});

Deno.test("measured: it says what the store says of itself, and hears nothing of its own", async () => {
  const switched = new SwitchedStore();
  const store: PresenceStore = new MeasuredStore(switched.store);
  assertEquals([store.kind, store.mode, store.state], [
    "memory",
    "lease",
    "up",
  ]);
  switched.off();
  assertEquals(store.state, "down");
  const memory = new MemoryStore();
  const other: PresenceStore = new MeasuredStore(memory);
  const hear = () => {};
  other.onState = hear;
  assertEquals([memory.onState, other.onState], [hear, hear]);
  assertEquals(Math.abs(store.now() - Date.now()) < 60_000, true);
  switched.on();
  await store[Symbol.asyncDispose]();
});
