/** A real gateway: starting, draining, closing, and its limits on connections. */

import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { TimerWheel } from "@frontier/proto";
import {
  connectTcp,
  MemoryNetwork,
  type Transport,
  type TransportListener,
} from "@frontier/platform";
import {
  type Frontier,
  type FrontierOptions,
  startFrontier,
} from "../../server/mod.ts";
import { RawPeer } from "../support/raw_peer.ts";
import { Lines } from "./simulation.ts";
import { bytes, tail, text } from "../support/test_peer.ts";

interface Started extends AsyncDisposable {
  gateway: Frontier;
  edges: MemoryNetwork;
  services: MemoryNetwork;
  log: Lines;
}

/** A gateway on networks inside the process. */
async function start(options: FrontierOptions = {}): Promise<Started> {
  const edges = new MemoryNetwork();
  const services = new MemoryNetwork();
  const log = new Lines();
  const gateway = await startFrontier({ logger: log, ...options }, {
    edge: edges,
    service: services,
  });
  return {
    gateway,
    edges,
    services,
    log,
    [Symbol.asyncDispose]: () => gateway.close(),
  };
}

const OURS = { ours: true };

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

async function until(holds: () => boolean): Promise<void> {
  for (let i = 0; i < 500 && !holds(); i++) await sleep(10);
  assert(holds(), `${holds}`);
}

Deno.test("calls, messages and streams pass a real gateway over TCP", async () => {
  await using gateway = await startFrontier({
    edgebound: { hostname: "127.0.0.1", port: 0 },
    servicebound: { hostname: "127.0.0.1", port: 0 },
  });
  await using service = await RawPeer.service(gateway.serviceAddr, "S", {
    ...OURS,
    topics: ["t"],
    methods: ["echo"],
  });
  service.onRequest = ({ body }) => ({ value: body.value });
  await using edge = await RawPeer.edge(gateway.edgeAddr, OURS);
  const call = edge.call("echo", "over TCP");
  const message = edge.publish("t");
  assertEquals(await edge.outcomeOf(call), "ok: over TCP");
  assertEquals(await edge.outcomeOf(message), "ok: ");
  const open = edge.open("S");
  await edge.until(() => edge.sessionAck(open) !== undefined);
  const up = edge.sessionAck(open)!.sessionId;
  const down = service.last("session").negotiateId;
  edge.stream(up, "raw");
  await service.until(() => service.read(down) === "raw");
  assertEquals(gateway.status, {
    state: "running",
    edges: 1,
    services: 1,
    connections: 2,
    streams: 1,
    inflight: 0,
  });
});

Deno.test("an address that is in use is an error that closes the other listener", async () => {
  await using one = await startFrontier({
    edgebound: { hostname: "127.0.0.1", port: 0 },
    servicebound: { hostname: "127.0.0.1", port: 0 },
  });
  await assertRejects(() =>
    startFrontier({
      servicebound: { hostname: "127.0.0.1", port: 0 },
      edgebound: { hostname: "127.0.0.1", port: one.edgeAddr.port },
    })
  );
});

Deno.test("closing tells services of every edge that goes, then closes them in order", async () => {
  const { gateway, edges, services } = await start();
  await using service = await RawPeer.service(services, "S", {
    ...OURS,
    methods: ["edge_online", "edge_offline"],
  });
  const offline: string[] = [];
  let closedBefore = 0;
  service.onRequest = ({ body }) => {
    if (text(body.key) === "edge_offline") {
      offline.push(/"EdgeID":(\d+)/.exec(text(body.value))![1]!);
      closedBefore += service.all("disconn").length;
    }
    return {};
  };
  const peers = await Promise.all(
    [1, 2, 3].map(() => RawPeer.edge(edges, OURS)),
  );
  await gateway.close();
  assertEquals(offline.sort(), peers.map((peer) => `${peer.id}`).sort());
  assertEquals(closedBefore, 0, "the service is closed after the events");
  for (const peer of peers) {
    await peer.untilClosed();
    assertEquals(peer.all("disconn").length, 1);
  }
  await service.untilClosed();
  assertEquals(service.all("disconn").length, 1);
  assertEquals(gateway.status.state, "closed");
  assertEquals(gateway.status.connections, 0);
  await Promise.all(peers.map((peer) => peer[Symbol.asyncDispose]()));
});

Deno.test("closing with peers that answer nothing, or are in their handshake, ends in bounded time", async () => {
  const { gateway, edges, services } = await start({
    limits: { closeGraceMs: 200 },
  });
  await using silent = await RawPeer.dial(edges);
  await using rude = await RawPeer.edge(edges, OURS);
  rude.polite = false;
  await using service = await RawPeer.service(services, "S", OURS);
  service.polite = false;
  const begun = performance.now();
  await gateway.close();
  await gateway.close();
  assert(performance.now() - begun < 10_000);
  for (const peer of [silent, rude, service]) await peer.untilClosed();
});

