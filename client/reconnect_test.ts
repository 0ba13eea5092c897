import { assert, assertEquals, assertRejects } from "@std/assert";
import { Edge, FrontierError, Service } from "./mod.ts";
import { ScriptedGateway, until } from "./testing/scripted_gateway.ts";

const SOON = { minDelayMs: 10, firstDelayMs: 20, maxDelayMs: 40 };

Deno.test("methods are registered again before anything that waited is sent", async () => {
  using gateway = new ScriptedGateway();
  await using edge = await Edge.connect({
    dial: gateway.dial,
    reconnect: SOON,
    methods: { a: () => "a", b: () => "b" },
  });
  await edge.register("c", () => "c");
  edge.unregister("b");
  gateway.down();
  await until(() => edge.state !== "connected");
  const call = edge.call("echo", "waited");
  const publish = edge.publish("topic", "waited");
  const register = edge.register("d", () => "d");
  gateway.log.length = 0;
  gateway.up();
  assertEquals((await call).text(), "waited");
  await publish;
  await register;
  assertEquals(gateway.log, [
    "conn ",
    "register a",
    "register c",
    "register d",
    "request echo",
    "message topic",
  ]);
  const response = await gateway.side.request("d");
  assertEquals(response.value, new TextEncoder().encode("d"));
});

Deno.test("nothing is sent before the gateway has confirmed the methods", async () => {
  const acks: (() => void)[] = [];
  using gateway = new ScriptedGateway({
    onRegister: (_connection, _method, ack) => acks.push(ack),
  });
  const connecting = Edge.connect({
    dial: gateway.dial,
    methods: { m: () => {} },
  });
  await until(() => acks.length === 1);
  await new Promise((resolve) => setTimeout(resolve, 20));
  assertEquals(gateway.log, ["conn ", "register m"]);
  acks[0]!();
  await using edge = await connecting;
  assertEquals(edge.state, "connected");
});

Deno.test("what is under way at a cut fails and is not retryable", async () => {
  using gateway = new ScriptedGateway({
    onRequest: () => {},
    onMessage: () => {},
  });
  await using edge = await Edge.connect({
    dial: gateway.dial,
    reconnect: SOON,
  });
  const call = edge.call("m");
  const publish = edge.publish("t", "");
  await until(() => gateway.log.length === 3);
  gateway.side.cut();
  for (const operation of [call, publish]) {
    const error = await assertRejects(() => operation, FrontierError);
    assertEquals(error.code, "force-closed");
    assertEquals(error.retryable, false);
  }
  await until(() => edge.state === "connected");
  gateway.script = {};
  assertEquals((await edge.call("echo", "x")).text(), "x");
});

Deno.test("a register that is cut is completed by the next connection", async () => {
  using gateway = new ScriptedGateway({ onRegister: () => {} });
  await using edge = await Edge.connect({
    dial: gateway.dial,
    reconnect: SOON,
  });
  const register = edge.register("m", () => "answer");
  await until(() => gateway.log.includes("register m"));
  gateway.script = {};
  gateway.side.cut();
  await register;
  const response = await gateway.side.request("m");
  assertEquals(response.value, new TextEncoder().encode("answer"));
});

Deno.test("operations wait no longer than their time, in a bounded queue", async () => {
  using gateway = new ScriptedGateway();
  await using edge = await Edge.connect({
    dial: gateway.dial,
    reconnect: SOON,
    limits: { waiting: 2, waitingBytes: 100 },
  });
  gateway.down();
  await until(() => edge.state !== "connected");
  const begin = performance.now();
  const waiting = edge.call("m", "x", { timeoutMs: 50 });
  const large = await assertRejects(
    () => edge.call("m", "x".repeat(200)),
    FrontierError,
  );
  assertEquals([large.code, large.retryable], ["short-buffer", true]);
  const abort = new AbortController();
  const second = edge.publish("t", "y", { signal: abort.signal });
  const third = await assertRejects(() => edge.call("m"), FrontierError);
  assertEquals(third.code, "short-buffer");
  const error = await assertRejects(() => waiting, FrontierError);
  assertEquals([error.code, error.retryable], ["timeout", true]);
  assert(performance.now() - begin >= 49);
  abort.abort();
  const canceled = await assertRejects(() => second, FrontierError);
  assertEquals(canceled.code, "canceled");
});

Deno.test("what waits is what was given, even when it is changed meanwhile", async () => {
  using gateway = new ScriptedGateway();
  await using edge = await Edge.connect({
    dial: gateway.dial,
    reconnect: SOON,
  });
  gateway.down();
  await until(() => edge.state !== "connected");
  const data = new Uint8Array([1, 2, 3]);
  const call = edge.call("echo", data);
  data.fill(9);
  gateway.up();
  assertEquals([...(await call).data], [1, 2, 3]);
});

