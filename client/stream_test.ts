import { assert, assertEquals, assertRejects } from "@std/assert";
import type { Session } from "@frontier/proto/internal";
import {
  Edge,
  type EdgeOptions,
  FrontierError,
  Service,
  type Stream,
} from "./mod.ts";
import {
  type Script,
  ScriptedGateway,
  until,
} from "./testing/scripted_gateway.ts";

const encoder = new TextEncoder();

/** An edge with one stream, and the gateway's side of that stream. */
class Pair implements AsyncDisposable {
  private constructor(
    readonly gateway: ScriptedGateway,
    readonly edge: Edge,
    readonly stream: Stream,
    readonly session: Session,
    readonly received: Uint8Array[],
  ) {}

  static async open(
    script: Script = {},
    options: EdgeOptions = {},
  ): Promise<Pair> {
    const received: Uint8Array[] = [];
    let session: Session | undefined;
    const gateway = new ScriptedGateway({
      onSession: (opened) => {
        session = opened;
        opened.accept();
      },
      onStream: (from, bytes) => {
        received.push(bytes);
        from.consume(bytes.length);
      },
      ...script,
    });
    const edge = await Edge.connect({ dial: gateway.dial, ...options });
    const stream = await edge.openStream("svc");
    return new Pair(gateway, edge, stream, session!, received);
  }

  /** Sends from the gateway. */
  send(data: string | Uint8Array): number {
    const bytes = typeof data === "string" ? encoder.encode(data) : data;
    return this.session.send(bytes, 0, bytes.length);
  }

  /** Bytes the gateway has received. */
  get receivedBytes(): number {
    return this.received.reduce((sum, part) => sum + part.length, 0);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.edge.close();
    this.gateway[Symbol.dispose]();
  }
}

const text = (stream: ReadableStream<Uint8Array<ArrayBuffer>>) =>
  new Response(stream).text();

Deno.test("bytes flow both ways, directly and through Web Streams", async () => {
  await using pair = await Pair.open();
  const { stream } = pair;
  assertEquals(stream.peer, "svc");
  assertEquals(stream.id, pair.session.id);
  await stream.write("one ");
  const writer = stream.writable.getWriter();
  await writer.write(encoder.encode("two"));
  await until(() => pair.receivedBytes === 7);
  assertEquals(
    await new Blob(pair.received as Uint8Array<ArrayBuffer>[]).text(),
    "one two",
  );

  pair.send("abcdef");
  const buf = new Uint8Array(4);
  assertEquals(await stream.read(buf), 4);
  assertEquals(await stream.read(buf), 2);
  assertEquals(await stream.read(new Uint8Array(0)), 0);
  const waiting = stream.read(buf);
  await assertRejects(() => stream.read(buf), TypeError);
  pair.send("xyz!+");
  assertEquals(await waiting, 4);
  pair.session.close();
  assertEquals(await text(stream.readable), "+");
  await stream.closed;
});

Deno.test("the readable side serves a reader's own buffer", async () => {
  await using pair = await Pair.open();
  pair.send("abcdef");
  const reader = pair.stream.readable.getReader({ mode: "byob" });
  const first = await reader.read(new Uint8Array(4));
  assertEquals([...first.value!], [...encoder.encode("abcd")]);
  pair.session.close();
  const second = await reader.read(new Uint8Array(4));
  assertEquals([...second.value!], [...encoder.encode("ef")]);
  assertEquals((await reader.read(new Uint8Array(4))).done, true);
});

Deno.test("what arrived before the other side closed can still be read", async () => {
  await using pair = await Pair.open();
  pair.send("last words");
  pair.session.close();
  await pair.stream.closed;
  const buf = new Uint8Array(64);
  assertEquals(await pair.stream.read(buf), 10);
  assertEquals(await pair.stream.read(buf), null);
  const error = await assertRejects(
    () => pair.stream.write("x"),
    FrontierError,
  );
  assertEquals(error.code, "eof");
});

