/**
 * The link with a gateway, as those see it who decide.
 *
 * @module
 */

import type { Eviction } from "@frontier/proto/cluster";
import type { CloseReason } from "@frontier/proto/internal";

/** A link with a gateway. */
export interface GatewayLink {
  /** Where the gateway is, for logs. */
  readonly address: string;
  /** Whether both sides are ours, and batches are sent. */
  readonly ours: boolean;
  /** Whether it is over, or about to be. */
  readonly over: boolean;
  /**
   * Tells a gateway of ours which edges are connected elsewhere by now.
   *
   * @param evictions As many as a call may have.
   */
  evict(evictions: readonly Eviction[]): Promise<void>;
  /** Asks a gateway of ours to tell everything again. */
  resync(): Promise<void>;
  /** Takes nothing more from the gateway for now. */
  pause(): void;
  /** Goes on after a pause. */
  resume(): void;
  /**
   * Ends the link.
   *
   * @param reason Why.
   */
  end(reason: CloseReason): void;
}
