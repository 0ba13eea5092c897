/**
 * Measures the store of the control plane: how long queries take with 100 000 edges, what they cost those who call meanwhile,
 * what a storm of connects costs, and what a row takes in memory.
 *
 * `deno run --v8-flags=--expose-gc --allow-run --allow-read --allow-sys --allow-env --allow-net=127.0.0.1 bench/store/main.ts`
 *
 * Gateway, store and queries are one process, with one event loop. The edges that are listed are records without connections; the
 * calls are real ones, through a real gateway, by an SDK edge and an SDK service in processes of their own.
 *
 * @module
 */

import { monitorEventLoopDelay } from "node:perf_hooks";
import { parseArgs } from "node:util";
import { startFrontier } from "../../server/mod.ts";
import type { Store } from "../../server/store/store.ts";
import { World } from "../../server/store/testing/world.ts";
import { Histogram } from "../load/latency.ts";
import { LineProcess } from "../processes.ts";

const { values } = parseArgs({
  args: Deno.args,
  options: {
    edges: { type: "string", default: "100000" },
    rate: { type: "string", default: "10000" },
    seconds: { type: "string", default: "5" },
    times: { type: "string", default: "50" },
  },
});
const EDGES = Number(values.edges);
const RATE = Number(values.rate);
const SECONDS = Number(values.seconds);
const TIMES = Number(values.times);
const BACKENDS = ["buntdb", "sqlite3"] as const;

/** What is asked, by what it is called in the table. */
const QUERIES: Record<string, (store: Store, i: number) => Promise<unknown>> = {
  "one edge by id": (store, i) => store.edge(idOf(i * 7_919 % EDGES)),
  "first page": (store) => store.edges(),
  "page 9 000": (store) => store.edges({ page: 9_000 }),
  "first page by meta": (store) => store.edges({ order: "+meta" }),
  "meta prefix, one edge": (store, i) =>
    store.edges({ meta: `plant-${i % 10}/edge-${i * 10 + i % 10}/` }),
  "meta prefix, a tenth": (store, i) =>
    store.edges({ meta: `plant-${i % 10}/` }),
  "meta contains, one edge": (store, i) =>
    store.edges({ metaContains: `/edge-${i * 7}/` }),
  "address prefix, none": (store) => store.edges({ addr: "192.168." }),
  "a minute of time": (store, i) =>
    store.edges({ startTime: START + i, endTime: START + i + 60 }),
  "edges with a method": (store) => store.edges({ rpc: "reboot" }),
  "methods of edges": (store) => store.edgeRpcs(),
  "services": (store) => store.services(),
  "10 000 rows": (store) => store.edges({ pageSize: 10_000 }),
};
const START = 1_790_000_000;

function idOf(i: number): bigint {
  return BigInt.asUintN(64, BigInt(i) * 0x9e37_79b9_7f4a_7c15n);
}

/** One of the edges; a tenth of them has methods. */
function addEdge(world: World, i: number): void {
  const edge = world.edge(
    idOf(i),
    `plant-${i % 10}/edge-${i}/v1.${i % 7}`,
    {
      host: `10.${i >> 16}.${(i >> 8) & 255}.${i & 255}`,
      port: 1024 + i % 60_000,
      created: START * 1000 + i * 10,
    },
  );
  if (i % 10 !== 0) return;
  for (const method of ["reboot", "read", `own-${i % 1_000}`]) {
    world.method(edge, method);
  }
}

function addServices(world: World): void {
  for (let i = 0; i < 100; i++) {
    const service = world.service(BigInt(i), `service-${i % 10}`, [`t${i}`]);
    for (let n = 0; n < 10; n++) world.method(service, `m${i % 20}-${n}`);
  }
}

/** Enters all edges, some in each turn of the event loop; returns the milliseconds that entering alone took. */
async function storm(world: World): Promise<number> {
  let ms = 0;
  for (let i = 0; i < EDGES;) {
    const began = performance.now();
    for (const end = Math.min(EDGES, i + 100); i < end; i++) addEdge(world, i);
    ms += performance.now() - began;
    await sleep(0);
  }
  addServices(world);
  return ms;
}

interface Calls {
  readonly calls: number;
  readonly p50Us: number;
  readonly p99Us: number;
  readonly errors: number;
}

/** How long the event loop was late, in milliseconds, and what those had who called meanwhile. */
interface Beside {
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
  readonly calls: Calls;
}

async function beside(
  caller: LineProcess,
  work: (until: number) => Promise<unknown>,
): Promise<Beside> {
  const delay = monitorEventLoopDelay({ resolution: 1 });
  await figures(caller);
  delay.enable();
  await work(performance.now() + SECONDS * 1000);
  delay.disable();
  const calls = await figures(caller);
  const ms = (ns: number) => ns / 1e6;
  return {
    p50: ms(delay.percentile(50)),
    p99: ms(delay.percentile(99)),
    max: ms(delay.max),
    calls,
  };
}

