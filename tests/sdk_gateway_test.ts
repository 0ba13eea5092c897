/**
 * Services and edges of the SDK through a real gateway.
 */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { Edge, FrontierError, Service } from "@frontier/client";
import { type Frontier, startFrontier } from "@frontier/server";

const LOOPBACK = "127.0.0.1";

function start(ports = { edge: 0, service: 0 }): Promise<Frontier> {
  return startFrontier({
    edgebound: { hostname: LOOPBACK, port: ports.edge, allocateEdgeIds: true },
    servicebound: { hostname: LOOPBACK, port: ports.service },
  });
}

const edgePort = (gateway: Frontier) => ({ port: gateway.edgeAddr.port });
const servicePort = (gateway: Frontier) => ({ port: gateway.serviceAddr.port });

async function rejection(promise: Promise<unknown>): Promise<FrontierError> {
  return await assertRejects(() => promise, FrontierError);
}

Deno.test("calls go both ways, with custom bytes and the caller's id", async () => {
  await using gateway = await start();
  await using service = await Service.connect({
    ...servicePort(gateway),
    methods: {
      who: (request) =>
        `${request.edgeId} ${new TextDecoder().decode(request.custom)}`,
      fail: () => {
        throw new Error("Out of paper");
      },
    },
  });
  await using edge = await Edge.connect({
    ...edgePort(gateway),
    methods: { echo: (request) => `${request.text()} ${request.edgeId}` },
  });
  assert(edge.edgeId > 1n << 53n);
  const reply = await edge.call("who", "", { custom: "c" });
  assertEquals(reply.text(), `${edge.edgeId} c`);
  assertEquals(
    (await service.call(edge.edgeId, "echo", "hi")).text(),
    "hi 0",
  );
  const codes = await Promise.all([
    rejection(edge.call("fail")),
    rejection(edge.call("nobody")),
    rejection(edge.call("WHO")),
    rejection(service.call(1n, "echo")),
    rejection(service.call(edge.edgeId, "none")),
  ]);
  assertEquals(codes.map(({ code }) => code), [
    "remote",
    "rpc-not-online",
    "rpc-not-online",
    "edge-not-online",
    "no-such-rpc",
  ]);
  assertEquals(codes.map(({ message }) => message), [
    'Cannot call "fail": Out of paper',
    'Cannot call "nobody": no service has registered it (record not found)',
    'Cannot call "WHO": no service has registered it (record not found)',
    'Cannot call "echo" of edge 1: edge not online',
    `Cannot call "none" of edge ${edge.edgeId}: no such rpc: none`,
  ]);
  assertEquals(codes[0]!.wireText, "Out of paper");
});

Deno.test("a canceled call and one whose time is over stop the handler behind the gateway", async () => {
  await using gateway = await start();
  const reasons: string[] = [];
  const stopped = Promise.withResolvers<void>();
  const started = Promise.withResolvers<void>();
  await using _service = await Service.connect({
    ...servicePort(gateway),
    methods: {
      wait: (_request, { signal }) => {
        started.resolve();
        return new Promise((resolve) =>
          signal.addEventListener("abort", () => {
            reasons.push(signal.reason.code);
            if (reasons.length === 2) stopped.resolve();
            resolve();
          })
        );
      },
    },
  });
  await using edge = await Edge.connect(edgePort(gateway));
  const abort = new AbortController();
  const call = rejection(edge.call("wait", "", { signal: abort.signal }));
  await started.promise;
  abort.abort();
  assertEquals((await call).code, "canceled");
  const late = await rejection(edge.call("wait", "", { timeoutMs: 50 }));
  assertEquals(late.code, "timeout");
  await stopped.promise;
  assertEquals(reasons[0], "canceled");
});

Deno.test("messages are acknowledged end to end, in order, both ways", async () => {
  await using gateway = await start();
  await using service = await Service.connect({
    ...servicePort(gateway),
    topics: ["t"],
  });
  await using edge = await Edge.connect(edgePort(gateway));
  const publishes = Array.from(
    { length: 100 },
    (_, i) => edge.publish("t", `${i}`),
  );
  for (let i = 0; i < 100; i++) {
    const message = await service.receive();
    assertEquals(message.text(), `${i}`);
    assertEquals(message.edgeId, edge.edgeId);
    message.done();
  }
  await Promise.all(publishes);
  const refused = rejection(service.publish(edge.edgeId, "x"));
  (await edge.receive()).error("busy");
  assertEquals((await refused).wireText, "busy");
  // One failed message ends nothing.
  const good = service.publish(edge.edgeId, "y");
  (await edge.receive()).done();
  await good;
  assertEquals(
    (await rejection(edge.publish("none", ""))).code,
    "topic-not-online",
  );
  assertEquals(
    (await rejection(service.publish(1n, ""))).code,
    "edge-not-online",
  );
});

