import { assertEquals } from "@std/assert";
import { TimerWheel } from "@frontier/proto";
import { type Resyncable, Resyncs } from "./resyncs.ts";
import { settled } from "./testing/plane_world.ts";

class Gateway implements Resyncable {
  turns = 0;
  #end: () => void = () => {};
  resync(): Promise<void> {
    this.turns++;
    return new Promise((resolve) => this.#end = resolve);
  }
  end(): void {
    this.#end();
  }
}

function world() {
  const timers = new TimerWheel();
  const store = { up: true };
  const resyncs = new Resyncs({
    timers,
    random: () => 0.25,
    ready: () => store.up,
  });
  const advance = async (ms: number) => {
    timers.advance(timers.now() + ms);
    await settled();
  };
  return { resyncs, store, advance };
}

Deno.test("eight have their turn at a time, the others when one is through", async () => {
  const { resyncs, advance } = world();
  const gateways = Array.from({ length: 13 }, () => new Gateway());
  for (const gateway of gateways) resyncs.want(gateway);
  const turns = () => gateways.filter((gateway) => gateway.turns > 0).length;
  assertEquals(turns(), 0);
  await advance(1_000);
  assertEquals(turns(), 8);
  gateways[0]!.end();
  gateways[1]!.end();
  await settled();
  await advance(100);
  assertEquals(turns(), 10);
  for (let i = 0; i < 9; i++) {
    for (const gateway of gateways) gateway.end();
    await advance(100);
  }
  assertEquals(gateways.map((gateway) => gateway.turns), Array(13).fill(1));
  assertEquals(resyncs.waiting, 0);
});

Deno.test("nobody has a turn while the store is down", async () => {
  const { resyncs, store, advance } = world();
  const gateway = new Gateway();
  store.up = false;
  resyncs.want(gateway);
  await advance(60_000);
  assertEquals(gateway.turns, 0);
  store.up = true;
  resyncs.wake();
  await advance(1_000);
  assertEquals(gateway.turns, 1);
});

Deno.test("one that wants again and again has a turn every five seconds", async () => {
  const { resyncs, advance } = world();
  const gateway = new Gateway();
  for (let i = 0; i < 60; i++) {
    resyncs.want(gateway);
    await advance(1_000);
    gateway.end();
    await settled();
  }
  assertEquals(gateway.turns >= 10 && gateway.turns <= 13, true);
});

Deno.test("one that has gone has no turn, nor anybody after the end", async () => {
  const { resyncs, advance } = world();
  const gone = new Gateway();
  const late = new Gateway();
  resyncs.want(gone);
  resyncs.forget(gone);
  await advance(1_000);
  resyncs.want(late);
  resyncs.close();
  resyncs.want(gone);
  await advance(10_000);
  assertEquals([gone.turns, late.turns, resyncs.waiting], [0, 0, 0]);
});
