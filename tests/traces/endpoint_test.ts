import { assertEquals, assertRejects } from "@std/assert";
import { LINK_SETTINGS, PEER_FEATURES } from "@frontier/proto/internal";
import { FrontierError } from "@frontier/proto";
import { MemoryNetwork } from "@frontier/platform";
import { Connection, EndpointCore } from "@frontier/endpoint/internal";
import { RecordedSpans } from "../support/recorded_spans.ts";

const SETTINGS = { ...LINK_SETTINGS, features: PEER_FEATURES };
const LONG = { timeoutMs: 60_000 };

/** Runs a test with two ends, each with a tracer of its own; the client's settings may differ. */
async function withPair(
  test: (
    client: EndpointCore,
    server: EndpointCore,
    spans: { client: RecordedSpans; server: RecordedSpans },
  ) => Promise<void>,
  settings = SETTINGS,
  limits = {},
): Promise<void> {
  const spans = { client: new RecordedSpans(), server: new RecordedSpans() };
  using client = new EndpointCore({ tracer: spans.client });
  using server = new EndpointCore({ tracer: spans.server, limits });
  const network = new MemoryNetwork();
  const accepted = network.accept();
  await using dialled = Connection.connect(
    network.connect(),
    settings,
    client,
    { meta: undefined, wantedId: 0n },
  );
  await using listened = Connection.accept(
    await accepted,
    SETTINGS,
    server,
    () => 7n,
  );
  await Promise.all([dialled.opened, listened.opened]);
  client.use(dialled);
  server.use(listened);
  await test(client, server, spans);
  network.close();
}

Deno.test("what is asked and what answers it have one span each, the second a child of the first", async () => {
  await withPair(async (client, server, spans) => {
    server.channel.methods.set("now", () => "x");
    server.channel.methods.set("later", () => Promise.resolve("x"));
    for (const method of ["now", "later"]) {
      await client.channel.call(method, "", undefined, LONG);
    }
    const told = client.channel.publish("t", "x", undefined, LONG);
    const message = await server.channel.inbox.next();
    assertEquals(spans.server.said.at(-1), "consumer message t: open");
    message.done();
    message.error("too late");
    await told;
    const opening = client.openStream("S", LONG);
    const stream = await server.streams.next();
    await (await opening).close();
    await stream.close();
    assertEquals(spans.client.said, [
      "client call now: ok",
      "client call later: ok",
      "producer message t: ok",
      "client stream S: ok",
    ]);
    assertEquals(spans.server.said, [
      "server call now: ok",
      "server call later: ok",
      "consumer message t: ok",
      "server stream S: ok",
    ]);
    for (const [i, { traceparent }] of spans.client.all.entries()) {
      assertEquals(spans.server.all[i]!.parent, traceparent);
      assertEquals(spans.client.all[i]!.parent, undefined);
    }
  });
});

Deno.test("a span ends once with the code of what went wrong, on both sides", async () => {
  await withPair(async (client, server, spans) => {
    server.channel.methods.set("throws", () => {
      throw new Error("not today");
    });
    server.channel.methods.set(
      "rejects",
      () => Promise.reject(new FrontierError("eof", "over")),
    );
    const call = (method: string, options = {}) =>
      assertRejects(
        () =>
          client.channel.call(method, "", undefined, { ...LONG, ...options }),
        FrontierError,
      );
    await call("throws");
    await call("rejects");
    await call("nobody");
    await call("throws", { signal: AbortSignal.abort() });
    const told = client.channel.publish("t", "x", undefined, LONG);
    (await server.channel.inbox.next()).error("no room");
    await assertRejects(() => told, FrontierError);
    assertEquals(spans.client.said, [
      "client call throws: remote",
      "client call rejects: remote",
      "client call nobody: no-such-rpc",
      "client call throws: canceled",
      "producer message t: remote",
    ]);
    assertEquals(spans.server.said, [
      "server call throws: remote",
      "server call rejects: eof",
      "consumer message t: remote",
    ]);
    const all = [...spans.client.all, ...spans.server.all];
    assertEquals(all.map(({ ends }) => ends), all.map(() => 1));
  });
});

Deno.test("messages and streams that nobody takes end their spans as well", async () => {
  await withPair(
    async (client, server, spans) => {
      const first = client.channel.publish("t", "1", undefined, LONG);
      await assertRejects(
        () => client.channel.publish("t", "2", undefined, LONG),
        FrontierError,
      );
      const stream = await client.openStream("S", LONG);
      await assertRejects(() => client.openStream("S", LONG), FrontierError);
      await stream.close();
      (await server.channel.inbox.next()).done();
      await first;
      assertEquals(spans.server.said, [
        "consumer message t: ok",
        "consumer message t: short-buffer",
        "server stream S: force-closed",
        "server stream S: short-buffer",
      ]);
    },
    SETTINGS,
    { messages: 1, unacceptedStreams: 1 },
  );
});

Deno.test("a message that is lost with its connection before anybody takes it ends its span", async () => {
  await withPair(async (client, server, spans) => {
    const told = client.channel.publish("t", "1", undefined, LONG);
    while (server.channel.inbox.size === 0) {
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    server.close();
    assertEquals(spans.server.said, ["consumer message t: force-closed"]);
    // Its publisher is told when the connection has closed, after this.
    told.catch(() => {});
  });
});

Deno.test("without the feature both sides trace for themselves, and nothing goes over the wire", async () => {
  await withPair(async (client, server, spans) => {
    server.channel.methods.set("m", () => "x");
    await client.channel.call("m", "", undefined, LONG);
    const opening = client.openStream("S", LONG);
    const stream = await server.streams.next();
    await (await opening).close();
    await stream.close();
    assertEquals(spans.server.all.map(({ parent }) => parent), ["", ""]);
    assertEquals(spans.client.said.length, 2);
  }, LINK_SETTINGS);
});
