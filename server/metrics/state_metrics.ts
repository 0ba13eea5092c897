/**
 * Metrics of the gateway itself: its state, its memory, its brokers, its log.
 *
 * @module
 */

import type { DepartureCounts } from "@frontier/platform/drain";
import { type Metric, programMetrics } from "@frontier/platform/metrics";
import type { BrokerFigures } from "../mq/broker_figures.ts";
import type { LedgerSnapshot } from "../quota/ledger.ts";
import { FRONTIER_VERSION } from "@frontier/platform/internal";
import type { MetricSources } from "./sources.ts";

/** What became of messages to a broker, by the property that counts them. */
const PUBLISHED = {
  published: "ok",
  refused: "refused",
  unavailable: "unavailable",
  full: "full",
  unknown: "unknown",
} as const satisfies Partial<Record<keyof BrokerFigures, string>>;

/**
 * @param sources Where they are read.
 * @returns Metrics of the gateway itself.
 */
export function stateMetrics(sources: MetricSources): Metric[] {
  const { routing, readiness, brokers, drain, logged } = sources;
  const { ledger } = routing;
  // One walk for all metrics of a scrape, which are read in this order.
  let held!: LedgerSnapshot;
  return [
    ...programMetrics({
      prefix: "frontier",
      version: FRONTIER_VERSION,
      whenReady: "the gateway takes connections",
      readiness,
      logged,
    }),
    {
      name: "frontier_draining_peers",
      help: "Peers that a drain still waits for; 0 without a drain",
      type: "gauge",
      labels: ["side"],
      read: (emit) => {
        const progress = drain();
        emit(left(progress?.edges), "edge");
        emit(left(progress?.services), "service");
      },
    },
    {
      name: "frontier_memory_held_bytes",
      help:
        "Memory held for peers, as the gateway counts it: queues, outboxes, streams, read buffers",
      type: "gauge",
      read: (emit) => {
        held = ledger.snapshot();
        emit(held.memory);
      },
    },
    {
      name: "frontier_memory_budget_bytes",
      help: "Most memory that may be held for peers (limits.max_memory)",
      type: "gauge",
      read: (emit) => emit(held.maxMemory),
    },
    {
      name: "frontier_memory_pressure",
      help:
        "How scarce memory is: 0 below half of the budget, 1 from half, 2 from three quarters (streams end), 3 from seven eighths (connections end)",
      type: "gauge",
      read: (emit) => emit(held.level),
    },
    {
      name: "frontier_memory_biggest_holder_bytes",
      help: "Memory held by one of those who hold most",
      type: "gauge",
      read: (emit) => emit(held.biggest?.bytes ?? 0),
    },
    {
      name: "frontier_quota_held",
      help: "How much of each bounded thing is held, all peers together",
      type: "gauge",
      labels: ["kind"],
      read: (emit) => {
        for (const [kind, count] of Object.entries(held.kinds)) {
          emit(count, labelOf(kind));
        }
      },
    },
    {
      name: "frontier_quota_full_total",
      help:
        "How often a peer found no room of a bounded thing: what it wanted was refused, or had to wait",
      type: "counter",
      labels: ["kind"],
      read: (emit) =>
        Object.keys(held.kinds).forEach((kind, i) =>
          emit(ledger.refused[i], labelOf(kind))
        ),
    },
    {
      name: "frontier_quota_holders",
      help: "Peers that hold something, or of whom something is held",
      type: "gauge",
      read: (emit) => emit(held.accounts),
    },
    {
      name: "frontier_broker_up",
      help: "Whether a broker can be published to: 1 or 0",
      type: "gauge",
      labels: ["broker"],
      read: (emit) => {
        for (const { producer } of brokers) {
          emit(producer.state.kind === "up" ? 1 : 0, producer.name);
        }
      },
    },
    {
      name: "frontier_broker_messages_total",
      help:
        "Messages to a broker, by result: ok, refused, unavailable, full, unknown",
      type: "counter",
      labels: ["broker", "result"],
      read: (emit) => {
        for (const { producer, figures } of brokers) {
          for (const [property, result] of Object.entries(PUBLISHED)) {
            const count = figures[property as keyof typeof PUBLISHED];
            emit(count, producer.name, result);
          }
        }
      },
    },
    {
      name: "frontier_broker_publish_duration_seconds",
      help:
        "Time from the arrival of a message to its broker's acknowledgement, the wait for its turn included",
      type: "histogram",
      labels: ["broker"],
      read: (emit) => {
        for (const { producer, figures } of brokers) {
          emit(figures.latency, producer.name);
        }
      },
    },
    {
      name: "frontier_broker_inflight",
      help: "Messages that a broker has been sent and has not acknowledged",
      type: "gauge",
      labels: ["broker"],
      read: (emit) => {
        for (const { producer, underWay } of brokers) {
          emit(underWay, producer.name);
        }
      },
    },
    {
      name: "frontier_broker_queue_messages",
      help: "Messages to a broker that wait or are under way",
      type: "gauge",
      labels: ["broker"],
      read: (emit) => {
        for (const { producer, queued } of brokers) {
          emit(queued, producer.name);
        }
      },
    },
    {
      name: "frontier_broker_queue_bytes",
      help: "Bytes of messages to a broker that wait or are under way",
      type: "gauge",
      labels: ["broker"],
      read: (emit) => {
        for (const { producer, queuedBytes } of brokers) {
          emit(queuedBytes, producer.name);
        }
      },
    },
  ];
}

function labelOf(kind: string): string {
  return kind.replaceAll(" ", "_");
}

/** Those who have not gone yet. */
function left(counts: DepartureCounts | undefined): number {
  if (counts === undefined) return 0;
  const { waiting, told, finishing, closing } = counts;
  return waiting + told + finishing + closing;
}
