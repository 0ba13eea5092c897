import { assert, assertEquals, assertFalse } from "@std/assert";
import {
  type CloseReason,
  type FrameReader,
  Link,
  LINK_SETTINGS,
  type LinkHandler,
  type LinkSettings,
  Pending,
  type Session,
  TYPE_CONN,
  TYPE_MESSAGE,
  TYPE_REQUEST,
  TYPE_RESPONSE,
} from "@frontier/proto/internal";
import { Driver } from "./driver.ts";
import { MemoryNetwork } from "./memory_transport.ts";
import { systemTimers } from "./system_timers.ts";
import { connectTcp, listenTcp } from "./tcp.ts";
import type { Transport } from "./transport.ts";

const EMPTY = new TextEncoder().encode("{}");

/** A link on a driver that remembers what happened. */
class End implements LinkHandler {
  readonly link: Link;
  readonly events: string[] = [];
  readonly driver: Driver;
  readonly over: Promise<void>;
  sessions: Session[] = [];
  received = 0;
  sum = 0;
  onRoom: (session: Session) => void = () => {};
  #waiting: { event: string; resolve: () => void }[] = [];

  constructor(
    role: "client" | "server",
    transport: Transport,
    settings: Partial<LinkSettings> = {},
    first?: Uint8Array,
  ) {
    this.driver = new Driver(transport);
    this.link = new Link(
      role,
      { ...LINK_SETTINGS, ...settings },
      this,
      this.driver,
    );
    if (role === "client") this.link.connect(EMPTY);
    this.over = this.driver.run(this.link, first);
  }

  /** Waits until an event has happened. */
  async saw(event: string): Promise<void> {
    if (this.events.includes(event)) return;
    await new Promise<void>((resolve) =>
      this.#waiting.push({ event, resolve })
    );
  }

  note(event: string): void {
    this.events.push(event);
    this.#waiting = this.#waiting.filter((one) => {
      if (one.event === event) one.resolve();
      return one.event !== event;
    });
  }

  onConn(link: Link): void {
    link.accept(1, 2);
    this.note("open");
  }
  onOpen(): void {
    this.note("open");
  }
  onRefused(_link: Link, reason: string): void {
    this.note(`refused: ${reason}`);
  }
  onRequest(session: Session, frame: FrameReader): void {
    this.note("request");
    session.link.writeBody(
      session,
      TYPE_RESPONSE,
      frame.idHi,
      frame.idLo,
      EMPTY,
    );
  }
  onMessage(_session: Session): void {
    this.note("message");
  }
  onCancel(): void {}
  onRegister(): void {
    throw new Error("Cannot register: test");
  }
  onStream(session: Session, frame: FrameReader): void {
    for (let i = frame.bodyStart; i < frame.bodyEnd; i++) {
      this.sum = (Math.imul(this.sum, 31) + frame.buf[i]!) | 0;
    }
    this.received += frame.bodyEnd - frame.bodyStart;
    session.consume(frame.bodyEnd - frame.bodyStart);
    if (this.received === STREAM_BYTES) this.note("all bytes");
  }
  onSession(session: Session): void {
    session.accept();
    this.sessions.push(session);
    this.note("session");
  }
  onSessionOpen(session: Session): void {
    this.sessions.push(session);
    this.note("session");
  }
  onSessionEnd(): void {}
  onSessionClosed(_session: Session, _reason: CloseReason): void {}
  onWritable(session: Session): void {
    this.onRoom(session);
  }
  onLeaving(_link: Link, _reason: CloseReason): void {}
  onClosed(_link: Link, reason: CloseReason): void {
    this.note(`closed: ${reason.text}`);
    this.note("over");
  }
}

