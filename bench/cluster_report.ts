/**
 * How fast a gateway tells the directory of its cluster who is connected, and what that costs the gateway's event loop.
 *
 * `deno run -A bench/cluster_report.ts [edges]`: the edges are simulated, what tells of them is the gateway's own; the
 * directory is `frontlas/main.ts` with its store in memory, and the Go program that plays the original's, each in a
 * process of its own. The event loop is looked at all the time by a timer of one millisecond: first with nothing to do,
 * then while the same edges come, with a link and without.
 */

import { EdgePeer } from "../server/directory/peer.ts";
import { Directory } from "../server/directory/directory.ts";
import { IdAllocator } from "../server/directory/id_allocator.ts";
import { openEndpointLink } from "../server/cluster/endpoint_link.ts";
import { Membership } from "../server/cluster/membership.ts";
import type { Link } from "@frontier/proto/internal";
import { systemTimers } from "@frontier/platform/internal";
import { dial } from "@frontier/platform/net";
import { NULL_LOGGER } from "@frontier/platform/log";
import { ProgramProcess } from "../platform/cli/testing/program_process.ts";
import { freePorts } from "../tests/support/free_ports.ts";
import { GoFrontlas } from "../tests/interop/go_frontlas.ts";

const COUNT = Number(Deno.args[0] ?? 100_000);
/** Edges that come in one turn of the event loop, and turns in a second: 10 000 a second, more than a gateway accepts. */
const IN_TURN = 50;
const TURN_MS = 5;
const MAIN = new URL("../frontlas/main.ts", import.meta.url).pathname;

/** Delays of the event loop, in milliseconds. */
interface Delays {
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
  readonly cpuPart: number;
}

/** Looks at the event loop while something goes on. */
async function watched(act: () => Promise<void>): Promise<Delays> {
  const delays: number[] = [];
  let going = true;
  const began = performance.now();
  const cpu = process();
  const watching = (async () => {
    while (going) {
      const at = performance.now();
      await new Promise((resolve) => setTimeout(resolve, 1));
      delays.push(performance.now() - at - 1);
    }
  })();
  await act();
  going = false;
  await watching;
  delays.sort((a, b) => a - b);
  const at = (part: number) =>
    delays[Math.min(delays.length - 1, Math.floor(delays.length * part))]!;
  return {
    p50: at(0.5),
    p99: at(0.99),
    max: at(1),
    cpuPart: (process() - cpu) / (performance.now() - began),
  };
}

/** Milliseconds of all threads on a processor. */
function process(): number {
  const stat = Deno.readTextFileSync("/proc/self/stat");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

/** A gateway without its connections. */
class Stage {
  readonly directory = new Directory();
  readonly ids = new IdAllocator(Math.random, Date.now);
  #arrivals = 0;

  async fill(count: number): Promise<void> {
    for (let left = count; left > 0; left -= IN_TURN) {
      for (let i = 0; i < Math.min(left, IN_TURN); i++) this.#add();
      await new Promise((resolve) => setTimeout(resolve, TURN_MS));
    }
  }

  #add(): void {
    const link = { openedAt: systemTimers.now() } as Link;
    const address = {
      network: "tcp",
      hostname: `10.${this.#arrivals >> 16 & 255}.1.1`,
      port: this.#arrivals & 0xffff,
    };
    const edge = new EdgePeer(link, address, Date.now());
    this.ids.next();
    edge.idHi = this.ids.hi;
    edge.idLo = this.ids.lo;
    edge.arrival = ++this.#arrivals;
    this.directory.addEdge(edge);
  }

  join(addr: string): Membership {
    const side = (key: string) => ({
      key,
      configured: "gateway:1",
      hostname: "",
      port: 1,
    });
    return new Membership({
      frontierId: "bench",
      instance: "0123456789abcdef",
      addrs: [addr],
      servicebound: side("servicebound"),
      edgebound: side("edgebound"),
      statsMs: Infinity,
      dial: async (to, { introduce, requests, signal }) =>
        await openEndpointLink({
          transport: await dial(to, undefined, { signal }),
          introduce,
          requests,
          timers: systemTimers,
          signal,
        }),
      directory: this.directory,
      ids: this.ids,
      evict: () => false,
      timers: systemTimers,
      random: Math.random,
      wallClock: Date.now,
      log: NULL_LOGGER,
    });
  }
}

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 5));
}

function row(what: string, ms: number, { p50, p99, max, cpuPart }: Delays) {
  const round = (value: number) => value.toFixed(1);
  console.log(
    `| ${what} | ${(ms / 1000).toFixed(2)} | ${round(p50)} | ${round(p99)} | ${
      round(max)
    } | ${Math.round(cpuPart * 100)} % |`,
  );
}

/** Runs all of it against one directory. */
async function run(name: string, addr: string): Promise<void> {
  const stage = new Stage();
  await stage.fill(COUNT);
  let began = performance.now();
  let membership!: Membership;
  let delays = await watched(async () => {
    membership = stage.join(addr);
    await until(() => membership.status.synced);
  });
  row(
    `${name}: ${COUNT} edges told at once`,
    performance.now() - began,
    delays,
  );

  began = performance.now();
  delays = await watched(async () => {
    await stage.fill(COUNT);
    await until(() => membership.status.pending === 0);
  });
  row(`${name}: ${COUNT} more that come`, performance.now() - began, delays);

  began = performance.now();
  delays = await watched(() => new Promise((done) => setTimeout(done, 10_000)));
  row(`${name}: ${2 * COUNT} that stay`, performance.now() - began, delays);
  await membership.close(2_000);
}

console.log("| what | s | p50 ms | p99 ms | max ms | CPU |");
console.log("| --- | --- | --- | --- | --- | --- |");
let began = performance.now();
let delays = await watched(() =>
  new Promise((done) => setTimeout(done, 3_000))
);
row("nothing", performance.now() - began, delays);
const alone = new Stage();
began = performance.now();
delays = await watched(() => alone.fill(COUNT));
row(`no link: ${COUNT} that come`, performance.now() - began, delays);

const { edge: plane, service: control } = freePorts();
const ours = new ProgramProcess({
  main: MAIN,
  args: ["--log-output", "stdout"],
  env: {
    FRONTLAS_FRONTIERPLANE_PORT: `${plane}`,
    FRONTLAS_CONTROLPLANE_PORT: `${control}`,
  },
  permissions: ["-A"],
});
await ours.line(/frontier.?plane.*listening on/i);
await run("ours", `127.0.0.1:${plane}`);
await ours[Symbol.asyncDispose]();

await using go = await GoFrontlas.start();
await run("the original's", go.address);