async function figures(caller: LineProcess): Promise<Calls> {
  await caller.send("figures");
  return JSON.parse(await caller.line());
}

const sleep = (ms: number) =>
  new Promise((done) => setTimeout(done, Math.max(0, ms)));
const gc = () => (globalThis as { gc?: () => void }).gc?.();

async function settledMemory(): Promise<number> {
  for (let i = 0; i < 3; i++) {
    gc();
    await sleep(100);
  }
  return Deno.memoryUsage().rss;
}

function row(...cells: (string | number)[]): void {
  const text = cells.map((cell) =>
    typeof cell === "number" ? cell.toFixed(2) : cell
  );
  console.log(`| ${text.join(" | ")} |`);
}

function heading(...cells: string[]): void {
  row(...cells);
  row(...cells.map(() => "---"));
}

await using gateway = await startFrontier({
  edgebound: { hostname: "127.0.0.1", port: 0 },
  servicebound: { hostname: "127.0.0.1", port: 0 },
});
await using service = new LineProcess(
  ["--allow-net=127.0.0.1"],
  "sdk_service.ts",
  [`${gateway.serviceAddr.port}`],
);
await service.line();
await using caller = new LineProcess(
  ["--allow-net=127.0.0.1"],
  "store/paced_calls.ts",
  [`${gateway.edgeAddr.port}`, `${RATE}`],
);
await caller.line();
await sleep(2_000);

console.log(
  `${EDGES} edges, ${RATE} calls/s beside, ${SECONDS} s each, ${TIMES} queries of a kind\n`,
);
for (const backend of BACKENDS) {
  const quiet = await beside(
    caller,
    (until) => sleep(until - performance.now()),
  );
  const alone = new World();
  const before = await settledMemory();
  const unheard = await storm(alone);
  const record = (await settledMemory() - before) / EDGES;

  const world = new World();
  using store = await world.open(backend);
  const empty = await settledMemory();
  let heard = 0;
  let behind = 0;
  const entering = await beside(caller, async (until) => {
    heard = await storm(world);
    const began = performance.now();
    await store.counts();
    behind = performance.now() - began;
    await sleep(until - performance.now());
  });
  const stored = (await settledMemory() - empty) / EDGES - record;

  const busy = new Map<string, Histogram>();
  const during = await beside(caller, async (until) => {
    for (let i = 0; i < TIMES || performance.now() < until; i++) {
      for (const [name, ask] of Object.entries(QUERIES)) {
        if (!busy.has(name)) busy.set(name, new Histogram());
        const began = performance.now();
        await ask(store, i % 1_000);
        busy.get(name)!.add((performance.now() - began) * 1000);
        if (i >= TIMES && performance.now() >= until) break;
      }
    }
  });
  const crowd = await beside(caller, async (until) => {
    const ask = async (name: string) => {
      for (let i = 0; performance.now() < until; i++) {
        await QUERIES[name]!(store, i % 1_000);
      }
    };
    await Promise.all(
      Object.keys(QUERIES).flatMap((name) => Array(8).fill(name)).map(ask),
    );
  });
  heading(`${backend}: query`, "p50 ms", "p99 ms");
  for (const [name, histogram] of busy) {
    row(
      name,
      histogram.quantile(0.5) / 1000,
      histogram.quantile(0.99) / 1000,
    );
  }
  console.log();
  heading(
    `${backend}: event loop delay`,
    "p50 ms",
    "p99 ms",
    "max ms",
    "calls/s",
    "call p50 ms",
    "call p99 ms",
    "errors",
  );
  for (
    const [name, { p50, p99, max, calls }] of [
      ["no queries", quiet],
      [`${EDGES} edges connect`, entering],
      ["one query after the other", during],
      [`${Object.keys(QUERIES).length * 8} queries at a time`, crowd],
    ] as const
  ) {
    const { p50Us, p99Us, errors } = calls;
    row(
      name,
      p50,
      p99,
      max,
      (calls.calls / SECONDS).toFixed(0),
      p50Us / 1000,
      p99Us / 1000,
      `${errors}`,
    );
  }
  const each = (ms: number) => (ms * 1000 / EDGES).toFixed(2);
  console.log(
    `\n${backend}: ${
      stored.toFixed(0)
    } bytes per edge in the store. Entering an edge into the directory takes ${
      each(heard)
    } us, ${each(unheard)} without a store; the store was ${
      behind.toFixed(0)
    } ms behind at the end\n`,
  );
}
