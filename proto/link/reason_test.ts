import { assertEquals } from "@std/assert";
import {
  TYPE_DISMISS,
  TYPE_DISMISS_ACK,
  TYPE_SESSION,
  TYPE_SESSION_ACK,
} from "../wire/constants.ts";
import { FEATURES } from "./features.ts";
import type { LinkSettings } from "./link_settings.ts";
import type { Session } from "./session.ts";
import type { RawPeer } from "../testing/raw_peer.ts";
import type { Recorder } from "../testing/recorder.ts";
import { connected, GO, rawClient, rawServer } from "../testing/scenes.ts";
import type { SimNetwork } from "../testing/sim_network.ts";

const decoder = new TextDecoder();
const NO_FLAGS = new Uint8Array(2);
const REASON = '{"ext":["reason"]}';

/** A session between two ends of ours. */
function joined(client: Partial<LinkSettings> = {}): {
  network: SimNetwork;
  client: Recorder;
  server: Recorder;
  ours: Session;
  theirs: Session;
} {
  const ends = connected(client);
  const ours = ends.client.open("x");
  ends.network.run();
  return { ...ends, ours, theirs: ends.server.offered[0]! };
}

/** A session that a raw client has opened. */
function rawJoined(conn: string): {
  network: SimNetwork;
  server: Recorder;
  peer: RawPeer;
  session: Session;
} {
  const ends = rawClient({}, conn);
  ends.peer.send(TYPE_SESSION, 20n, NO_FLAGS, 9n, '{"peer":"x"}');
  ends.network.run();
  return { ...ends, session: ends.server.offered[0]! };
}

Deno.test("a close without a reason is a complete end", () => {
  const { network, client, ours, theirs } = joined();
  theirs.close();
  network.run();
  assertEquals([ours.endReason, theirs.endReason], ["", ""]);
  assertEquals(client.events.slice(-2), [
    "session end",
    "session closed: closed",
  ]);
});

Deno.test("a close with a reason is known when the end is told", () => {
  const { network, client, ours, theirs } = joined();
  const seen: string[] = [];
  client.onSessionEnd = (session) => seen.push(session.endReason);
  client.onSessionClosed = (session) => seen.push(session.endReason);
  theirs.close("stalled");
  network.run();
  assertEquals(seen, ["stalled", "stalled"]);
  assertEquals([ours.endReason, theirs.endReason], ["stalled", ""]);
});

Deno.test("both ends hear the other's reason when their closes cross", () => {
  const { network, ours, theirs } = joined();
  ours.close("mine");
  theirs.close("yours");
  network.run();
  assertEquals([ours.state, theirs.state], ["closed", "closed"]);
  assertEquals([ours.endReason, theirs.endReason], ["yours", "mine"]);
});

Deno.test("a session cut with its connection has not ended completely", () => {
  const { network, client, ours, theirs } = joined();
  client.port.cut();
  network.run(10);
  assertEquals(
    [ours.endReason, theirs.endReason],
    ["connection reset", "connection reset"],
  );
});

Deno.test("a connection lost after the dismiss takes nothing from the end", () => {
  const { network, session, peer, server } = rawJoined(REASON);
  peer.send(TYPE_DISMISS, 30n, 9n, "{}");
  network.run();
  assertEquals(session.state, "closing");
  server.link.fail({ kind: "lost", text: "lost" });
  assertEquals([session.state, session.endReason], ["closed", ""]);
});

Deno.test("a dismiss that nobody answers is no complete end", () => {
  const { network, session } = rawJoined(REASON);
  session.close();
  network.run(30_100);
  assertEquals([session.state, session.endReason], ["closed", "timeout"]);
});

Deno.test("a close while opening carries its reason when the ack is in", () => {
  const { network, client, peer } = rawServer({}, REASON);
  const session = client.open("x");
  session.close("given up");
  network.run();
  peer.send(
    TYPE_SESSION_ACK,
    peer.last(TYPE_SESSION).id,
    NO_FLAGS,
    session.id,
    99n,
    "{}",
  );
  network.run();
  const { body } = peer.last(TYPE_DISMISS);
  assertEquals(decoder.decode(body), '{"error":"given up"}');
});

Deno.test("a close during the hold of a session carries its reason", () => {
  const { network, session, peer } = rawJoined(REASON);
  session.close("stalled");
  assertEquals(session.held, true);
  network.run(30);
  assertEquals(
    decoder.decode(peer.last(TYPE_DISMISS).body),
    '{"error":"stalled"}',
  );
});

for (
  const [name, conn] of [
    ["Go peer", "{}"],
    ["peer with other features only", '{"ext":["cancel","verdict"]}'],
  ] as const
) {
  Deno.test(`a ${name} is never told a reason, nor believed one`, () => {
    const { network, session, peer } = rawJoined(conn);
    network.run(30);
    session.close("secret");
    network.run();
    assertEquals(decoder.decode(peer.last(TYPE_DISMISS).body), "{}");
    peer.send(TYPE_DISMISS_ACK, peer.last(TYPE_DISMISS).id, 9n, "{}");
    peer.send(TYPE_DISMISS, 30n, 9n, '{"error":"forged"}');
    network.run();
    assertEquals([session.state, session.endReason], ["closed", ""]);
  });
}

Deno.test("the features of errors and ends are on only where both have them", () => {
  for (const feature of ["verdict", "reason", "farewell"] as const) {
    const without = FEATURES.filter((other) => other !== feature);
    for (const features of [[], without, [feature], FEATURES]) {
      const { client, server } = connected({ features });
      const on = features.includes(feature);
      assertEquals([client.link[feature], server.link[feature]], [on, on]);
    }
    const { client, server } = connected({}, { features: without });
    assertEquals([client.link[feature], server.link[feature]], [false, false]);
  }
});

Deno.test("a Go peer sees no new feature", () => {
  const { client } = connected({}, GO);
  const { verdict, reason, farewell } = client.link;
  assertEquals([verdict, reason, farewell], [false, false, false]);
});
