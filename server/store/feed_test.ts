import { assert, assertEquals } from "@std/assert";
import type { LogFields, Logger } from "@frontier/platform/log";
import { Feed } from "./feed.ts";
import { MemoryBackend } from "./memory/memory_backend.ts";
import { World } from "./testing/world.ts";

function setUp(log: Partial<Logger> = {}) {
  const world = new World();
  const backend = new MemoryBackend();
  let told = 0;
  const feed = new Feed({
    directory: world.directory,
    backend,
    wallClock: () => world.now,
    onChange: () => told++,
    log: log as Logger,
  });
  return { world, backend, feed, told: () => told };
}

Deno.test("a storm of connects is noted, told of once, and entered a few at a time", () => {
  const { world, backend, feed, told } = setUp();
  for (let id = 0n; id < 5_000n; id++) world.edge(id);
  assertEquals(told(), 1);
  assertEquals(feed.waiting, 5_000);
  assertEquals(backend.counts().edges, 0);
  let most = 0;
  let before = 0;
  for (const _ of feed.apply()) {
    most = Math.max(most, backend.counts().edges - before);
    before = backend.counts().edges;
  }
  assert(most > 0 && most <= 16, `${most} at a time`);
  assertEquals(backend.counts().edges, 5_000);
  assertEquals(feed.waiting, 0);
  world.edge(9_999n);
  assertEquals(told(), 2);
});

Deno.test("entering ends with what had happened when it began", () => {
  const { world, backend, feed } = setUp();
  world.edge(1n);
  let id = 2n;
  for (const _ of feed.apply()) {
    for (let n = 0; n < 100; n++) world.edge(id++);
  }
  assertEquals(backend.counts().edges, 1);
  assertEquals(feed.waiting, 100);
});

Deno.test("two who enter at the same time keep the order", () => {
  const { world, backend, feed } = setUp();
  for (let id = 0n; id < 200n; id++) {
    const edge = world.edge(id % 7n, `${id}`);
    if (id < 193n) world.directory.removeEdge(edge);
  }
  const [a, b] = [feed.apply(), feed.apply()];
  for (let done = 0; done < 2;) {
    done = Number(a.next().done) + Number(b.next().done);
  }
  assertEquals(backend.counts().edges, 7);
  for (let id = 193n; id < 200n; id++) {
    assertEquals(backend.edge(id % 7n)?.meta, `${id}`);
  }
});

Deno.test("a change that cannot be entered is reported and keeps nobody out", () => {
  const lines: [string, LogFields | undefined][] = [];
  const { world, backend, feed } = setUp({
    error: (message, fields) => lines.push([message, fields]),
  });
  const add = backend.addEdge.bind(backend);
  backend.addEdge = (edge) => {
    if (edge.id === 2n) throw new Error("disk full");
    add(edge);
  };
  for (const id of [1n, 2n, 3n]) world.edge(id);
  for (const _ of feed.apply());
  assertEquals(backend.counts().edges, 2);
  assertEquals(lines.length, 1);
  assertEquals(lines[0]![0], "Cannot enter a change into the store");
  assertEquals(lines[0]![1]?.error, "disk full");
});

Deno.test("nothing is heard after the end", () => {
  const { world, feed, told } = setUp();
  feed[Symbol.dispose]();
  world.edge(1n);
  assertEquals(told(), 0);
  assertEquals(feed.waiting, 0);
  assertEquals(world.directory.hearsEdgeMethods, false);
});
