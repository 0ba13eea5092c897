/** Writes docs/METRICS.md from the registry: `deno run -A tools/metrics_paper.ts`. A test compares the two. */

import { TimerWheel } from "@frontier/proto";
import { NULL_LOGGER } from "@frontier/platform/log";
import { Readiness } from "@frontier/platform/health";
import {
  controlPortMetrics,
  EventLoopLag,
  LATENCY_BOUNDS,
  LIFETIME_BOUNDS,
  type Metric,
  processMetrics,
} from "@frontier/platform/metrics";
import { controlMetrics } from "../frontlas/metrics/control_metrics.ts";
import { ownMetrics } from "../frontlas/metrics/directory_metrics.ts";
import { gatewayMetrics as linkMetrics } from "../frontlas/metrics/gateway_metrics.ts";
import type { MetricSources as DirectorySources } from "../frontlas/metrics/sources.ts";
import { OPERATIONS } from "../frontlas/metrics/store_figures.ts";
import { storeMetrics } from "../frontlas/metrics/store_metrics.ts";
import { PresenceTally } from "../frontlas/presence/tally.ts";
import { DEFAULT_LIMITS } from "../server/config/limits.ts";
import { type ClusterStatus, noCounts } from "../server/cluster/status.ts";
import { clusterMetrics } from "../server/metrics/cluster_metrics.ts";
import { peerMetrics } from "../server/metrics/peer_metrics.ts";
import type { MetricSources } from "../server/metrics/sources.ts";
import { stateMetrics } from "../server/metrics/state_metrics.ts";
import { trafficMetrics } from "../server/metrics/traffic_metrics.ts";
import { createRouting } from "../server/routing.ts";
import { Tally } from "../server/tally/tally.ts";

/** Where the paper is. */
export const METRICS_PAPER = new URL("../docs/METRICS.md", import.meta.url);

function sources(): MetricSources {
  const tally = new Tally();
  const routing = createRouting({
    config: {
      limits: DEFAULT_LIMITS,
      maxMemory: 1,
      hashBy: "edgeid",
      forwardDeadlines: "none",
      allocateEdgeIds: true,
    },
    timers: new TimerWheel(),
    random: () => 0.5,
    wallClock: () => 0,
    log: NULL_LOGGER,
    onEnded: () => {},
  });
  return {
    tally,
    routing,
    gate: { accepted: 0, connections: 0 },
    maxConnections: 1,
    links: [],
    readiness: new Readiness(),
    brokers: [],
    cluster: undefined,
    control: () => undefined,
    drain: () => undefined,
    logged: { debug: 0, info: 0, warn: 0, error: 0 },
  };
}

/** What a Frontlas would be read from: nothing is. */
function directorySources(): DirectorySources {
  return {
    store: { kind: "memory", mode: "lease", state: "up" },
    presence: {
      tally: new PresenceTally(),
      connected: { ours: 0, go: 0 },
      resyncsWaiting: 0,
      eventsWaiting: 0,
      remembered: 0,
    },
    frontlas: {
      readiness: new Readiness(),
      status: { connections: 0 },
      control: undefined,
    },
    maxConnections: 1,
    logged: { debug: 0, info: 0, warn: 0, error: 0 },
  };
}

/** @returns Every metric of gateway and Frontlas, by the part it belongs to. */
export function metricsByPart(): ReadonlyMap<string, readonly Metric[]> {
  const from = sources();
  const directory = directorySources();
  using lag = new EventLoopLag();
  return new Map([
    ["What passes", trafficMetrics(from)],
    ["Who is connected", peerMetrics(from)],
    ["The gateway itself", stateMetrics(from)],
    [
      "Its cluster, where it is one of a cluster",
      clusterMetrics({ status: {} as ClusterStatus, counts: noCounts() }),
    ],
    [
      "Its control plane, where it has one",
      controlPortMetrics("frontier", from.control),
    ],
    ["Frontlas: the cluster and its store", storeMetrics(directory)],
    ["Frontlas: gateways and what they tell", linkMetrics(directory)],
    ["Frontlas: those who look the directory up", controlMetrics(directory)],
    ["Frontlas itself", ownMetrics(directory)],
    ["The process, of both", processMetrics(lag)],
  ]);
}

const seconds = (bounds: readonly number[]) =>
  bounds.map((ms) => ms / 1000).join(", ");

/** @returns The paper as it should be. */
export function metricsPaper(): string {
  const lines = [
    "# Metrics",
    "",
    "What a gateway tells at `/metrics`, and a Frontlas, in the text format of Prometheus. `deno run -A tools/metrics_paper.ts`",
    "writes this page from the registry. How to use it, and what to alert on: [OPERATING](OPERATING.md#observe); a Grafana",
    "dashboard and alert rules are in `deploy/observability/`.",
    "",
    "* A gateway serves `0.0.0.0:9091`, a Frontlas `0.0.0.0:9092` (`observability.addr`), unless `observability.enable` is",
    "  false; a port that is taken is a warning. `startFrontier` and `startFrontlas` open it only when asked",
    "  (`observability: { enable: true }`). GET and HEAD only. `/healthz` says whether the process answers, `/readyz` whether",
    "  it can do its work (`?verbose` lists all conditions). However many ask, the metrics are read at most ten times a second.",
    "* Labels are closed sets. No id, address, name, method or topic of a peer is ever among them.",
    "* A count by label that is still 0 may be absent, except the first of its kind. A figure that cannot be read is absent,",
    "  never 0.",
    "* The clock counts whole milliseconds: a span lies strictly below the bound of its bucket, give or take one.",
    `* Buckets of durations, in seconds: ${seconds(LATENCY_BOUNDS)}.`,
    `  Of lifetimes: ${seconds(LIFETIME_BOUNDS)}.`,
    "* Directions of calls and messages: `edge_to_service`, `service_to_edge`, `in_stream` (either way, inside a stream),",
    "  `edge_to_broker`. Codes are those of the SDK's errors ([GUARANTEES](GUARANTEES.md)), and `ok`, `unheard`.",
    "* Operations of the store of a Frontlas:",
    `  ${OPERATIONS.map((name) => `\`${name}\``).join(", ")}.`,
  ];
  for (const [part, metrics] of metricsByPart()) {
    lines.push("", `## ${part}`, "", "| metric | kind | labels | meaning |");
    lines.push("| --- | --- | --- | --- |");
    for (const { name, type, labels = [], help } of metrics) {
      const names = labels.map((label) => `\`${label}\``).join(", ");
      lines.push(`| \`${name}\` | ${type} | ${names} | ${help} |`);
    }
  }
  return `${lines.join("\n")}\n`;
}

if (import.meta.main) await Deno.writeTextFile(METRICS_PAPER, metricsPaper());
