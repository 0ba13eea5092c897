/**
 * Connections, streams and events as operators see them.
 *
 * @module
 */

import type { MessageInitShape } from "@bufbuild/protobuf";
import { formatAddress } from "@frontier/platform";
import type { Peer } from "../directory/peer.ts";
import type { PeerCounters, StreamRecord } from "../directory/peer_counters.ts";
import {
  ConnectionEvent_Type as EventType,
  type ConnectionEventSchema,
  ConnectionKind,
  type ConnectionSchema,
  type CountersSchema,
  type StreamSchema,
} from "./generated/admin_pb.ts";
import { metaText } from "./meta_text.ts";
import type { WatchEvent } from "./watchers.ts";

/** Kinds of connections by number. */
export const KINDS: Readonly<Record<ConnectionKind, Peer["kind"] | undefined>> =
  {
    [ConnectionKind.UNSPECIFIED]: undefined,
    [ConnectionKind.EDGE]: "edge",
    [ConnectionKind.SERVICE]: "service",
  };

const NUMBERS: Readonly<Record<Peer["kind"], ConnectionKind>> = {
  edge: ConnectionKind.EDGE,
  service: ConnectionKind.SERVICE,
};

const EVENTS: Readonly<Record<WatchEvent["type"], EventType>> = {
  connected: EventType.CONNECTED,
  disconnected: EventType.DISCONNECTED,
  missed: EventType.MISSED,
};

/**
 * @param peer Somebody who is connected.
 * @param nowMs The wall clock in Unix milliseconds.
 * @returns What is known of the connection.
 */
export function connectionOf(
  peer: Peer,
  nowMs: number,
): MessageInitShape<typeof ConnectionSchema> {
  const { identity } = peer;
  const counters = peer.counters(nowMs);
  return {
    kind: NUMBERS[peer.kind],
    id: peer.id,
    meta: metaText(peer.meta),
    service: peer.name.toWellFormed(),
    addr: formatAddress(peer.address),
    connectTimeMs: whole(peer.created),
    lastActiveMs: whole(counters.lastActivityMs),
    lastHeardMs: whole(counters.lastHeardMs),
    features: [...peer.features],
    methods: peer.methods.map((method) => method.toWellFormed()),
    topics: peer.topics.map((topic) => topic.toWellFormed()),
    ...(identity && { tls: { ...identity, sans: [...identity.sans] } }),
    counters: countersOf(counters),
  };
}

function countersOf(
  counters: PeerCounters,
): MessageInitShape<typeof CountersSchema> {
  return {
    bytesIn: whole(counters.bytesIn),
    bytesOut: whole(counters.bytesOut),
    messagesIn: whole(counters.messagesIn),
    messagesOut: whole(counters.messagesOut),
    callsIn: whole(counters.callsIn),
    callsOut: whole(counters.callsOut),
    streams: counters.streams,
  };
}

/**
 * @param stream One of an edge or of a service.
 * @returns The same as operators see it.
 */
export function streamOf(
  stream: StreamRecord,
): MessageInitShape<typeof StreamSchema> {
  return {
    streamId: stream.id,
    peerKind: NUMBERS[stream.kind],
    peerId: stream.peerId,
    peerService: stream.peerName.toWellFormed(),
    opener: stream.byPeer,
    bytesIn: whole(stream.bytesIn),
    bytesOut: whole(stream.bytesOut),
    ageMs: whole(stream.ageMs),
  };
}

/**
 * @param event What happened.
 * @returns The same as operators see it.
 */
export function eventOf(
  event: WatchEvent,
): MessageInitShape<typeof ConnectionEventSchema> {
  const type = EVENTS[event.type];
  const timeMs = whole(event.timeMs);
  if (event.type === "missed") {
    return { type, timeMs, missed: whole(event.missed) };
  }
  return {
    type,
    timeMs,
    kind: NUMBERS[event.kind],
    id: event.id,
    meta: event.meta,
    service: event.name.toWellFormed(),
    addr: event.addr,
    reasonKind: event.reason?.kind ?? "",
    reason: event.reason?.text.toWellFormed() ?? "",
  };
}

function whole(number: number): bigint {
  return BigInt(Math.max(0, Math.floor(number)));
}