Deno.test("a young Go peer has 1.5 s before it is closed with the gateway", async () => {
  const { gateway, edges } = await start();
  await using edge = await RawPeer.edge(edges);
  const begun = performance.now();
  const closing = gateway.close();
  await edge.next((packet) => packet.type === "disconn");
  assert(performance.now() - begun > 1_300);
  await closing;
});

Deno.test("draining accepts nobody, waits for what is in flight, and is over soon after that is", async () => {
  await using started = await start();
  const { gateway, edges, services } = started;
  await using service = await RawPeer.service(services, "S", {
    ...OURS,
    methods: ["m"],
  });
  await using edge = await RawPeer.edge(edges, OURS);
  const call = edge.call("m");
  await service.next((packet) => packet.type === "request");
  assertEquals([gateway.ready, gateway.drainProgress], [true, undefined]);
  let drained = false;
  const draining = gateway.drain(10).then(() => drained = true);
  assertEquals([gateway.ready, gateway.drainProgress?.phase], [false, "edges"]);
  await sleep(60);
  assertEquals([drained, gateway.status.state], [false, "draining"]);
  let refused = false;
  try {
    edges.connect();
  } catch {
    refused = true;
  }
  assert(refused);
  service.answer(service.last("request"), { value: bytes("done") });
  assertEquals(await edge.outcomeOf(call), "ok: done");
  await draining;
  for (const peer of [edge, service]) {
    assertEquals(peer.last("farewell").reason, "going-away");
    assertEquals(peer.all("disconn").length, 1);
  }
  assertEquals(gateway.drainProgress?.cut, 0);
  assertEquals(gateway.status.connections, 0);
});

Deno.test("draining cuts what is left after its time", async () => {
  await using started = await start();
  const { gateway, edges, services } = started;
  await using service = await RawPeer.service(services, "S", OURS);
  await using edge = await RawPeer.edge(edges, OURS);
  edge.open("S");
  await service.next((packet) => packet.type === "session");
  const begun = performance.now();
  await gateway.drain(0.2);
  assert(performance.now() - begun < 2_000);
  assertEquals(gateway.status.streams, 0);
  assert(gateway.drainProgress!.cut > 0);
});

Deno.test("draining for no time accepts nobody and leaves the rest to the close", async () => {
  await using started = await start();
  const { gateway, edges } = started;
  await using edge = await RawPeer.edge(edges, OURS);
  await gateway.drain(0);
  assertEquals([gateway.ready, gateway.status.edges], [false, 1]);
  assertThrows(() => edges.connect());
  await gateway.close();
  assertEquals(edge.last("farewell").reason, "going-away");
  await gateway.drain();
  await assertRejects(() => gateway.drain(-1), RangeError, "-1 seconds");
});

Deno.test("draining without peers is over at once, a silent connection or none", async () => {
  await using started = await start();
  const { gateway, edges } = started;
  await using silent = await RawPeer.dial(edges);
  await sleep(20);
  const begun = performance.now();
  await gateway.drain(Infinity);
  assert(performance.now() - begun < 5_000);
  await silent.untilClosed();
});

Deno.test("closing while draining waits for nothing more", async () => {
  await using started = await start();
  const { gateway, edges, services } = started;
  await using service = await RawPeer.service(services, "S", {
    ...OURS,
    methods: ["m"],
  });
  await using edge = await RawPeer.edge(edges, OURS);
  edge.call("m");
  await service.next((packet) => packet.type === "request");
  const draining = gateway.drain(Infinity);
  const again = gateway.drain();
  await sleep(50);
  const begun = performance.now();
  await gateway.close();
  await draining;
  await again;
  assert(performance.now() - begun < 4_000);
  assertEquals(gateway.status.state, "closed");
});

Deno.test("one connection above the limit is closed, and a place that gets free is used", async () => {
  await using started = await start({ limits: { maxConnections: 3 } });
  const { edges, services, log } = started;
  await using _service = await RawPeer.service(services, "S", OURS);
  await using _one = await RawPeer.edge(edges, OURS);
  const two = await RawPeer.edge(edges, OURS);
  await using three = await RawPeer.dial(edges);
  await three.untilClosed();
  assert(log.has("too many", "warn"));
  await two[Symbol.asyncDispose]();
  await until(() => started.gateway.status.connections === 2);
  await using four = await RawPeer.edge(edges, OURS);
  assertEquals(four.connAck.returnCode, 0);
});

