/**
 * Measures the store of a cluster: presence events a second, look-ups and lists with all edges online, and what an edge costs Redis:
 * `deno task bench:presence [--edges 1000000] [memory] [standalone] [cluster]`. Needs redis-server (`deno task brokers`).
 *
 * All of it is one process beside Redis, as one Frontlas is. Events are told in batches of 1 000 by ten gateways at a time, each batch
 * after the answer to the one before, as gateways do that have one batch under way.
 *
 * @module
 */

import process from "node:process";
import { parseArgs } from "node:util";
import { monitorEventLoopDelay } from "node:perf_hooks";
import type { PresenceEvent } from "@frontier/proto/cluster";
import { MemoryStore } from "../frontlas/store/memory/mod.ts";
import { openRedisStore } from "../frontlas/store/open_redis_store.ts";
import type {
  FrontierSession,
  PresenceMode,
  PresenceStore,
} from "../frontlas/store/presence_store.ts";
import {
  edgeOff,
  edgeOn,
  join,
} from "../frontlas/store/testing/store_world.ts";
import {
  cli,
  masters,
  type RealRedis,
  redisMissing,
  startCluster,
  startStandalone,
} from "../tests/redis/redis_under_test.ts";
import { Histogram } from "./load/latency.ts";

const { values, positionals } = parseArgs({
  args: Deno.args,
  allowPositionals: true,
  options: { edges: { type: "string", default: "1000000" } },
});
const EDGES = Number(values.edges);
const GATEWAYS = 10;
const BATCH = 1_000;
/** Ids as gateways give them: near 2^62, spread. */
const FIRST = 7_000_000_000_000_000_000n;
const TIMES = { edgeMs: 600_000, serviceMs: 600_000 };
/** A script that takes longer than this holds everybody else up. */
const SLOW_US = 5_000;

/** Figures, as they come: with a million edges it takes minutes. */
class Table {
  /** Adds a line. */
  push([what, figure]: readonly [what: string, figure: string]): void {
    console.log(`| ${what} | ${figure} |`);
  }
}

function idOf(i: number): bigint {
  return FIRST + BigInt(i) * 65_537n;
}

/** Tells about edges, each gateway its share; returns how many events a second, and what one takes of processors. */
async function tellAll(
  store: PresenceStore,
  sessions: readonly FrontierSession[],
  edges: number,
  event: (i: number) => PresenceEvent,
  redis?: RealRedis,
): Promise<string> {
  const began = performance.now();
  const before = await cpu(redis);
  await Promise.all(sessions.map(async (session, g) => {
    const share = Math.ceil(edges / sessions.length);
    const last = Math.min((g + 1) * share, edges);
    for (let at = g * share; at < last; at += BATCH) {
      const size = Math.min(BATCH, last - at);
      await store.apply(
        session,
        Array.from({ length: size }, (_, i) => event(at + i)),
      );
    }
  }));
  const rate = edges / (performance.now() - began) * 1_000;
  const after = await cpu(redis);
  const us = (i: 0 | 1) => ((after[i] - before[i]) / edges).toFixed(1);
  return `${rate.toFixed(0)} events/s; CPU us an event: ${us(0)} here${
    redis === undefined ? "" : `, ${us(1)} in Redis`
  }`;
}

/** Processor time that this process and all masters have taken, in microseconds. */
async function cpu(redis?: RealRedis): Promise<[number, number]> {
  const { user, system } = process.cpuUsage();
  let sum = 0;
  for (const port of redis === undefined ? [] : await masters(redis)) {
    const info = await cli(port, "info", "cpu");
    for (const kind of ["user", "sys"]) {
      const name = `used_cpu_${kind}_main_thread`;
      sum += Number(new RegExp(`${name}:([\\d.]+)`).exec(info)![1]) * 1e6;
    }
  }
  return [user + system, sum];
}

/** How long something takes, one after the other or some at a time. */
async function latency(
  times: number,
  lanes: number,
  act: (i: number) => Promise<unknown>,
): Promise<string> {
  const histogram = new Histogram();
  let next = 0;
  const began = performance.now();
  await Promise.all(Array.from({ length: lanes }, async () => {
    while (next < times) {
      const i = next++;
      const start = performance.now();
      await act(i);
      histogram.add((performance.now() - start) * 1_000);
    }
  }));
  const rate = times / (performance.now() - began) * 1_000;
  const ms = (share: number) => (histogram.quantile(share) / 1_000).toFixed(2);
  return `p50 ${ms(0.5)} ms, p99 ${ms(0.99)} ms, ${rate.toFixed(0)}/s`;
}

async function usedMemory(redis: RealRedis): Promise<number> {
  let sum = 0;
  for (const port of await masters(redis)) {
    const info = await cli(port, "info", "memory");
    sum += Number(/used_memory:(\d+)/.exec(info)![1]);
  }
  return sum;
}