class Answer extends Pending<Session> {
  readonly outcome: Promise<string>;
  #resolve!: (outcome: string) => void;
  constructor() {
    super();
    this.outcome = new Promise((resolve) => this.#resolve = resolve);
  }
  override onAnswer(): void {
    this.#resolve("answer");
  }
  override onFail(reason: string): void {
    this.#resolve(reason);
  }
}

function ask(end: End, type = TYPE_REQUEST): Promise<string> {
  const { link } = end;
  const answer = new Answer();
  link.expect(answer, link.defaultSession, link.timers.now() + 30_000);
  link.writeBody(link.defaultSession, type, answer.idHi, answer.idLo, EMPTY);
  return answer.outcome;
}

const STREAM_BYTES = 3_000_000;

/** Sends a stream as fast as it is taken; returns the checksum of its bytes. */
function sendStream(end: End, session: Session): number {
  const bytes = new Uint8Array(STREAM_BYTES).map((_, i) => i * 7 + (i >> 9));
  let at = 0;
  end.onRoom = (one) => {
    if (one !== session) return;
    while (at < bytes.length) {
      const taken = session.send(bytes, at, bytes.length);
      if (taken === 0) break;
      at += taken;
    }
  };
  end.onRoom(session);
  let sum = 0;
  for (const byte of bytes) sum = (Math.imul(sum, 31) + byte) | 0;
  return sum;
}

/** A transport that behaves badly in a given way. */
class Wrapped implements Transport {
  closed = 0;
  writes: number[] = [];
  onWrite: ((buf: Uint8Array) => Promise<number>) | undefined = undefined;
  onRead: (() => Promise<number | null>) | undefined = undefined;
  onClose: (() => void) | undefined = undefined;
  readonly inner: Transport;
  constructor(inner: Transport) {
    this.inner = inner;
  }
  get localAddr() {
    return this.inner.localAddr;
  }
  get remoteAddr() {
    return this.inner.remoteAddr;
  }
  read(buf: Uint8Array): Promise<number | null> {
    return this.onRead === undefined ? this.inner.read(buf) : this.onRead();
  }
  write(buf: Uint8Array): Promise<number> {
    this.writes.push(buf.length);
    return this.onWrite === undefined
      ? this.inner.write(buf)
      : this.onWrite(buf);
  }
  close(): void {
    this.closed++;
    this.inner.close();
    return this.onClose?.();
  }
}

async function memoryPair(): Promise<[Wrapped, Wrapped]> {
  const network = new MemoryNetwork();
  const client = network.connect();
  return [new Wrapped(client), new Wrapped(await network.accept())];
}

async function tcpPair(): Promise<[Wrapped, Wrapped]> {
  const listener = listenTcp({ hostname: "127.0.0.1", port: 0 });
  const [client, server] = await Promise.all([
    connectTcp({ port: listener.addr.port }),
    listener.accept(),
  ]);
  listener.close();
  return [new Wrapped(client), new Wrapped(server)];
}

async function connected(
  pair: [Wrapped, Wrapped],
): Promise<{ client: End; server: End }> {
  const client = new End("client", pair[0]);
  const server = new End("server", pair[1]);
  await Promise.all([client.saw("open"), server.saw("open")]);
  return { client, server };
}

async function assertOver(...ends: [End, Wrapped][]): Promise<void> {
  for (const [end, transport] of ends) {
    await end.over;
    assertEquals(end.link.state, "closed");
    assertEquals(transport.closed, 1);
    assertEquals(end.events.filter((e) => e === "over").length, 1);
  }
  assertEquals(systemTimers.size, 0);
}

for (
  const [name, make] of [["memory", memoryPair], ["TCP", tcpPair]] as const
) {
  Deno.test(`calls, streams and an orderly close over ${name}`, async () => {
    const pair = await make();
    const { client, server } = await connected(pair);
    assertEquals(await ask(client), "answer");
    assertEquals(await ask(server), "answer");

    const session = client.link.openSession("x")!;
    await Promise.all([client.saw("session"), server.saw("session")]);
    const up = sendStream(client, session);
    const down = sendStream(server, server.sessions[0]!);
    await Promise.all([client.saw("all bytes"), server.saw("all bytes")]);
    assertEquals([server.sum, client.sum], [up, down]);

    client.link.close({ kind: "closed", text: "done" });
    await assertOver([client, pair[0]], [server, pair[1]]);
    assert(client.events.includes("closed: done"));
    assert(server.events.includes("closed: closed by the peer"));
  });

  Deno.test(`end of the stream over ${name} ends the link`, async () => {
    const pair = await make();
    const { client, server } = await connected(pair);
    const answer = ask(server, TYPE_MESSAGE);
    await client.saw("message");
    client.link.fail({ kind: "lost", text: "gone" });
    await assertOver([client, pair[0]], [server, pair[1]]);
    assertEquals(await answer, "force closed");
    const end = server.events.find((e) => e.startsWith("closed: "))!;
    assert(
      end === "closed: connection closed by the peer" ||
        end.includes("reset by peer"),
      end,
    );
  });

  Deno.test(`partial writes over ${name} lose nothing`, async () => {
    const pair = await make();
    for (const transport of pair) {
      transport.onWrite = (buf) =>
        transport.inner.write(buf.subarray(0, 1 + buf.length % 997));
    }
    const { client, server } = await connected(pair);
    const session = client.link.openSession("x")!;
    await server.saw("session");
    await client.saw("session");
    const sum = sendStream(client, session);
    await server.saw("all bytes");
    assertEquals(server.sum, sum);
    assertEquals(await ask(server), "answer");
    server.link.close({ kind: "closed", text: "done" });
    await assertOver([client, pair[0]], [server, pair[1]]);
  });
}

Deno.test("frames of one turn go out in one write", async () => {
  const pair = await memoryPair();
  const { client, server } = await connected(pair);
  const before = pair[0].writes.length;
  const answers = Array.from({ length: 50 }, () => ask(client));
  await Promise.all(answers);
  assertEquals(pair[0].writes.length, before + 1);
  client.link.close({ kind: "closed", text: "done" });
  await assertOver([client, pair[0]], [server, pair[1]]);
});

Deno.test("write error ends the link with its text", async () => {
  const pair = await memoryPair();
  const { client, server } = await connected(pair);
  pair[0].onWrite = () => Promise.reject(new Error("Cannot write: broken"));
  assertEquals(await ask(client), "force closed");
  await assertOver([client, pair[0]], [server, pair[1]]);
  assert(client.events.includes("closed: Cannot write: broken"));
});

Deno.test("write that takes nothing ends the link", async () => {
  const pair = await memoryPair();
  const { client, server } = await connected(pair);
  pair[0].onWrite = () => Promise.resolve(0);
  assertEquals(await ask(client), "force closed");
  await assertOver([client, pair[0]], [server, pair[1]]);
});

Deno.test("read error ends the link with its text", async () => {
  const pair = await memoryPair();
  const { client, server } = await connected(pair);
  pair[1].onRead = () => Promise.reject(new Error("Cannot read: broken"));
  await ask(client);
  await assertOver([client, pair[0]], [server, pair[1]]);
  assert(server.events.includes("closed: Cannot read: broken"));
});

Deno.test("handler that throws ends its own link only", async () => {
  const pair = await memoryPair();
  const other = await memoryPair();
  const { client, server } = await connected(pair);
  const bystanders = await connected(other);
  client.link.writeBody(client.link.defaultSession, 0x81, 1, 1, EMPTY);
  await server.saw("closed: internal error: Cannot register: test");
  assertEquals(await ask(bystanders.client), "answer");
  bystanders.client.link.close({ kind: "closed", text: "done" });
  await assertOver(
    [client, pair[0]],
    [server, pair[1]],
    [bystanders.client, other[0]],
    [bystanders.server, other[1]],
  );
});

/** What a transport may do wrong, and what its connection ends with. */
const MISDEEDS: [name: string, act: () => never, reason: string][] = [
  ["throws", () => {
    throw new Error("InvalidStateError: it is closing");
  }, "InvalidStateError: it is closing"],
  ["throws an object without a text", () => {
    throw Object.create(null);
  }, "an error without a text"],
  ["rejects with nothing", () => Promise.reject() as never, "undefined"],
  [
    "rejects with an object without a text",
    () => Promise.reject(Object.create(null)) as never,
    "an error without a text",
  ],
  ["fails within its own then", () =>
    ({
      then() {
        throw new Error("Cannot be awaited");
      },
    }) as never, "Cannot be awaited"],
  ["returns nothing", () => undefined as never, "undefined"],
  ...[0, -1, 0.5, NaN, Infinity, 10_000_000].map((
    count,
  ): [string, () => never, string] => [
    `says ${count} bytes`,
    () => Promise.resolve(count) as never,
    `the transport`,
  ]),
];

for (const method of ["read", "write"] as const) {
  for (const [name, act, reason] of MISDEEDS) {
    Deno.test(`transport whose ${method} ${name} ends its own connection only`, async () => {
      const pair = await memoryPair();
      const bad = await connected(pair);
      const good = await connected(await memoryPair());
      let acts = 0;
      const onAct = () => {
        acts++;
        return act();
      };
      if (method === "read") pair[0].onRead = onAct;
      else pair[0].onWrite = onAct;
      pair[0].onClose = () => {
        throw new Error("Cannot close");
      };
      // In one turn: the bad one first, then the one behind it in the list.
      const first = ask(bad.client);
      const second = ask(good.client);
      assertEquals(await second, "answer");
      // The read that was pending is a good one still.
      assertEquals(await first, method === "read" ? "answer" : "force closed");
      await bad.client.over;
      assertEquals(acts, 1);
      const end = bad.client.events.find((e) => e.startsWith("closed: "))!;
      assert(end.includes(reason), end);
      assertEquals(await ask(good.client), "answer");
      bad.server.link.fail({ kind: "lost", text: "test is over" });
      good.client.link.close({ kind: "closed", text: "done" });
      await Promise.all([bad.server.over, good.client.over, good.server.over]);
      assertEquals(systemTimers.size, 0);
    });
  }
}

Deno.test("close that rejects later is nobody's business", async () => {
  const pair = await memoryPair();
  const { client, server } = await connected(pair);
  pair[0].onClose = () => Promise.reject(new Error("Cannot close")) as never;
  client.link.fail({ kind: "lost", text: "done" });
  await Promise.all([client.over, server.over]);
  await new Promise((resolve) => setTimeout(resolve, 0));
});

for (
  const method of ["onLeaving", "onClosed", "onSessionClosed"] as const
) {
  Deno.test(`handler whose ${method} throws loses its own link only`, async () => {
    const pair = await memoryPair();
    const bad = await connected(pair);
    const good = await connected(await memoryPair());
    bad.client.link.openSession("x");
    await bad.client.saw("session");
    bad.client[method] = () => {
      throw new Error("Cannot say goodbye: test");
    };
    pair[0].onWrite = () => Promise.reject(new Error("Cannot write: broken"));
    const first = ask(bad.client);
    assertEquals(await ask(good.client), "answer");
    await bad.client.over;
    assertEquals(pair[0].closed, 1);
    bad.server.link.fail({ kind: "lost", text: "test is over" });
    good.client.link.close({ kind: "closed", text: "done" });
    await Promise.all([bad.server.over, good.client.over, good.server.over]);
    assertEquals(await first, "force closed");
    assertEquals(systemTimers.size, 0);
  });
}

Deno.test("answer that is late ends its own link only, if who waits throws", async () => {
  const bad = await connected(await memoryPair());
  const good = await connected(await memoryPair());
  class Thrower extends Pending<Session> {
    override onAnswer(): void {}
    override onFail(): void {
      throw new Error("Cannot be late: test");
    }
  }
  const { link } = bad.client;
  link.expect(new Thrower(), link.defaultSession, link.timers.now() + 1);
  await bad.client.saw("closed: internal error: Cannot be late: test");
  assertEquals(await ask(good.client), "answer");
  good.client.link.close({ kind: "closed", text: "done" });
  await Promise.all([
    bad.client.over,
    bad.server.over,
    good.client.over,
    good.server.over,
  ]);
  assertEquals(systemTimers.size, 0);
});

Deno.test("paused link does not read, and goes on where it stopped", async () => {
  const pair = await memoryPair();
  const { client, server } = await connected(pair);
  server.link.pause();
  const answers = Array.from({ length: 3 }, () => ask(client));
  // The read that was pending may still take bytes; a second one must not start.
  await new Promise((resolve) => setTimeout(resolve, 20));
  assertFalse(server.events.includes("request"));
  server.link.resume();
  server.link.pause();
  server.link.resume();
  assertEquals(await Promise.all(answers), ["answer", "answer", "answer"]);
  server.link.pause();
  server.link.fail({ kind: "lost", text: "while paused" });
  await assertOver([client, pair[0]], [server, pair[1]]);
});

/** A frame of the default session, or one that has none. */
function rawFrame(type: number, body: Uint8Array): Uint8Array {
  const head = type === TYPE_CONN ? 14 : 22;
  const frame = new Uint8Array(head + body.length);
  const view = new DataView(frame.buffer);
  view.setUint16(0, 0x0100 | type);
  view.setUint32(6, 1);
  view.setUint32(10, frame.length - 14);
  if (head > 14) view.setUint32(18, 1);
  frame.set(body, head);
  return frame;
}

Deno.test("link that is resumed while it waits for its turn to read handles what has come", async () => {
  const count = 320;
  class Paying extends End {
    handled = 0;
    override onMessage({ link }: Session): void {
      if (++this.handled % 8 > 0) return;
      // Longer than a turn: it waits in line before it reads on.
      const end = performance.now() + 4;
      while (performance.now() < end);
      if (this.handled < count - 8) return;
      link.pause();
      queueMicrotask(() => link.resume());
    }
  }
  const conn = rawFrame(TYPE_CONN, new Uint8Array([...Array(10), 123, 125]));
  const message = rawFrame(TYPE_MESSAGE, new Uint8Array(1_002));
  const bytes = new Uint8Array(conn.length + count * message.length);
  bytes.set(conn);
  for (let at = conn.length; at < bytes.length; at += message.length) {
    bytes.set(message, at);
  }
  let at = 0;
  const transport = new Wrapped(new MemoryNetwork().connect());
  transport.read = (buf) => {
    // The last ones come in one read, and nothing after them.
    const end = bytes.length - at > 32_768 ? bytes.length - 32_768 : Infinity;
    const part = bytes.subarray(at, Math.min(at + buf.length, end));
    buf.set(part);
    at += part.length;
    return part.length === 0
      ? new Promise(() => {})
      : Promise.resolve(part.length);
  };
  const server = new Paying("server", transport);
  for (let i = 0; i < 500 && server.handled < count; i++) {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  assertEquals(server.handled, count);
  server.link.fail({ kind: "lost", text: "test is over" });
  await server.over;
  assertEquals(systemTimers.size, 0);
});

for (const [how, outcome] of [["brings bytes", 5], ["ends", null]] as const) {
  Deno.test(`buffer is not taken from a read that is pending, and freed when that ${how}`, async () => {
    const transport = new Wrapped(new MemoryNetwork().connect());
    let room: Uint8Array = new Uint8Array();
    let finish = (_count: number | null): void => {};
    transport.read = (buf) => {
      room = buf;
      return new Promise((resolve) => finish = resolve);
    };
    const server = new End("server", transport);
    const conn = rawFrame(TYPE_CONN, new Uint8Array([...Array(10), 123, 125]));
    const large = rawFrame(TYPE_MESSAGE, new Uint8Array(200_000));
    const bytes = new Uint8Array([...conn, ...large]);
    for (let at = 0; at < bytes.length - 1;) {
      const part = bytes.subarray(
        at,
        Math.min(at + room.length, -1 + bytes.length),
      );
      room.set(part);
      at += part.length;
      finish(part.length);
      await new Promise((resolve) => setTimeout(resolve, 0));
    }
    assert(room.buffer.byteLength > 65_536);
    server.link.fail({ kind: "lost", text: "test is over" });
    await server.over;
    assert(room.length > 0);
    finish(outcome);
    await new Promise((resolve) => setTimeout(resolve, 0));
    assertEquals(room.buffer.byteLength, 0);
  });
}

Deno.test("paced link reads on when the other one has written, or a little later", async () => {
  for (const writes of [true, false]) {
    const pair = await memoryPair();
    const from = await connected(pair);
    const other = await memoryPair();
    const to = await connected(other);
    const held: (() => void)[] = [];
    other[1].onWrite = (buf) =>
      new Promise((resolve) => held.push(() => resolve(buf.length)));
    const { link } = to.server;
    const bulk = new Uint8Array(200_000);
    link.writeBody(link.defaultSession, TYPE_MESSAGE, 1, 1, bulk);
    from.server.link.paceBy(link);
    assert(from.server.link.paced);
    // The read that was pending still brings something, the next one waits.
    assertEquals(await ask(from.client), "answer");
    assert(from.server.link.paced);
    const answer = ask(from.client);
    if (writes) held.shift()!();
    assertEquals(await answer, "answer");
    assertFalse(from.server.link.paced);
    // Somebody waits for an answer from here: it is not held up.
    const question = ask(from.server);
    if (!writes) held.shift()!();
    link.writeBody(link.defaultSession, TYPE_MESSAGE, 1, 1, bulk);
    from.server.link.paceBy(link);
    assertFalse(from.server.link.paced);
    assertEquals(await question, "answer");
    for (const end of [from.client, from.server, to.client, to.server]) {
      end.link.fail({ kind: "lost", text: "test is over" });
      await end.over;
    }
    for (const finish of held) finish();
    assertEquals(systemTimers.size, 0);
  }
});

Deno.test("bytes that were read before are taken first, whatever their size", async () => {
  const network = new MemoryNetwork();
  const client = network.connect();
  const server = await network.accept();
  const first: number[] = [];
  const tap = new Wrapped(client);
  tap.onWrite = (buf) => {
    first.push(...buf);
    return Promise.resolve(buf.length);
  };
  const sender = new End("client", tap);
  await new Promise((resolve) => setTimeout(resolve, 0));
  for (let i = 0; i < 100; i++) {
    sender.link.writeBody(
      sender.link.defaultSession,
      TYPE_MESSAGE,
      1,
      i,
      EMPTY,
    );
  }
  await new Promise((resolve) => setTimeout(resolve, 0));
  assert(first.length > 2_000);
  tap.onWrite = undefined;
  const receiver = new Wrapped(server);
  const end = new End("server", receiver, {}, new Uint8Array(first));
  await sender.saw("open");
  await end.saw("message");
  assertEquals(end.events.filter((e) => e === "message").length, 100);
  end.link.close({ kind: "closed", text: "done" });
  await assertOver([sender, tap], [end, receiver]);
});

for (const size of [2, 256, 257, 10_000, 300_000]) {
  Deno.test(`noise of ${size} bytes that was read before ends its link, and the rest is left`, async () => {
    const [client, transport] = await memoryPair();
    // The type of the first frame is wrong as soon as its header is there.
    const noise = new Uint8Array(size).fill(0xee);
    const server = new End("server", transport, {}, noise);
    if (size < 14) await client.write(new Uint8Array(12).fill(0xee));
    await server.over;
    assert(
      server.events.some((event) => event.startsWith("closed: protocol error")),
      server.events.join(),
    );
    client.close();
  });
}

Deno.test("last bytes are written before the stream is closed", async () => {
  const pair = await memoryPair();
  const { client, server } = await connected(pair);
  const held: (() => void)[] = [];
  pair[0].onWrite = (buf) =>
    new Promise((resolve) => {
      held.push(() => resolve(pair[0].inner.write(buf)));
    });
  void ask(client, TYPE_MESSAGE);
  client.link.fail({ kind: "lost", text: "done" }, true);
  await new Promise((resolve) => setTimeout(resolve, 10));
  assertEquals(pair[0].closed, 0);
  held.shift()!();
  await server.saw("message");
  await assertOver([client, pair[0]], [server, pair[1]]);
});

Deno.test("last bytes that cannot be written are given up after two seconds", async () => {
  const pair = await memoryPair();
  const { client, server } = await connected(pair);
  pair[0].onWrite = () => new Promise(() => {});
  void ask(client, TYPE_MESSAGE);
  const begin = performance.now();
  client.link.fail({ kind: "lost", text: "done" }, true);
  await client.over;
  const took = performance.now() - begin;
  assert(took > 1_900 && took < 10_000, `${took} ms`);
  await assertOver([client, pair[0]], [server, pair[1]]);
});

Deno.test("link that ended before its driver ran closes the stream", async () => {
  const [transport] = await memoryPair();
  const driver = new Driver(transport);
  const end = Object.create(End.prototype) as End;
  const link = new Link(
    "client",
    LINK_SETTINGS,
    Object.assign(end, { note() {} }),
    driver,
  );
  link.connect(undefined);
  link.fail({ kind: "lost", text: "early" });
  await driver.run(link);
  assertEquals(transport.closed, 1);
  assertEquals(systemTimers.size, 0);
});
