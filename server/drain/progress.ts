/**
 * How far a drain is.
 *
 * @module
 */

import type { DepartureCounts } from "@frontier/platform/drain";

/** What a gateway that drains is doing. */
export type DrainPhase =
  /** Edges leave. */
  | "edges"
  /** Services are told of the edges that have gone. */
  | "events"
  /** Services leave. */
  | "services"
  /** Everybody has gone. */
  | "done";

/** How far a drain is. */
export interface DrainProgress {
  /** What it is doing. */
  readonly phase: DrainPhase;
  /** Milliseconds since it began. */
  readonly elapsedMs: number;
  /** Milliseconds until what is left is cut; infinite without a deadline. */
  readonly remainingMs: number;
  /** Where the edges are. */
  readonly edges: DepartureCounts;
  /** Where the services are. */
  readonly services: DepartureCounts;
  /** Connections closed with something in flight, because time was up. */
  readonly cut: number;
  /** Requests and messages passed on and not answered yet. */
  readonly inflight: number;
  /** Streams open or being opened. */
  readonly streams: number;
}
