import { assertEquals, assertRejects } from "@std/assert";
import { FrontierError, LINK_SETTINGS } from "@frontier/proto/internal";
import { MemoryNetwork } from "@frontier/platform";
import {
  type Admit,
  Connection,
  EndpointCore,
  type EndpointCoreOptions,
} from "./internal.ts";
import type { Stream } from "./mod.ts";

const decoder = new TextDecoder();

/** Two ends that talk: one dialled, the other was dialled. */
interface Pair extends AsyncDisposable {
  client: EndpointCore;
  server: EndpointCore;
  connections: [Connection, Connection];
}

async function pair(
  options: { client?: EndpointCoreOptions; server?: EndpointCoreOptions } = {},
  admit: Admit = () => 7n,
): Promise<Pair> {
  const network = new MemoryNetwork();
  const client = new EndpointCore(options.client);
  const server = new EndpointCore(options.server);
  const accepted = network.accept();
  const dialled = Connection.connect(
    network.connect(),
    LINK_SETTINGS,
    client,
    { meta: new TextEncoder().encode("who I am"), wantedId: 3n },
  );
  const listened = Connection.accept(
    await accepted,
    LINK_SETTINGS,
    server,
    admit,
  );
  const connections: [Connection, Connection] = [dialled, listened];
  const close = async () => {
    for (const connection of connections) {
      await connection[Symbol.asyncDispose]();
    }
    client[Symbol.dispose]();
    server[Symbol.dispose]();
    network.close();
  };
  try {
    await Promise.all(connections.map(({ opened }) => opened));
    await client.announce(dialled, 10_000);
    client.use(dialled);
    server.use(listened);
  } catch (error) {
    await close();
    throw error;
  }
  return { client, server, connections, [Symbol.asyncDispose]: close };
}

/** Who calls and who answers: both ways round. */
const WAYS = [
  ["client", "server"],
  ["server", "client"],
] as const;

Deno.test("either role calls methods that the other registered", async () => {
  for (const [caller, callee] of WAYS) {
    await using both = await pair();
    const { channel } = both[callee];
    await channel.register("greet", (request) => `hello ${request.text()}`);
    const reply = await both[caller].channel.call("greet", "you", undefined, {
      timeoutMs: 10_000,
    });
    assertEquals(reply.text(), "hello you");
    const error = await assertRejects(
      () => both[caller].channel.call("none", "", undefined, undefined),
      FrontierError,
    );
    assertEquals(error.code, "no-such-rpc");
  }
});

Deno.test("either role publishes, and hears of the acknowledgement", async () => {
  for (const [sender, receiver] of WAYS) {
    await using both = await pair();
    const { channel } = both[sender];
    const good = channel.publish("t", "one", undefined, undefined);
    const bad = channel.publish("t", "two", undefined, undefined);
    const { inbox } = both[receiver].channel;
    const first = await inbox.next();
    assertEquals([first.topic, first.text()], ["t", "one"]);
    first.done();
    (await inbox.next()).error("busy");
    await good;
    await assertRejects(() => bad, FrontierError, "busy");
  }
});

Deno.test("either role opens streams with bytes, calls and messages of their own", async () => {
  for (const [opener, acceptor] of WAYS) {
    await using both = await pair();
    const [opened, accepted] = await Promise.all([
      both[opener].openStream("files"),
      both[acceptor].streams.next(),
    ]);
    for (const [from, to] of [[opened, accepted], [accepted, opened]]) {
      await exchange(from!, to!);
    }
    await opened.write("last");
    await opened.close();
    assertEquals(await rest(accepted), "last");
  }
});

async function exchange(from: Stream, to: Stream): Promise<void> {
  await from.write("bytes");
  const buf = new Uint8Array(16);
  const count = await to.read(buf);
  assertEquals(decoder.decode(buf.subarray(0, count!)), "bytes");
  await to.register("double", (request) => request.text().repeat(2));
  assertEquals((await from.call("double", "ab")).text(), "abab");
  const published = from.publish("note");
  const message = await to.receive();
  assertEquals(message.text(), "note");
  message.done();
  await published;
}

async function rest(stream: Stream): Promise<string> {
  return await new Response(stream.readable).text();
}

Deno.test("the dialled side hears who wants in, and which methods it answers", async () => {
  const registered: string[] = [];
  const asked: string[] = [];
  const admit: Admit = (meta, wantedId) => {
    asked.push(`${decoder.decode(meta)} ${wantedId}`);
    return 9n;
  };
  await using both = await pair({
    client: { methods: { first: () => "1" } },
    server: { onRegister: (method) => registered.push(method) },
  }, admit);
  await both.client.channel.register("second", () => "2");
  assertEquals(registered, ["first", "second"]);
  assertEquals(asked, ["who I am 3"]);
  assertEquals(both.connections.map(({ link }) => link.clientId), [9n, 9n]);
});

Deno.test("the dialled side refuses, with a reason", async () => {
  for (
    const admit of [
      () => {
        throw new Error("Cannot admit: full");
      },
      () => Promise.reject(new Error("Cannot admit: full")),
      () => -1n,
    ]
  ) {
    const error = await assertRejects(() => pair({}, admit), FrontierError);
    assertEquals(error.code, "refused");
  }
});

Deno.test("an endpoint without a connection fails operations, or hands them over", async () => {
  const alone = new EndpointCore();
  const error = await assertRejects(
    () => alone.channel.call("m", "", undefined, undefined),
    FrontierError,
  );
  assertEquals(error.code, "not-connected");
  const kept: string[] = [];
  const other = new EndpointCore({ offline: ({ what }) => kept.push(what) });
  void other.channel.call("m", "", undefined, undefined);
  void other.openStream("files");
  assertEquals(kept, ['call "m"', 'open a stream to "files"']);
});

Deno.test("an endpoint goes on with its next connection", async () => {
  const server = new EndpointCore({
    methods: { echo: (request) => request.data },
  });
  const client = new EndpointCore();
  const network = new MemoryNetwork();
  for (let round = 0; round < 3; round++) {
    const accepted = network.accept();
    const dialled = Connection.connect(
      network.connect(),
      LINK_SETTINGS,
      client,
      { meta: undefined, wantedId: 0n },
    );
    const listened = Connection.accept(
      await accepted,
      LINK_SETTINGS,
      server,
      () => 1n,
    );
    await dialled.opened;
    client.use(dialled);
    const text = `round ${round}`;
    const reply = await client.channel.call("echo", text, undefined, undefined);
    assertEquals(reply.text(), text);
    await Promise.all([dialled.close(1_000), listened.close(1_000)]);
    assertEquals(client.ready, false);
  }
  network.close();
});

Deno.test("a peer that does not answer the handshake in time is a timeout, not a loss", async () => {
  const network = new MemoryNetwork();
  using client = new EndpointCore();
  const accepted = network.accept();
  const dialled = Connection.connect(
    network.connect(),
    { ...LINK_SETTINGS, handshakeTimeoutMs: 10 },
    client,
    { meta: undefined, wantedId: 0n },
  );
  await accepted;
  const error = await assertRejects(
    () => dialled.opened,
    FrontierError,
    "no answer to the handshake",
  );
  assertEquals(error.code, "timeout");
  assertEquals((await dialled.closed).code, "timeout");
  await dialled.close(0);
  network.close();
});
