import { assert, assertEquals, assertRejects } from "@std/assert";
import { compliance } from "../testing/compliance.ts";
import { edgeOn, join, tell } from "../testing/store_world.ts";
import { MemoryStore } from "./memory_store.ts";

compliance({
  name: "memory",
  open(mode) {
    let now = 1_700_000_000_000;
    const store = new MemoryStore({ clock: () => now, mode });
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

Deno.test("memory: a number is given again when its gateway is dead", async () => {
  let now = 0;
  const store = new MemoryStore({ clock: () => now, random: () => 0.5 });
  const first = await join(store, "first");
  assertEquals(first.number, 2_048);
  await tell(store, first, edgeOn(1n, 1));
  for (let i = 1; i < 4_096; i++) await join(store, `g${i}`);
  const error = await assertRejects(() => join(store, "one more"), Error);
  assert(error.message.includes("4096 gateways are alive"));
  now += 20_000;
  for (let i = 1; i < 4_096; i++) await join(store, `g${i}`);
  now += 11_000;
  assertEquals((await join(store, "one more")).number, first.number);
  assertEquals(await store.edge(1n), undefined);
  assertEquals(await store.removeDead(10), { removed: 1, more: false });
});

Deno.test("memory: ended connections are not remembered for ever", async () => {
  let now = 0;
  const store = new MemoryStore({ clock: () => now });
  const a = await join(store, "a");
  await store.apply(a, [{
    kind: "edge-offline",
    id: 1n,
    stamp: { since: 5, seq: 0 },
  }]);
  assertEquals(await tell(store, a, edgeOn(1n, 5)), "superseded");
  now += 121_000;
  await store.renew(a);
  assertEquals(await tell(store, a, edgeOn(1n, 5)), "applied");
});

Deno.test("memory: a clock of the machine that is set ends no lease, and prolongs none", async () => {
  const { now } = Date;
  const store = new MemoryStore();
  try {
    const a = await join(store, "a");
    await tell(store, a, edgeOn(1n, store.now()));
    const before = store.now();
    for (const hours of [1, -1]) {
      Date.now = () => now() + hours * 3_600_000;
      assertEquals((await store.edge(1n))?.frontierId, "a");
      assertEquals(await store.removeDead(10), { removed: 0, more: false });
      const later = store.now() - before;
      assert(later >= 0 && later < 600_000, `${later} ms`);
    }
  } finally {
    Date.now = now;
  }
});
