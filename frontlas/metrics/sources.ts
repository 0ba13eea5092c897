/**
 * Where the metrics of a Frontlas are read.
 *
 * @module
 */

import type { Readiness } from "@frontier/platform/health";
import type { LogCounts } from "@frontier/platform/log";
import type { ControlFigures } from "../control/control.ts";
import type { Presence } from "../presence/presence.ts";
import type { PresenceStore } from "../store/presence_store.ts";

/** What the metrics of a Frontlas are read from. */
export interface MetricSources {
  /** Where the records are; a `MeasuredStore` shows how it answers, too. */
  readonly store: Pick<PresenceStore, "kind" | "mode" | "state">;
  /** The gateways that are connected. */
  readonly presence: Pick<
    Presence,
    "tally" | "connected" | "resyncsWaiting" | "eventsWaiting" | "remembered"
  >;
  /** The Frontlas itself. */
  readonly frontlas: {
    /** Whether it can do its work. */
    readonly readiness: Readiness;
    /** What it is doing. */
    readonly status: { readonly connections: number };
    /** Its control plane, if it has one. */
    readonly control: { readonly figures: ControlFigures } | undefined;
  };
  /** Most connections of gateways there may be. */
  readonly maxConnections: number;
  /** Records written to the log. */
  readonly logged: LogCounts;
}