Deno.test("a lost connection is an error for the reader, after what has arrived", async () => {
  await using pair = await Pair.open({}, { reconnect: false });
  pair.send("half");
  await until(() => pair.gateway.log.includes("session svc"));
  await new Promise((resolve) => setTimeout(resolve, 10));
  pair.gateway.side.cut();
  const cut = await assertRejects(() => pair.stream.closed, FrontierError);
  assertEquals(cut.code, "force-closed");
  const buf = new Uint8Array(64);
  assertEquals(await pair.stream.read(buf), 4);
  const error = await assertRejects(() => pair.stream.read(buf), FrontierError);
  assertEquals(error.code, "force-closed");
});

Deno.test("closing the writable sends everything, then ends the stream", async () => {
  await using pair = await Pair.open();
  const data = new Uint8Array(1_000_000).map((_, i) => i % 251);
  await ReadableStream.from([data]).pipeTo(pair.stream.writable);
  // The close returns when all of it is on its way, the other side may still be reading.
  await until(() => pair.session.state === "closed");
  assertEquals(pair.receivedBytes, data.length);
  await pair.stream.closed;
  assertEquals(await pair.stream.read(new Uint8Array(1)), null);
});

Deno.test("an unread stream grants its peer one window, and reading grants more", async () => {
  const window = 4_096;
  await using pair = await Pair.open({}, { limits: { streamWindow: window } });
  const data = new Uint8Array(10_000);
  assertEquals(pair.send(data), window);
  assertEquals(pair.send(data), 0);
  // A stream nobody reads delays nothing else.
  assertEquals((await pair.edge.call("echo", "x")).text(), "x");
  const buf = new Uint8Array(window);
  let count = 0;
  while (count < window) count += (await pair.stream.read(buf))!;
  await until(() => pair.session.sendWindow > 0);
  // All of it was read: the window has doubled.
  assert(pair.session.sendWindow <= window * 2);
  assert(pair.send(data) > 0);
});

Deno.test("a slow peer slows the writer, and nothing else", async () => {
  let hold = true;
  let held = 0;
  await using pair = await Pair.open({
    onStream: (session, bytes) => {
      if (hold) held += bytes.length;
      else session.consume(bytes.length);
    },
  });
  const data = new Uint8Array(600_000);
  let done = false;
  const write = pair.stream.write(data).then(() => done = true);
  await until(() => held === 262_144);
  await new Promise((resolve) => setTimeout(resolve, 20));
  assertEquals(done, false);
  assertEquals((await pair.edge.call("echo", "x")).text(), "x");
  hold = false;
  pair.session.consume(held);
  await write;
});

Deno.test("writes that overlap stay in order", async () => {
  await using pair = await Pair.open();
  const parts = [700_000, 10, 300_000, 1].map((size, i) =>
    new Uint8Array(size).fill(i)
  );
  await Promise.all(parts.map((part) => pair.stream.write(part)));
  await pair.stream.close();
  const all = new Uint8Array(
    await new Blob(pair.received as Uint8Array<ArrayBuffer>[]).arrayBuffer(),
  );
  assertEquals(all.length, 1_000_011);
  assertEquals([all[0], all[700_000], all[700_010], all[1_000_010]], [
    0,
    1,
    2,
    3,
  ]);
});

Deno.test("close() does not wait longer than it is told for a peer that reads nothing", async () => {
  let held = 0;
  let reads = false;
  await using pair = await Pair.open({
    onStream: (session, bytes) => {
      if (reads) session.consume(bytes.length);
      else held += bytes.length;
    },
  });
  const write = pair.stream.write(new Uint8Array(1_000_000));
  const begin = performance.now();
  await pair.stream.close({ timeoutMs: 50 });
  assert(performance.now() - begin < 2_000);
  await assertRejects(() => pair.stream.write("more"), FrontierError);
  // What was written goes out all the same as soon as it is taken.
  reads = true;
  pair.session.consume(held);
  await write;
  await pair.stream.closed;
  assertEquals(pair.session.endReason, "");
});