async function measure(
  store: PresenceStore,
  edges: number,
  redis?: RealRedis,
  only: "memory" | "all" = "all",
): Promise<void> {
  const rows = new Table();
  const sessions: FrontierSession[] = [];
  for (let i = 0; i < GATEWAYS; i++) {
    sessions.push(await join(store, `gate-${i}`));
  }
  const renewing = setInterval(() => {
    for (const session of sessions) void store.renew(session);
  }, 5_000);
  await using _ = {
    [Symbol.asyncDispose]: () => Promise.resolve(clearInterval(renewing)),
  };
  const before = redis === undefined ? heap() : await usedMemory(redis);
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  const online = await tellAll(
    store,
    sessions,
    edges,
    (i) => edgeOn(idOf(i), 1e12 + i),
    redis,
  );
  rows.push(["edges go online", online]);
  const after = redis === undefined ? heap() : await usedMemory(redis);
  rows.push([
    redis === undefined ? "memory of the process" : "memory of Redis",
    `${((after - before) / edges).toFixed(0)} B an edge`,
  ]);
  if (only === "memory") return;
  const again = await tellAll(
    store,
    sessions,
    edges,
    (i) => edgeOn(idOf(i), 1e12 + i),
    redis,
  );
  rows.push(["told again (a renewal)", again]);
  delay.disable();
  rows.push([
    "event loop held up meanwhile",
    `p99 ${(delay.percentile(99) / 1e6).toFixed(1)} ms, most ${
      (delay.max / 1e6).toFixed(1)
    } ms`,
  ]);
  const some = (i: number) => idOf(i * 7_919 % edges);
  rows.push([
    "one edge, one after the other",
    await latency(5_000, 1, (i) => store.edge(some(i))),
  ]);
  rows.push([
    "one edge, 64 at a time",
    await latency(50_000, 64, (i) => store.edge(some(i))),
  ]);
  rows.push([
    "its gateway, too, 64 at a time",
    await latency(20_000, 64, async (i) => {
      const edge = await store.edge(some(i));
      await store.frontier(edge!.frontierId);
    }),
  ]);
  for (const count of [100, 1_000]) {
    let cursor = 0;
    rows.push([
      `a page of ${count}`,
      await latency(100, 1, async () => {
        ({ cursor } = await store.edgePage(cursor, count));
      }),
    ]);
  }
  rows.push(["all gateways", await latency(200, 1, () => store.frontiers())]);
  rows.push(["both counts", await latency(200, 1, () => store.counts())]);
  const moved = Math.min(edges, 100_000);
  const moves = await tellAll(
    store,
    sessions.toReversed(),
    moved,
    (i) => edgeOn(idOf(i), 2e12 + i),
    redis,
  );
  rows.push(["edges move", moves]);
  const gone = await tellAll(
    store,
    sessions.toReversed(),
    moved,
    (i) => edgeOff(idOf(i), 2e12 + i),
    redis,
  );
  rows.push(["edges go", gone]);
  clearInterval(renewing);
  await store.release(sessions[5]!, 0);
  const began = performance.now();
  let removed = 0;
  for (let more = true; more;) {
    const turn = await store.removeDead(10_000);
    removed += turn.removed;
    more = turn.more;
  }
  const rate = removed / (performance.now() - began) * 1_000;
  rows.push([
    `a dead gateway's ${removed} edges are removed`,
    `${rate.toFixed(0)}/s`,
  ]);
  if (redis !== undefined) {
    let slow = 0;
    for (const port of await masters(redis)) {
      slow += Number(await cli(port, "slowlog", "len"));
    }
    rows.push([`commands over ${SLOW_US / 1_000} ms in Redis`, `${slow}`]);
  }
}

function heap(): number {
  (globalThis as { gc?: () => void }).gc?.();
  return Deno.memoryUsage().rss;
}

async function inRedis(
  start: () => Promise<RealRedis>,
  mode: PresenceMode,
  edges: number,
  only?: "memory",
): Promise<void> {
  await using redis = await start();
  for (const port of await masters(redis)) {
    await cli(port, "config", "set", "slowlog-log-slower-than", SLOW_US);
  }
  await using store = await openRedisStore(redis.config, {
    mode,
    times: TIMES,
  });
  console.log(`\nRedis ${redis.kind}, ${mode}, ${edges} edges\n`);
  await measure(store, edges, redis, only);
}

/** What is measured, by name. */
const ALL: Readonly<Record<string, () => Promise<void>>> = {
  async memory() {
    console.log(`\nmemory, ${EDGES} edges\n`);
    await measure(new MemoryStore(), EDGES);
  },
  async standalone() {
    await inRedis(startStandalone, "lease", EDGES);
    // Each edge must be told again within 30 seconds: a tenth is what that leaves time for.
    await inRedis(startStandalone, "ttl", EDGES / 10);
    await inRedis(startStandalone, "ttl", EDGES, "memory");
  },
  // Six servers and the directory on one small machine: a tenth is enough to see what it takes.
  cluster: () => inRedis(startCluster, "lease", EDGES / 10),
};

const missing = redisMissing();
const wanted = positionals.length > 0 ? positionals : Object.keys(ALL);
for (const name of wanted) {
  if (ALL[name] === undefined) {
    console.error(
      `Cannot measure ${name}: expected ${Object.keys(ALL).join(", ")}`,
    );
    Deno.exit(2);
  }
  if (name !== "memory" && missing !== undefined) {
    console.error(`Cannot measure ${name}: ${missing}, run deno task brokers`);
    Deno.exit(1);
  }
  await ALL[name]!();
}
