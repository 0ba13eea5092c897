import { assert, assertEquals } from "@std/assert";
import { TYPE_DISCONN, TYPE_MESSAGE, TYPE_SESSION } from "../wire/constants.ts";
import { type CloseKind, END_OF_TRANSPORT } from "./close_reason.ts";
import { RawPeer } from "../testing/raw_peer.ts";
import { connectRecorders, Recorder } from "../testing/recorder.ts";
import { connected, rawClient, rawServer } from "../testing/scenes.ts";
import { SimNetwork } from "../testing/sim_network.ts";

/** Refuses a client. */
function refused(): { client: Recorder; server: Recorder } {
  const network = new SimNetwork();
  const ends = connectRecorders(network);
  ends.server.admit = (link) => link.refuse("no");
  ends.client.link.connect(undefined);
  network.run();
  return ends;
}

/** How a link ends: the kind of its end, and a link that has ended so. */
const ENDS: Record<string, [CloseKind, () => Recorder]> = {
  "our own close": ["closed", () => {
    const { network, client } = connected();
    client.link.close({ kind: "closed", text: "done" });
    network.run();
    return client;
  }],
  "a close for another reason": ["going-away", () => {
    const { network, server } = connected();
    server.link.close({ kind: "going-away", text: "the server stops" });
    network.run();
    return server;
  }],
  "the peer's close": ["peer-closed", () => {
    const { network, client, server } = connected();
    client.link.close({ kind: "closed", text: "done" });
    network.run();
    return server;
  }],
  "the peer's close during the handshake": ["peer-closed", () => {
    const network = new SimNetwork();
    const [a, b] = network.pair();
    const client = new Recorder("client", a);
    const peer = new RawPeer(b);
    client.link.connect(undefined);
    network.run();
    peer.send(TYPE_DISCONN, 9n);
    network.run();
    return client;
  }],
  "a default session that is dismissed, and nothing after it": [
    "peer-closed",
    () => {
      const { network, client, server } = connected();
      client.link.defaultSession.close();
      network.run(100_000);
      return server;
    },
  ],
  "the end of the transport": ["lost", () => {
    const { client } = connected();
    client.link.ended(END_OF_TRANSPORT);
    return client;
  }],
  "a transport that breaks": ["lost", () => {
    const { network, client } = connected();
    client.port.cut();
    network.run();
    return client;
  }],
  "our refusal": ["refused", () => refused().server],
  "the server's refusal": ["refused", () => refused().client],
  "a handshake without end": ["timeout", () => {
    const network = new SimNetwork();
    const { client } = connectRecorders(network);
    network.run(20_000);
    return client;
  }],
  "a client without heartbeats": ["silent", () => {
    const { network, server } = rawClient();
    network.run(100_000);
    return server;
  }],
  "a server that answers no heartbeat": ["silent", () => {
    const { network, client } = rawServer();
    network.run(100_000);
    return client;
  }],
  "a malformed frame": ["protocol", () => {
    const { network, server, peer } = rawClient();
    peer.send(TYPE_SESSION, 9n, "{");
    network.run();
    return server;
  }],
  "a defect in what waits": ["internal", () => {
    const { network, server } = rawClient();
    const pending = server.ask(
      TYPE_MESSAGE,
      new TextEncoder().encode("{}"),
      undefined,
      1_000,
    );
    pending.onFail = () => {
      throw new Error("defect");
    };
    network.run(2_000);
    return server;
  }],
};

for (const [how, [kind, end]] of Object.entries(ENDS)) {
  Deno.test(`the end by ${how} is of kind ${kind}`, () => {
    const { end: reason, link, events } = end();
    assertEquals(link.state, "closed");
    assert(reason !== undefined && reason.text !== "");
    assertEquals(reason.kind, kind);
    assertEquals(events.at(-1), `closed: ${reason.text}`);
  });
}

Deno.test("a session ends with its refusal, its timeout, or its connection", () => {
  const { network, client, server } = connected();
  const kinds: string[] = [];
  client.onSessionClosed = (_session, { kind }) => kinds.push(kind);
  server.onOffer = (session) => session.refuse("no");
  client.open("a");
  network.run();
  server.onOffer = () => {};
  client.open("b");
  network.run(60_000);
  server.onOffer = (session) => session.accept();
  client.open("c").close();
  network.run();
  client.open("d");
  network.run();
  client.link.fail({ kind: "slow", text: "test" });
  assertEquals(kinds, ["refused", "timeout", "closed", "slow"]);
});