Deno.test("without credit a full stream pauses the connection until it is read", async () => {
  await using pair = await Pair.open(
    { settings: { features: [] } },
    { limits: { streamBytes: 10_000 } },
  );
  // A gateway holds back until the first bytes of a stream it did not open.
  await pair.stream.write("x");
  await until(() => pair.receivedBytes === 1);
  assertEquals(pair.send(new Uint8Array(30_000)), 30_000);
  // Paused: the response behind those bytes is not read.
  let answered = false;
  const call = pair.edge.call("echo", "x").then(() => answered = true);
  await new Promise((resolve) => setTimeout(resolve, 40));
  assertEquals(answered, false);
  const buf = new Uint8Array(64_000);
  let total = 0;
  while (total < 30_000) total += (await pair.stream.read(buf))!;
  await call;
  // A stream that is discarded does not pause anything.
  await pair.stream.readable.cancel();
  pair.send(new Uint8Array(30_000));
  await pair.edge.call("echo", "x");
});

Deno.test("calls, messages and handlers work on a stream, both ways", async () => {
  await using pair = await Pair.open();
  const { stream, session, gateway } = pair;
  assertEquals((await stream.call("echo", "x")).text(), "x");
  await stream.publish("hello", { topic: "t" });
  await stream.register("m", (request) => `m ${request.text()}`);
  const response = await gateway.side.request("m", "z", {}, session);
  assertEquals(response.value, encoder.encode("m z"));
  // Handlers of a stream are not visible outside of it.
  assertEquals(
    (await gateway.side.request("m")).error,
    "no such rpc: m",
  );
  const ack = gateway.side.publish("topic", "in", {}, session);
  const message = await stream.receive();
  assertEquals([message.topic, message.text(), message.edgeId], [
    "topic",
    "in",
    0n,
  ]);
  message.done();
  assertEquals((await ack).error, "");
  assertEquals(stream.unregister("m"), true);
  const waiting = assertRejects(() => stream.receive(), FrontierError);
  gateway.script = { ...gateway.script, onRequest: () => {} };
  const call = assertRejects(() => stream.call("mute"), FrontierError);
  await until(() => gateway.log.includes("request mute"));
  session.close();
  assertEquals((await waiting).code, "eof");
  assertEquals((await call).code, "force-closed");
  const late = await assertRejects(() => stream.call("echo"), FrontierError);
  assertEquals(late.code, "eof");
});

Deno.test("openStream() rejects with the reason of a refusal", async () => {
  using gateway = new ScriptedGateway({
    onSession: (session) => session.refuse("service not online"),
  });
  await using edge = await Edge.connect({ dial: gateway.dial });
  const error = await assertRejects(
    () => edge.openStream("nobody"),
    FrontierError,
  );
  assertEquals(error.code, "service-not-online");
});

Deno.test("openStream() can be given up, and does not leave a session behind", async () => {
  const sessions: Session[] = [];
  using gateway = new ScriptedGateway({
    onSession: (session) => sessions.push(session),
  });
  await using edge = await Edge.connect({ dial: gateway.dial });
  const late = await assertRejects(
    () => edge.openStream("s", { timeoutMs: 30 }),
    FrontierError,
  );
  assertEquals(late.code, "timeout");
  const abort = new AbortController();
  const opening = edge.openStream("s", { signal: abort.signal });
  await until(() => sessions.length === 2);
  abort.abort();
  const error = await assertRejects(() => opening, FrontierError);
  assertEquals(error.code, "canceled");
  for (const session of sessions) session.accept();
  await until(() => sessions.every(({ state }) => state === "closed"));
  assertEquals(gateway.side.link.sessionCount, 0);
});

Deno.test("a service opens streams by edge id", async () => {
  using gateway = new ScriptedGateway();
  await using service = await Service.connect({ dial: gateway.dial });
  await using stream = await service.openStream(0xffff_ffff_ffff_ffffn);
  assertEquals(stream.peer, "18446744073709551615");
  await assertRejects(() => service.openStream(-1n), RangeError);
});

