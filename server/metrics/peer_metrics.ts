/**
 * Metrics of who is connected, who gets in, and who does not.
 *
 * @module
 */

import type { Metric } from "@frontier/platform/metrics";
import {
  CLOSE_KINDS,
  HOOK_OUTCOMES,
  HOOKS,
  RESULT_CODES,
  SIDES,
  TURNED_AWAY,
} from "../tally/labels.ts";
import { emitTable } from "./emit.ts";
import type { MetricSources } from "./sources.ts";

/**
 * @param sources Where they are read.
 * @returns Metrics of peers.
 */
export function peerMetrics(sources: MetricSources): Metric[] {
  const { tally, routing, gate } = sources;
  const { directory, edgebound, hooks } = routing;
  return [
    {
      name: "frontier_peers",
      help: "Edges and services that can be routed to",
      type: "gauge",
      labels: ["side"],
      read: (emit) => {
        emit(directory.edgeCount, "edge");
        emit(directory.serviceCount, "service");
      },
    },
    {
      name: "frontier_connections",
      help:
        "Connections of both ports, those in their handshake and those passed to another server included",
      type: "gauge",
      read: (emit) => emit(gate.connections),
    },
    {
      name: "frontier_connections_limit",
      help: "Most connections there may be (limits.max_connections)",
      type: "gauge",
      read: (emit) => emit(sources.maxConnections),
    },
    {
      name: "frontier_connections_accepted_total",
      help:
        "Connections that were let in at the ports, before anything is known of them",
      type: "counter",
      read: (emit) => emit(gate.accepted),
    },
    {
      name: "frontier_connections_turned_away_total",
      help:
        "Connections that ended before they spoke the protocol: too_many, silent, timeout, tls, http (health checks of balancers), foreign, failed",
      type: "counter",
      labels: ["side", "reason"],
      read: (emit) => emitTable(emit, tally.turnedAway, SIDES, TURNED_AWAY),
    },
    {
      name: "frontier_connections_bypassed_total",
      help: "Connections passed to another server (edgebound.bypass)",
      type: "counter",
      read: (emit) => emit(tally.bypassed),
    },
    {
      name: "frontier_handshakes_total",
      help:
        "Handshakes, by side and result; code ok, or why the peer was not let in",
      type: "counter",
      labels: ["side", "code"],
      read: (emit) => emitTable(emit, tally.handshakes, SIDES, RESULT_CODES),
    },
    {
      name: "frontier_disconnects_total",
      help: "Connections that had been let in and are over, by side and reason",
      type: "counter",
      labels: ["side", "reason"],
      read: (emit) => emitTable(emit, tally.closes, SIDES, CLOSE_KINDS),
    },
    {
      name: "frontier_admission_duration_seconds",
      help:
        "Time from the introduction of an edge to the verdict on it, questions to services included",
      type: "histogram",
      read: (emit) => emit(tally.admissions),
    },
    {
      name: "frontier_hooks_total",
      help:
        "Questions to services about edges, by hook and outcome: answer, refusal, unsent, late, lost",
      type: "counter",
      labels: ["hook", "outcome"],
      read: (emit) => emitTable(emit, tally.hooks, HOOKS, HOOK_OUTCOMES),
    },
    {
      name: "frontier_hook_duration_seconds",
      help: "Time from a question to a service to its outcome",
      type: "histogram",
      labels: ["hook"],
      read: (emit) =>
        HOOKS.forEach((hook, i) => emit(tally.hookLatencies[i], hook)),
    },
    {
      name: "frontier_hooks_waiting",
      help: "Questions about edges that wait for a place at their service",
      type: "gauge",
      read: (emit) => emit(hooks.waiting),
    },
    {
      name: "frontier_hooks_unanswered",
      help: "Questions about edges that services have not answered yet",
      type: "gauge",
      read: (emit) => emit(hooks.unanswered),
    },
    {
      name: "frontier_offline_events_pending",
      help: "Offline events that services are to confirm yet",
      type: "gauge",
      read: (emit) => emit(edgebound.leaving),
    },
    {
      name: "frontier_offline_events_dropped_total",
      help: "Offline events that no service was there for, or took",
      type: "counter",
      read: (emit) => emit(tally.offlineEventsDropped),
    },
    {
      name: "frontier_edges_due",
      help: "Edges about which a service is still to be asked",
      type: "gauge",
      read: (emit) => emit(edgebound.due),
    },
  ];
}
