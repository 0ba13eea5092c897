import { assert, assertEquals } from "@std/assert";
import type { EdgePeer, ServicePeer } from "../directory/peer.ts";
import { Directory } from "../directory/directory.ts";
import { Watchers, type WatchEvent } from "./watchers.ts";

const KICKED = { kind: "kicked", text: "kicked" } as const;

/** As much of an edge as a directory and a watcher look at. */
function edge(id: number): EdgePeer {
  return {
    kind: "edge",
    id: BigInt(id),
    idHi: 0,
    idLo: id,
    name: "",
    meta: new TextEncoder().encode(`meta ${id}`),
    address: { network: "tcp", hostname: "::1", port: id },
    online: false,
  } as EdgePeer;
}

/** A directory, and who watches it. */
function scene(): { directory: Directory; watchers: Watchers } {
  const directory = new Directory();
  return { directory, watchers: new Watchers(directory, () => 1_234) };
}

/** Lets somebody watch; what was heard grows. */
function watch(
  watchers: Watchers,
  kind?: "edge" | "service",
): { heard: WatchEvent[]; stop(): Promise<void> } {
  const heard: WatchEvent[] = [];
  const stop = new AbortController();
  const done = (async () => {
    for await (const event of watchers.watch(kind, stop.signal)) {
      heard.push(event);
    }
  })();
  return {
    heard,
    async stop() {
      stop.abort();
      await done;
    },
  };
}

async function tick(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 0));
}

Deno.test("a watcher hears who comes, who goes and why", async () => {
  const { directory, watchers } = scene();
  const one = edge(7);
  directory.addEdge(edge(1));
  const { heard, stop } = watch(watchers);
  await tick();
  directory.addEdge(one);
  directory.removeEdge(one, KICKED);
  await tick();
  const event = {
    timeMs: 1_234,
    kind: "edge",
    id: 7n,
    meta: "meta 7",
    name: "",
    addr: "[::1]:7",
  };
  assertEquals(heard, [
    { ...event, type: "connected", reason: undefined },
    { ...event, type: "disconnected", reason: KICKED },
  ] as WatchEvent[]);
  await stop();
});

Deno.test("a watcher of services hears nothing of edges", async () => {
  const { directory, watchers } = scene();
  const { heard, stop } = watch(watchers, "service");
  await tick();
  directory.addEdge(edge(1));
  directory.addService({
    kind: "service",
    id: 2n,
    name: "greeter",
    topics: [],
    methodKeys: new Map(),
    address: { network: "tcp", hostname: "h", port: 1 },
  } as unknown as ServicePeer);
  await tick();
  assertEquals(heard.map(({ type }) => type), ["connected"]);
  await stop();
});

Deno.test("a slow watcher is told how many events it has missed, and where", async () => {
  const { directory, watchers } = scene();
  const stop = new AbortController();
  const events = watchers.watch(undefined, stop.signal);
  const first = events.next();
  await tick();
  const one = edge(1);
  for (let i = 0; i < 6_000; i++) {
    directory.addEdge(one);
    directory.removeEdge(one, KICKED);
  }
  const heard: WatchEvent[] = [(await first).value!];
  while (heard.at(-1)!.type !== "missed") {
    heard.push((await events.next()).value!);
  }
  const missed = heard.at(-1)!;
  assert(missed.type === "missed");
  // None is lost without being counted.
  assertEquals(heard.length - 1 + missed.missed, 12_000);
  assert(heard.length < 10_000);
  directory.addEdge(one);
  assertEquals((await events.next()).value!.type, "connected");
  stop.abort();
  assertEquals((await events.next()).done, true);
});

Deno.test("a slow watcher holds up no other, and costs nothing once it has gone", async () => {
  const { directory, watchers } = scene();
  const slow = new AbortController();
  const stuck = watchers.watch(undefined, slow.signal);
  const begun = stuck.next();
  const { heard, stop } = watch(watchers);
  await tick();
  assertEquals(watchers.size, 2);
  for (let i = 1; i <= 10; i++) directory.addEdge(edge(i));
  await tick();
  assertEquals(heard.length, 10);
  await begun;
  await stuck.return();
  assertEquals(watchers.size, 1);
  await stop();
  assertEquals(watchers.size, 0);
  directory.addEdge(edge(99));
  assertEquals(heard.length, 10);
});

Deno.test("what edges say of themselves does not pile up at a watcher that does not take it", async () => {
  const { directory, watchers } = scene();
  const stop = new AbortController();
  const events = watchers.watch(undefined, stop.signal);
  const first = events.next();
  for (let id = 1; id <= 100; id++) {
    const one = edge(id);
    one.meta = new Uint8Array(100_000).fill(0x6d);
    directory.addEdge(one);
  }
  assertEquals((await first).value?.type, "connected");
  let text = 100_000;
  let missed = 0;
  while (missed === 0) {
    const { value } = await events.next();
    if (value?.type === "missed") missed = value.missed;
    else text += (value as { meta: string }).meta.length;
  }
  assert(text <= 1_048_576, `${text} characters`);
  assertEquals(missed, 90);
  stop.abort();
  await events.return();
});

Deno.test("a watch that lasts leaves nothing at its signal", async () => {
  const { directory, watchers } = scene();
  const stop = new AbortController();
  let listeners = 0;
  const { addEventListener, removeEventListener } = stop.signal;
  stop.signal.addEventListener = function (...args: unknown[]) {
    listeners++;
    return addEventListener.apply(this, args as never);
  };
  stop.signal.removeEventListener = function (...args: unknown[]) {
    listeners--;
    return removeEventListener.apply(this, args as never);
  };
  const events = watchers.watch(undefined, stop.signal);
  for (let id = 1; id <= 50; id++) {
    const next = events.next();
    await tick();
    directory.addEdge(edge(id));
    await next;
  }
  assertEquals(listeners, 0);
  stop.abort();
  await events.return();
});
