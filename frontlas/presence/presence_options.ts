/**
 * What decisions about gateways need, and what they show.
 *
 * @module
 */

import type { Timers } from "@frontier/proto";
import type { Logger } from "@frontier/platform/log";
import type { PresenceStore } from "../store/presence_store.ts";

/** What a `Presence` needs. */
export interface PresenceOptions {
  /** Where the records are. */
  readonly store: PresenceStore;
  /** The clock and its timers. */
  readonly timers: Timers;
  /** Returns a number from 0 to 1, 1 excluded. */
  readonly random: () => number;
  /** Where to report. */
  readonly log: Logger;
  /**
   * Milliseconds that a gateway whose link broke stays alive for its next one.
   *
   * @default {5_000}
   */
  readonly graceMs?: number;
  /**
   * Milliseconds within which gateways of ours tell each peer again.
   *
   * @default {10_000, and 600_000 where records die with their gateway}
   */
  readonly renewMs?: number;
  /**
   * Events of all gateways that wait for the store, at most.
   *
   * @default {200_000}
   */
  readonly maxWaitingEvents?: number;
  /**
   * Peers of Go gateways that are remembered, for the case that the store forgets them.
   *
   * @default {1_000_000}
   */
  readonly maxRemembered?: number;
  /**
   * Milliseconds after a start, and after the store was away, for which gateways are awaited.
   *
   * @default {8_000}
   */
  readonly catchUpMs?: number;
  /** Called when a gateway has come, moved or gone. */
  readonly onChange?: () => void;
}

/** A gateway that is connected here. */
export interface GatewayStatus {
  /** Its id. */
  readonly frontierId: string;
  /** Where it is connected from. */
  readonly address: string;
  /** Whether it is one of ours. */
  readonly ours: boolean;
  /** Which connection of it this is. */
  readonly generation: number;
  /** Edges it has, as it says. */
  readonly edges: number;
  /** Services it has, as it says. */
  readonly services: number;
  /** Milliseconds since it was let in. */
  readonly connectedMs: number;
  /** Whether it has told everything it has. */
  readonly synced: boolean;
}
