/**
 * Where the metrics of a gateway are read.
 *
 * @module
 */

import type { Link } from "@frontier/proto/internal";
import type { ControlPortFigures } from "@frontier/platform/metrics";
import type { Readiness } from "@frontier/platform/health";
import type { DrainProgress } from "../drain/progress.ts";
import type { Broker } from "../mq/broker.ts";
import type { Gate } from "@frontier/platform/ports";
import type { Routing } from "../routing.ts";
import type { Tally } from "../tally/tally.ts";
import type { ClusterSource } from "./cluster_metrics.ts";
import type { LogCounts } from "@frontier/platform/log";

/** What the metrics of a gateway are read from. */
export interface MetricSources {
  /** What was counted. */
  readonly tally: Tally;
  /** The data plane. */
  readonly routing: Pick<
    Routing,
    | "directory"
    | "edgebound"
    | "exchange"
    | "hooks"
    | "ledger"
    | "servicebound"
    | "streams"
  >;
  /** Counts connections. */
  readonly gate: Pick<Gate, "accepted" | "connections">;
  /** Most connections there may be. */
  readonly maxConnections: number;
  /** All connections that speak the protocol. */
  readonly links: Iterable<Link>;
  /** Whether the gateway can do its work. */
  readonly readiness: Readiness;
  /** The brokers that take topics. */
  readonly brokers: readonly Broker[];
  /** The link to the directory of the cluster, where there is to be one. */
  readonly cluster: ClusterSource | undefined;
  /** What the control plane counts; `undefined` without one. */
  readonly control: () => ControlPortFigures | undefined;
  /** How far draining is; `undefined` before it begins. */
  readonly drain: () => DrainProgress | undefined;
  /** Records written to the log. */
  readonly logged: LogCounts;
}
