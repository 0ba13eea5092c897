/**
 * Metrics of the gateways that are connected to a Frontlas.
 *
 * @module
 */

import type { Emit, Metric } from "@frontier/platform/metrics";
import type { MetricSources } from "./sources.ts";

/**
 * @param sources Where they are read.
 * @returns Metrics of gateways and of what they tell.
 */
export function gatewayMetrics(
  { presence, frontlas, maxConnections }: MetricSources,
): Metric[] {
  const { tally } = presence;
  return [
    {
      name: "frontlas_links",
      help: "Gateways that are connected to this Frontlas: ours, go",
      type: "gauge",
      labels: ["kind"],
      read: (emit) => all(emit, presence.connected),
    },
    {
      name: "frontlas_connections",
      help:
        "Connections on the port for gateways, those in their handshake included",
      type: "gauge",
      read: (emit) => emit(frontlas.status.connections),
    },
    {
      name: "frontlas_connections_limit",
      help:
        "Most connections of gateways there may be (limits.max_connections)",
      type: "gauge",
      read: (emit) => emit(maxConnections),
    },
    {
      name: "frontlas_gateways_admitted_total",
      help: "Gateways that were let in: ours, go",
      type: "counter",
      labels: ["kind"],
      read: (emit) => all(emit, tally.admitted),
    },
    {
      name: "frontlas_gateways_refused_total",
      help:
        "Gateways that were not let in, by reason: already_set (its id is taken), unnamed, malformed, store (it did not answer), closing",
      type: "counter",
      labels: ["reason"],
      read: (emit) => all(emit, tally.refused),
    },
    {
      name: "frontlas_links_ended_total",
      help:
        "Links of gateways that are over, by reason: left (with a farewell), lost, silent, replaced (by its next one), protocol, closing",
      type: "counter",
      labels: ["reason"],
      read: (emit) => all(emit, tally.ended),
    },
    {
      name: "frontlas_events_total",
      help:
        "What gateways have told, by kind; heartbeats are those of Go gateways, ours tell that a peer is online again and again",
      type: "counter",
      labels: ["kind"],
      read: (emit) => all(emit, tally.told),
    },
    {
      name: "frontlas_batches_total",
      help: "Batches of events that gateways of ours have sent",
      type: "counter",
      read: (emit) => emit(tally.batches),
    },
    {
      name: "frontlas_events_superseded_total",
      help: "Events that said less than what was known already",
      type: "counter",
      read: (emit) => emit(tally.superseded),
    },
    {
      name: "frontlas_events_rejected_total",
      help: "Batches and calls of gateways that made no sense",
      type: "counter",
      read: (emit) => emit(tally.rejected),
    },
    {
      name: "frontlas_events_waiting",
      help: "Events that wait for the store",
      type: "gauge",
      read: (emit) => emit(presence.eventsWaiting),
    },
    {
      name: "frontlas_edges_moved_total",
      help: "Edges that came online while they were online at another gateway",
      type: "counter",
      read: (emit) => emit(tally.moved),
    },
    {
      name: "frontlas_evictions_total",
      help:
        "Older connections of edges that moved: told (to their gateway, which is linked here), left (for one that is linked elsewhere), impossible (at a Go gateway)",
      type: "counter",
      labels: ["outcome"],
      read: (emit) => {
        emit(tally.evictionsTold, "told");
        emit(tally.evictionsLeft, "left");
        emit(tally.evictionsImpossible, "impossible");
      },
    },
    {
      name: "frontlas_resyncs_total",
      help: "Times that a gateway was asked to tell everything again",
      type: "counter",
      read: (emit) => emit(tally.resyncs),
    },
    {
      name: "frontlas_resyncs_waiting",
      help: "Gateways that are still to be asked to tell everything again",
      type: "gauge",
      read: (emit) => emit(presence.resyncsWaiting),
    },
    {
      name: "frontlas_syncs_total",
      help: "Times that a gateway has told everything",
      type: "counter",
      read: (emit) => emit(tally.syncs),
    },
    {
      name: "frontlas_records_removed_total",
      help:
        "Records removed because their gateway does not know them (unknown), or is no more (dead)",
      type: "counter",
      labels: ["reason"],
      read: (emit) => {
        emit(tally.unknownRemoved, "unknown");
        emit(tally.deadRemoved, "dead");
      },
    },
    {
      name: "frontlas_remembered_peers",
      help:
        "Peers of Go gateways that this Frontlas can tell a store that forgot them",
      type: "gauge",
      read: (emit) => emit(presence.remembered),
    },
  ];
}

/** Each count with its name as label. */
function all(emit: Emit, counts: Readonly<Record<string, number>>): void {
  for (const [name, count] of Object.entries(counts)) emit(count, name);
}