Deno.test("failFast rejects at once while there is no connection", async () => {
  using gateway = new ScriptedGateway();
  await using edge = await Edge.connect({
    dial: gateway.dial,
    reconnect: SOON,
    failFast: true,
  });
  gateway.down();
  await until(() => edge.state !== "connected");
  const error = await assertRejects(() => edge.call("m"), FrontierError);
  assertEquals([error.code, error.retryable], ["not-connected", true]);
});

Deno.test("the first connect rejects when it fails, with the reason", async () => {
  using gateway = new ScriptedGateway({
    onConn: (link) => link.refuse("user exists"),
  });
  const refused = await assertRejects(
    () => Edge.connect({ dial: gateway.dial }),
    FrontierError,
    "user exists",
  );
  assertEquals(refused.code, "refused");
  assertEquals((refused.cause as FrontierError).code, "remote");
  gateway.down();
  const dead = await assertRejects(
    () => Edge.connect({ dial: gateway.dial }),
    FrontierError,
    "connection refused",
  );
  assertEquals([dead.code, dead.retryable], ["not-connected", true]);
  gateway.up();
  gateway.script = { onConn: () => {} };
  const mute = await assertRejects(
    () => Edge.connect({ dial: gateway.dial, connectTimeoutMs: 40 }),
    FrontierError,
  );
  assertEquals(mute.code, "timeout");
  assertEquals(gateway.dials, 3);
});

Deno.test("a dial that never ends is given up, and closed if it comes late", async () => {
  using gateway = new ScriptedGateway();
  let closed = false;
  const error = await assertRejects(
    () =>
      Edge.connect({
        connectTimeoutMs: 30,
        dial: async () => {
          await new Promise((resolve) => setTimeout(resolve, 80));
          const transport = gateway.dial();
          const close = transport.close.bind(transport);
          transport.close = () => {
            closed = true;
            close();
          };
          return transport;
        },
      }),
    FrontierError,
  );
  assertEquals(error.code, "timeout");
  await until(() => closed);
});

Deno.test("waitForFirstConnect goes on trying", async () => {
  using gateway = new ScriptedGateway();
  gateway.down();
  const connecting = Edge.connect({
    dial: gateway.dial,
    reconnect: SOON,
    waitForFirstConnect: true,
  });
  await until(() => gateway.dials >= 3);
  gateway.up();
  await using edge = await connecting;
  assertEquals(edge.state, "connected");
});

Deno.test("reconnect: false closes the end when the connection is lost", async () => {
  using gateway = new ScriptedGateway();
  const edge = await Edge.connect({ dial: gateway.dial, reconnect: false });
  const receive = edge.receive();
  const accept = edge.acceptStream();
  gateway.side.cut();
  for (const operation of [receive, accept]) {
    const error = await assertRejects(() => operation, FrontierError);
    assertEquals(error.code, "eof");
  }
  assertEquals(edge.state, "closed");
  const error = await assertRejects(() => edge.call("m"), FrontierError);
  assertEquals(error.code, "eof");
  assertEquals(gateway.dials, 1);
});

Deno.test("a gateway that closes every connection at once does not make it spin", async () => {
  using gateway = new ScriptedGateway();
  await using edge = await Edge.connect({
    dial: gateway.dial,
    reconnect: { minDelayMs: 20, firstDelayMs: 20, maxDelayMs: 20 },
  });
  gateway.script = {
    onConn: (link) => link.fail({ kind: "lost", text: "no" }),
  };
  const before = gateway.dials;
  const began = performance.now();
  gateway.side.cut();
  await until(() => gateway.dials - before >= 6);
  // A pause before each, but perhaps the first.
  const took = performance.now() - began;
  const dials = gateway.dials - before;
  assert(took >= 90, `${dials} dials in ${took} ms`);
  assert(edge.state !== "closed");
});

Deno.test("service meta and wanted id are those of the options, after a reconnect too", async () => {
  const ids: bigint[] = [];
  using gateway = new ScriptedGateway({
    onConn: (link, _meta, wanted) => {
      ids.push(wanted);
      link.accept(0, ids.length);
    },
  });
  await using service = await Service.connect({
    dial: gateway.dial,
    name: "n",
    topics: ["t1", "t2"],
    wantedId: 0xffff_ffff_ffff_fffen,
    reconnect: SOON,
  });
  assertEquals(service.serviceId, 1n);
  gateway.side.cut();
  await until(() => service.serviceId === 2n);
  assertEquals(gateway.log, [
    'conn {"service":"n","topics":["t1","t2"]}',
    'conn {"service":"n","topics":["t1","t2"]}',
  ]);
  assertEquals(ids, [0xffff_ffff_ffff_fffen, 0xffff_ffff_ffff_fffen]);
});

Deno.test("a service without topics sends null, as the Go SDK does", async () => {
  using gateway = new ScriptedGateway();
  await using _service = await Service.connect({ dial: gateway.dial });
  assertEquals(gateway.log[0], 'conn {"service":"","topics":null}');
});
