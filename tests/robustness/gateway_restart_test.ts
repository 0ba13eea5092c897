import { assert, assertEquals } from "@std/assert";
import { Service } from "../../client/mod.ts";
import { GatewayProcess } from "../support/gateway_process.ts";
import { type Counts, EdgeSwarm, type SwarmReport } from "./edge_swarm.ts";
import { freePorts } from "../support/free_ports.ts";
import { until, within } from "./outcome.ts";

const PROCESSES = 2;
const EDGES_EACH = 500;
const EDGES = PROCESSES * EDGES_EACH;
/** Milliseconds after which everybody is back, from the moment the gateway listens again. */
const BACK_MS = 10_000;
/** What a call can come to while the gateway is away, or is back before the service is. */
const EXPECTED = ["force-closed", "rpc-not-online", "timeout"];

Deno.test("1 000 edges are back in 10 s when the gateway was killed under load", async () => {
  await using stack = new AsyncDisposableStack();
  const ports = freePorts();
  let gateway = stack.use(await GatewayProcess.start({ ports }));
  const service = stack.use(await connectService(ports.service));
  const streams = (async () => {
    // They are accepted, and that is all.
    for await (const _ of service.streams());
  })();
  const swarms = await Promise.all(
    Array.from(
      { length: PROCESSES },
      () => EdgeSwarm.start(ports.edge, EDGES_EACH),
    ),
  );
  for (const swarm of swarms) stack.use(swarm);

  // The second time it dies while they are coming back: who met that in the
  // midst of registering must not be lost.
  for (const killedAt of [EDGES, 1]) {
    await until(
      "Edges to be there",
      async () => (await gateway.status()).edges >= killedAt,
      BACK_MS,
    );
    if (killedAt === EDGES) await holdEverything(swarms, gateway);
    gateway.kill("SIGKILL");
    gateway = stack.use(await GatewayProcess.start({ ports }));
  }
  const listeningAt = performance.now();
  await until("All to be back", async () => {
    const { edges, services } = await gateway.status();
    if (edges !== EDGES || services !== 1) return false;
    const { connected } = await report(swarms);
    return connected.length === EDGES && service.state === "connected";
  }, BACK_MS);
  const tookMs = Math.round(performance.now() - listeningAt);
  assert(tookMs < BACK_MS, `They were back after ${tookMs} ms`);

  const before = await report(swarms);
  assertEquals(before.held, 0, "Calls, messages or streams hang");
  assertEquals(before.ended, { "force-closed": EDGES * 3 });
  assertExpected(before.failures);
  assertEquals(new Set(before.connected).size, EDGES);

  // All of them can be called, by what they registered first and by what they
  // registered later, and can call.
  for (const method of ["ping", "late"]) {
    await within(
      `Calls of ${method}`,
      Promise.all(before.connected.map(async (id) => {
        const reply = await service.call(BigInt(id), method, id);
        assertEquals(reply.text(), id);
      })),
      BACK_MS,
    );
  }
  await Promise.all(swarms.map((swarm) => swarm.forget()));
  await until("All edges to call", async () => {
    const { callers, failures } = await report(swarms);
    assertEquals(failures, {});
    return callers === EDGES;
  }, BACK_MS);
  assertEquals((await gateway.status()).edges, EDGES);
  await service.close();
  await streams;
});

function connectService(port: number): Promise<Service> {
  return Service.connect({
    port,
    name: "hold",
    topics: ["hold"],
    limits: {
      handlers: EDGES * 2,
      messages: EDGES * 2,
      unacceptedStreams: EDGES,
    },
    methods: {
      echo: (request) => request.data,
      hold: () => new Promise<void>(() => {}),
    },
  });
}

/** Every edge gets a call, a message and a stream under way. */
async function holdEverything(
  swarms: EdgeSwarm[],
  gateway: GatewayProcess,
): Promise<void> {
  await Promise.all(swarms.map((swarm) => swarm.hold()));
  await until(
    "All to hold a call, a message and a stream",
    async () => {
      const { inflight, streams } = await gateway.status();
      return inflight >= EDGES * 2 && streams === EDGES;
    },
    BACK_MS,
  );
  const { failures, ended } = await report(swarms);
  assertEquals({ failures, ended }, { failures: {}, ended: {} });
}

/** What the edges of all processes have been through. */
async function report(swarms: EdgeSwarm[]): Promise<SwarmReport> {
  const all = await Promise.all(swarms.map((swarm) => swarm.report()));
  const sum = (pick: (report: SwarmReport) => number): number =>
    all.reduce((total, report) => total + pick(report), 0);
  const add = (pick: (report: SwarmReport) => Counts): Counts => {
    const total: Counts = {};
    for (const report of all) {
      for (const [what, count] of Object.entries(pick(report))) {
        total[what] = (total[what] ?? 0) + count;
      }
    }
    return total;
  };
  return {
    connected: all.flatMap((report) => report.connected),
    echoes: sum((report) => report.echoes),
    callers: sum((report) => report.callers),
    failures: add((report) => report.failures),
    held: sum((report) => report.held),
    ended: add((report) => report.ended),
  };
}

function assertExpected(failures: Counts): void {
  const strange = Object.keys(failures)
    .filter((what) => !EXPECTED.includes(what));
  assertEquals(strange, []);
}