Deno.test("a stream that nobody has accepted is sent a little, an accepted one a window", async () => {
  using gateway = new ScriptedGateway();
  await using edge = await Edge.connect({ dial: gateway.dial });
  const { link } = gateway.side;
  const session = link.openSession("")!;
  await until(() => session.state === "open");
  const bytes = new Uint8Array(1_000_000);
  assertEquals(session.send(bytes, 0, bytes.length), 16_384);
  const stream = await edge.acceptStream();
  await until(() => session.sendWindow > 0);
  assertEquals(session.sendWindow, 262_144 - 16_384);
  const waiting = edge.acceptStream();
  const second = link.openSession("")!;
  await waiting;
  await until(() => second.sendWindow === 262_144);
  const buf = new Uint8Array(100_000);
  assertEquals(await stream.read(buf), 16_384);
});

Deno.test("streams that wait to be accepted hold up no other", async () => {
  using gateway = new ScriptedGateway();
  await using edge = await Edge.connect({ dial: gateway.dial });
  const { link } = gateway.side;
  const read = link.openSession("")!;
  const stream = await edge.acceptStream();
  await until(() => read.state === "open");
  const bytes = new Uint8Array(300_000);
  for (let i = 0; i < 100; i++) {
    const other = link.openSession("")!;
    await until(() => other.state === "open");
    assertEquals(other.send(bytes, 0, bytes.length), 16_384);
  }
  let got = 0;
  const buf = new Uint8Array(65_536);
  while (got < 20_000_000) {
    read.send(bytes, 0, bytes.length);
    got += (await stream.read(buf))!;
  }
});

Deno.test("acceptStream() and streams() give what the other side opens", async () => {
  using gateway = new ScriptedGateway();
  const edge = await Edge.connect({
    dial: gateway.dial,
    limits: { unacceptedStreams: 2 },
  });
  const { link } = gateway.side;
  const session = link.openSession("ignored")!;
  const stream = await edge.acceptStream();
  await until(() => session.state === "open");
  session.send(encoder.encode("hi"), 0, 2);
  const buf = new Uint8Array(8);
  assertEquals(await stream.read(buf), 2);

  const more = [1, 2, 3].map(() => link.openSession("")!);
  await until(() => more[2]!.state === "closed");
  assertEquals(more[2]!.refusal, "too many sessions");
  const accepted: Stream[] = [];
  const accepting = (async () => {
    for await (const stream of edge.streams()) accepted.push(stream);
  })();
  await until(() => accepted.length === 2);
  await edge.close();
  await accepting;
  await Promise.all(accepted.map(({ closed }) => closed));
});

Deno.test("streams that are closed take nobody's place, and what came complete can be read", async () => {
  using gateway = new ScriptedGateway();
  await using edge = await Edge.connect({
    dial: gateway.dial,
    limits: { unacceptedStreams: 2 },
  });
  const { link } = gateway.side;
  const open = async () => {
    const session = link.openSession("")!;
    await until(() => session.state === "open");
    return session;
  };
  const close = async (session: Session) => {
    session.close();
    await until(() => session.state === "closed");
  };
  // Many that nobody accepts, without a byte: they leave at once.
  for (let i = 0; i < 10; i++) await close(await open());
  const file = await open();
  file.send(encoder.encode("a whole file"), 0, 12);
  await close(file);
  const alive = await open();
  const stream = await edge.acceptStream();
  assertEquals(stream.over, true);
  assertEquals(await new Response(stream.readable).text(), "a whole file");
  assertEquals((await edge.acceptStream()).over, false);
  // When the queue is full, the closed ones give their places first.
  await close(alive);
  for (let i = 0; i < 5; i++) {
    const session = await open();
    session.send(encoder.encode("x"), 0, 1);
    await close(session);
  }
  const living = [await open(), await open()];
  const refused = link.openSession("")!;
  await until(() => refused.state === "closed");
  assertEquals(refused.refusal, "too many sessions");
  for (const _ of living) {
    assertEquals((await edge.acceptStream()).over, false);
  }
});

Deno.test("however many streams the gateway opens at once, the connection lives", async () => {
  const gateway = new ScriptedGateway();
  await using service = await Service.connect({
    dial: gateway.dial,
    name: "svc",
  });
  const sessions = Array.from(
    { length: 20_000 },
    () => gateway.side.link.openSession("")!,
  );
  await until(() =>
    sessions.filter((session) => session.state === "closed").length > 19_000
  );
  assertEquals(service.state, "connected");
});