Deno.test("connections from one address are limited, those of others are not", async () => {
  const network = new MemoryNetwork();
  let hostname = "192.0.2.1";
  const listener: TransportListener = {
    addr: network.addr,
    accept: async () => {
      const transport = await network.accept();
      const remoteAddr = { ...transport.remoteAddr, hostname };
      return {
        localAddr: transport.localAddr,
        remoteAddr,
        read: (buf) => transport.read(buf),
        write: (buf) => transport.write(buf),
        close: () => transport.close(),
      };
    },
    close: () => network.close(),
  };
  await using gateway = await startFrontier(
    { limits: { maxConnectionsPerAddress: 2 } },
    { edge: listener, service: new MemoryNetwork() },
  );
  const one = await RawPeer.edge(network, OURS);
  await using _two = await RawPeer.edge(network, OURS);
  await using three = await RawPeer.dial(network);
  await three.untilClosed();
  hostname = "192.0.2.2";
  await using other = await RawPeer.edge(network, OURS);
  assertEquals(other.connAck.returnCode, 0);
  hostname = "192.0.2.1";
  await one[Symbol.asyncDispose]();
  await until(() => gateway.status.connections === 2);
  await using again = await RawPeer.edge(network, OURS);
  assertEquals(again.connAck.returnCode, 0);
});

Deno.test("the frame limit is configurable: what is larger ends its sender alone", async () => {
  await using started = await start({ limits: { maxFrameBytes: 2_000 } });
  const { edges, services } = started;
  await using service = await RawPeer.service(services, "S", {
    ...OURS,
    methods: ["size"],
  });
  service.onRequest = ({ body }) => ({
    value: bytes(`${body.value!.length}`),
  });
  await using edge = await RawPeer.edge(edges, OURS);
  await using large = await RawPeer.edge(edges, OURS);
  large.call("size", { value: new Uint8Array(1_500) });
  await large.untilClosed();
  const call = edge.call("size", { value: new Uint8Array(1_000) });
  assertEquals(await edge.outcomeOf(call), "ok: 1000");
});

Deno.test("a silent connection is dropped when its handshake takes too long", async () => {
  await using started = await start({ limits: { handshakeTimeoutMs: 150 } });
  await using silent = await RawPeer.dial(started.edges);
  const begun = performance.now();
  await silent.untilClosed();
  const took = performance.now() - begun;
  assert(took > 100 && took < 2_000, `${took} ms`);
  assertEquals(started.gateway.status.connections, 0);
});

Deno.test("a reset connection leaves nothing behind", async () => {
  await using gateway = await startFrontier({
    edgebound: { hostname: "127.0.0.1", port: 0 },
    servicebound: { hostname: "127.0.0.1", port: 0 },
  });
  for (let i = 0; i < 20; i++) {
    const conn = await connectTcp({
      hostname: "127.0.0.1",
      port: gateway.edgeAddr.port,
    });
    await conn.write(new Uint8Array([1, 1, 0, 0, 0].slice(0, i % 6 || 1)));
    conn.close();
  }
  await until(() => gateway.status.connections === 0);
});

/** A listener whose accepts fail as often as they are told to. */
class Faulty implements TransportListener {
  readonly addr = { network: "memory", hostname: "", port: 0 };
  readonly network = new MemoryNetwork();
  failures: Error[] = [];
  accepts = 0;
  accept(): Promise<Transport> {
    this.accepts++;
    const failure = this.failures.shift();
    return failure === undefined
      ? this.network.accept()
      : Promise.reject(failure);
  }
  close(): void {
    this.network.close();
  }
}

Deno.test("a peer has one time for everything from accept to the end of its handshake", async () => {
  const edges = new MemoryNetwork();
  const wheel = new TimerWheel(1_000);
  await using gateway = await startFrontier(
    { limits: { handshakeTimeoutMs: 1_000 } },
    { edge: edges, service: new MemoryNetwork(), timers: wheel },
  );
  const slow = edges.connect();
  await until(() => gateway.status.connections === 1);
  wheel.advance(1_800);
  // The beginning of a first packet, late, and nothing more.
  await slow.write(new Uint8Array([1, 1, 0]));
  await sleep(20);
  wheel.advance(1_984);
  assertEquals(gateway.status.connections, 1);
  wheel.advance(2_016);
  assertEquals(gateway.status.connections, 0);
  assertEquals(await slow.read(new Uint8Array(1)), null);
});

Deno.test("EMFILE on the edge port leaves connected peers at work", async () => {
  const listener = new Faulty();
  const services = new MemoryNetwork();
  await using _gateway = await startFrontier({}, {
    edge: listener,
    service: services,
  });
  await using service = await RawPeer.service(services, "S", {
    ...OURS,
    methods: ["m"],
  });
  service.onRequest = () => ({ value: bytes("v") });
  await using edge = await RawPeer.edge(listener.network, OURS);
  listener.failures = Array.from({ length: 3 }, () => new Error("EMFILE"));
  const call = edge.call("m");
  assertEquals(await edge.outcomeOf(call), "ok: v");
  await using late = await RawPeer.edge(listener.network, OURS);
  const down = service.call("m", { custom: tail(late.id) });
  late.onRequest = () => ({ value: bytes("late") });
  assertEquals(await service.outcomeOf(down), "ok: late");
});
