/**
 * Connected links to begin a test with.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { TYPE_CONN, TYPE_CONN_ACK } from "../wire/constants.ts";
import type { LinkSettings } from "../link/link_settings.ts";
import { RawPeer } from "./raw_peer.ts";
import { connectRecorders, Recorder } from "./recorder.ts";
import { SimNetwork } from "./sim_network.ts";

/** First payload bytes of a conn of a Go client: acquire, 20 s, no wanted id. */
export const GO_CONN = new Uint8Array([0x18, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
/** First payload bytes of a conn ack that accepts. */
export const ACK_FIXED = new Uint8Array(9);
/** Settings that offer no features, as Go peers do. */
export const GO: Partial<LinkSettings> = { features: [] };

/**
 * Connects two links of ours.
 *
 * @param client What differs from the default settings at the client.
 * @param server What differs from the default settings at the server.
 * @returns Both ends, after the handshake.
 */
export function connected(
  client: Partial<LinkSettings> = {},
  server: Partial<LinkSettings> = {},
): { network: SimNetwork; client: Recorder; server: Recorder } {
  const network = new SimNetwork();
  const ends = connectRecorders(network, client, server);
  ends.client.link.connect(undefined);
  network.run();
  return { network, ...ends };
}

/**
 * Connects a server of ours and a client that speaks frame by frame.
 *
 * @param settings What differs from the default settings.
 * @param conn JSON body of the client's conn.
 * @returns Both ends, after the handshake.
 */
export function rawClient(
  settings: Partial<LinkSettings> = {},
  conn: string = "{}",
): { network: SimNetwork; server: Recorder; peer: RawPeer } {
  const network = new SimNetwork();
  const [a, b] = network.pair();
  const server = new Recorder("server", b, {
    random: network.random,
    ...settings,
  });
  const peer = new RawPeer(a);
  peer.send(TYPE_CONN, 5n, GO_CONN, conn);
  network.run();
  server.events.length = 0;
  return { network, server, peer };
}

/**
 * Connects a client of ours and a server that speaks frame by frame.
 *
 * @param settings What differs from the default settings.
 * @param ack JSON body of the server's conn ack.
 * @returns Both ends, after the handshake.
 */
export function rawServer(
  settings: Partial<LinkSettings> = {},
  ack: string = "{}",
): { network: SimNetwork; client: Recorder; peer: RawPeer } {
  const network = new SimNetwork();
  const [a, b] = network.pair();
  const client = new Recorder("client", a, {
    random: network.random,
    ...settings,
  });
  const peer = new RawPeer(b);
  client.link.connect(undefined);
  network.run();
  peer.send(TYPE_CONN_ACK, peer.last(TYPE_CONN).id, ACK_FIXED, ack);
  network.run();
  return { network, client, peer };
}

/**
 * Checks that closed links left nothing behind.
 *
 * @param network Their network; its clock moves on by a minute.
 * @param ends The links.
 */
export function assertNothingLeft(
  network: SimNetwork,
  ...ends: Recorder[]
): void {
  for (const { link } of ends) {
    assertEquals(link.state, "closed");
    assertEquals(link.unansweredCount, 0);
    assertEquals(link.sessionCount, 0);
    assertEquals([...link.sessions()], []);
    assertEquals(link.defaultSession.state, "closed");
  }
  network.run(60_000);
  assertEquals(network.wheel.size, 0);
}
