import { assert, assertEquals, assertRejects } from "@std/assert";
import { Edge, FrontierError, Service } from "./mod.ts";
import { ScriptedGateway, until } from "./testing/scripted_gateway.ts";

async function rejection(promise: Promise<unknown>): Promise<FrontierError> {
  return await assertRejects(() => promise, FrontierError);
}

Deno.test("errors of the other side name the operation and its target", async () => {
  using gateway = new ScriptedGateway({
    onRequest: (request) => request.error("busy"),
    onMessage: (message) => message.error("busy"),
    onSession: (session) =>
      session.peer === "open" ? session.accept() : session.refuse("busy"),
  });
  await using edge = await Edge.connect({ dial: gateway.dial });
  await using service = await Service.connect({ dial: gateway.dial });
  const stream = await edge.openStream("open");
  const errors = await Promise.all([
    edge.call("m"),
    service.call(42n, "m"),
    stream.call("m"),
    edge.publish("t", ""),
    service.publish(42n, ""),
    stream.publish(""),
    edge.openStream("files"),
    service.openStream(42n),
  ].map(rejection));
  assertEquals(errors.map(({ message }) => message), [
    'Cannot call "m": busy',
    'Cannot call "m" of edge 42: busy',
    `Cannot call "m" on stream ${stream.id}: busy`,
    'Cannot publish to topic "t": busy',
    "Cannot publish to edge 42: busy",
    `Cannot publish on stream ${stream.id}: busy`,
    'Cannot open a stream to "files": busy',
    "Cannot open a stream to edge 42: busy",
  ]);
  for (const { code, wireText } of errors) {
    assertEquals([code, wireText], ["remote", "busy"]);
  }
});

Deno.test("a name as long as a frame is shown by its beginning, and blamed when it does not fit", async () => {
  using gateway = new ScriptedGateway();
  await using edge = await Edge.connect({ dial: gateway.dial });
  const name = "x".repeat(11_000_000);
  const errors = await Promise.all([
    edge.call(name),
    edge.publish(name, ""),
    edge.register(name, () => {}),
    edge.openStream(name),
  ].map(rejection));
  const shown = `"${"x".repeat(128)}…": `;
  for (const [i, { code, message }] of errors.entries()) {
    assertEquals(code, "payload-too-large");
    assert(message.includes(shown), `${i}: ${message.slice(0, 200)}`);
    assert(/ 1\d{7} bytes/.test(message), `${i}: ${message.slice(-80)}`);
    assert(message.length < 300, `${i}: ${message.length}`);
  }
});

Deno.test("what cannot be done at a closed endpoint is named, and spans as they were given", async () => {
  using gateway = new ScriptedGateway();
  const edge = await Edge.connect({
    dial: gateway.dial,
    reconnect: { minDelayMs: 5_000, firstDelayMs: 5_000 },
  });
  gateway.down();
  await until(() => edge.state !== "connected");
  const timeoutMs = 20;
  const late = await rejection(edge.register("m", () => {}, { timeoutMs }));
  assertEquals(
    late.message,
    'Cannot register method "m": no connection within 20 ms',
  );
  await edge.close();
  const { message } = await rejection(edge.acceptStream());
  assertEquals(message, "Cannot accept a stream: the edge is closed");
  assertEquals(
    (await rejection(edge.receive())).message,
    "Cannot receive: the edge is closed",
  );
});

Deno.test("a failed operation keeps the stack of whoever waits for it", async () => {
  using gateway = new ScriptedGateway({
    onRequest: (request) => request.error("busy"),
    onMessage: (message) => message.error("busy"),
    onSession: (session) => session.refuse("busy"),
    onRegister: () => {},
  });
  const edge = await Edge.connect({ dial: gateway.dial });
  const { signal } = new AbortController();
  const operations: (() => Promise<unknown>)[] = [
    async function callerOfOperation() {
      await edge.call("m");
    },
    async function callerOfOperation() {
      await edge.publish("t", "");
    },
    async function callerOfOperation() {
      await edge.openStream("s");
    },
    async function callerOfOperation() {
      await edge.register("m", () => {}, { timeoutMs: 20, signal });
    },
    async function callerOfOperation() {
      await edge.receive({ signal: AbortSignal.timeout(20) });
    },
  ];
  for (const operation of operations) {
    const { stack, message } = await rejection(operation());
    assert(stack!.startsWith(`FrontierError: ${message}\n`), stack);
    assert(stack!.includes("at async callerOfOperation"), stack);
  }
  const connecting = (async function callerOfConnect() {
    await Edge.connect({ dial: () => Promise.reject(new Error("No cable")) });
  })();
  const refused = await rejection(connecting);
  assert(refused.stack!.includes("at async callerOfConnect"), refused.stack);
  const waiting = (async function callerOfReceive() {
    await edge.receive();
  })();
  const other = rejection(edge.receive());
  await edge.close();
  const { stack } = await rejection(waiting);
  assert(stack!.includes("at async callerOfReceive"), stack);
  assert(!(await other).stack!.includes("callerOfReceive"));
});

Deno.test("what arrives on a stream says so", async () => {
  using gateway = new ScriptedGateway();
  await using edge = await Edge.connect({
    dial: gateway.dial,
    methods: { where: (request) => `${request.streamId}` },
  });
  const { side } = gateway;
  const text = (bytes: Uint8Array | undefined) =>
    new TextDecoder().decode(bytes);
  assertEquals(text((await side.request("where")).value), "0");
  void side.publish("t");
  const outside = await edge.receive();
  assertEquals(outside.streamId, 0n);
  outside.done();
  const session = side.link.openSession("")!;
  const stream = await edge.acceptStream();
  await until(() => session.state === "open");
  await stream.register("where", (request) => `${request.streamId}`);
  const inside = await side.request("where", "", {}, session);
  assertEquals(text(inside.value), `${stream.id}`);
  void side.publish("", "", {}, session);
  const message = await stream.receive();
  assertEquals(message.streamId, stream.id);
  message.done();
});