Deno.test("streams carry bytes, calls and messages between service and edge", async () => {
  await using gateway = await start();
  await using service = await Service.connect({
    ...servicePort(gateway),
    name: "files",
  });
  await using edge = await Edge.connect(edgePort(gateway));
  const up = await edge.openStream("files");
  const down = await service.acceptStream();
  const data = new Uint8Array(5_000_000).map((_, i) => i * 7);
  const sending = ReadableStream.from([
    data.subarray(0, 3),
    data.subarray(3, 2_000_000),
    data.subarray(2_000_000),
  ]).pipeTo(up.writable);
  const received = new Uint8Array(
    await new Response(down.readable).arrayBuffer(),
  );
  await sending;
  assertEquals(received.length, data.length);
  assert(received.every((byte, i) => byte === data[i]));

  const second = await service.openStream(edge.edgeId);
  const other = await edge.acceptStream();
  await other.register("m", (request) => `edge ${request.text()}`);
  assertEquals((await second.call("m", "x")).text(), "edge x");
  const publish = second.publish("over the stream");
  const message = await other.receive();
  assertEquals(message.text(), "over the stream");
  message.done();
  await publish;
  await second.close();
  await other.closed;

  assertEquals(
    (await rejection(edge.openStream("nobody"))).code,
    "service-not-online",
  );
  assertEquals(
    (await rejection(service.openStream(1n))).code,
    "edge-not-online",
  );
});

Deno.test("a stream nobody reads holds its writer, and nobody else", async () => {
  await using gateway = await start();
  await using service = await Service.connect({
    ...servicePort(gateway),
    name: "files",
    methods: { echo: (request) => request.data },
  });
  await using edge = await Edge.connect(edgePort(gateway));
  const stuck = await edge.openStream("files");
  await service.acceptStream();
  const write = stuck.write(new Uint8Array(20_000_000));
  let done = false;
  write.then(() => done = true, () => {});
  for (let i = 0; i < 20; i++) {
    assertEquals((await edge.call("echo", `${i}`)).text(), `${i}`);
  }
  assertEquals(done, false);
  const other = await edge.openStream("files");
  const reader = await service.acceptStream();
  await other.write("alive");
  const buf = new Uint8Array(8);
  assertEquals(await reader.read(buf), 5);
  await edge.close();
  await rejection(write);
});

Deno.test("the hooks of a service name, admit and refuse edges", async () => {
  await using gateway = await start();
  await using service = await Service.connect(servicePort(gateway));
  const events: string[] = [];
  const gone = Promise.withResolvers<void>();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  await service.registerGetEdgeId((meta) =>
    text(meta) === "alice" ? (1n << 60n) + 1n : 0n
  );
  await service.registerEdgeOnline(({ edgeId, meta, network, address }) => {
    if (text(meta) === "mallory") throw new Error("Not you");
    assert(address.startsWith("127.0.0.1:"));
    events.push(`+${edgeId} ${text(meta)} ${network}`);
  });
  await service.registerEdgeOffline(({ edgeId }) => {
    events.push(`-${edgeId}`);
    gone.resolve();
  });
  const edge = await Edge.connect({ ...edgePort(gateway), meta: "alice" });
  assertEquals(edge.edgeId, (1n << 60n) + 1n);
  const refused = await rejection(
    Edge.connect({ ...edgePort(gateway), meta: "mallory" }),
  );
  assertEquals(refused.code, "refused");
  assert(refused.message.includes("Not you"));
  await edge.close();
  await gone.promise;
  const id = edge.edgeId;
  assertEquals(events, [`+${id} alice tcp`, `-${id}`]);
});

Deno.test("after a restart of the gateway everybody is back, with all methods", async () => {
  const first = await start();
  const ports = {
    edge: first.edgeAddr.port,
    service: first.serviceAddr.port,
  };
  await using service = await Service.connect({
    port: ports.service,
    name: "svc",
    methods: { echo: (request) => request.data },
  });
  await service.register("later", () => "later");
  const edges = await Promise.all(
    Array.from(
      { length: 100 },
      () => Edge.connect({ port: ports.edge, methods: { ping: () => "pong" } }),
    ),
  );
  const receiving = edges[0]!.acceptStream();
  await first.close();
  const waiting = Promise.allSettled(
    edges.map((edge, i) => edge.call("echo", `${i}`)),
  );
  await new Promise((resolve) => setTimeout(resolve, 300));
  const begin = performance.now();
  await using _second = await start(ports);
  await service.connected();
  await Promise.all(edges.map((edge) => edge.connected()));
  const seconds = (performance.now() - begin) / 1_000;
  assert(seconds < 10, `back after ${seconds} s`);
  // Some were back before the service: their calls had nobody to go to.
  const outcomes = await waiting;
  outcomes.forEach((outcome, i) => {
    if (outcome.status === "fulfilled") {
      assertEquals(outcome.value.text(), `${i}`);
    } else assertEquals(outcome.reason.code, "rpc-not-online");
  });
  for (const [i, edge] of edges.entries()) {
    assertEquals((await edge.call("echo", `${i}`)).text(), `${i}`);
    assertEquals((await service.call(edge.edgeId, "ping")).text(), "pong");
  }
  assertEquals((await edges[0]!.call("later")).text(), "later");
  await service.openStream(edges[0]!.edgeId);
  await receiving;
  await Promise.all(edges.map((edge) => edge.close()));
});
