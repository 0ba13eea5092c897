/**
 * What reports to a directory need, of whichever kind it is.
 *
 * @module
 */

import type { Eviction, Stamp } from "@frontier/proto/cluster";
import type { Timers } from "@frontier/proto";
import type { Logger } from "@frontier/platform/log";
import { formatAddress } from "@frontier/platform/internal";
import type { Directory } from "../directory/directory.ts";
import type { Peer } from "../directory/peer.ts";
import type { ClusterClock } from "./cluster_clock.ts";
import type { ClusterLink } from "./cluster_link.ts";
import type { ClusterCounts } from "./status.ts";

/** What a {@linkcode Reporter} needs from outside. */
export interface ReporterContext {
  /** The connection to the directory. */
  readonly link: ClusterLink;
  /** What the gateway calls itself. */
  readonly frontierId: string;
  /** Who is there. */
  readonly directory: Directory;
  /** The cluster's clock. */
  readonly clock: ClusterClock;
  /** The clock and its timers. */
  readonly timers: Timers;
  /** Source of randomness, from 0 to 1, 1 excluded. */
  readonly random: () => number;
  /** Milliseconds between two reports of the number of peers, to a directory that wants them; infinite for none. */
  readonly statsMs: number;
  /** What is counted. */
  readonly counts: ClusterCounts;
  /** The directory has taken us. */
  readonly onUp: () => void;
  /** The directory has confirmed something. */
  readonly onAcknowledged: () => void;
  /** It has given the gateway a number, and told its clock. */
  readonly onNumber: (number: number, clock: number) => void;
  /** Edges are connected elsewhere by now. */
  readonly onEvictions: (evictions: readonly Eviction[]) => void;
  /** Where to report. */
  readonly log: Logger;
}

/** Tells one directory, over one link, who comes and goes. */
export interface Reporter extends Disposable {
  /** Whether it was told of everybody who was here when the link came up. */
  readonly synced: boolean;
  /** Why it takes nothing at the moment; empty when it does. */
  readonly problem: string;
  /** Changes that it has not confirmed. */
  readonly pending: number;
  /**
   * A peer has come.
   *
   * @param peer One that is online.
   */
  arrive(peer: Peer): void;
  /**
   * A peer has gone.
   *
   * @param peer One that is not online any more.
   */
  depart(peer: Peer): void;
  /** Tells everything from the beginning. */
  resync(): void;
  /** @returns When the directory knows all that has happened. */
  settle(): Promise<void>;
}

/**
 * @param peer A connected peer.
 * @param clock The cluster's clock.
 * @returns What names its connection in the cluster.
 */
export function stampOf(peer: Peer, clock: ClusterClock): Stamp {
  return { since: clock.at(peer.link.openedAt), seq: peer.arrival >>> 0 };
}

/**
 * @param peer A connected peer.
 * @returns Its address, as a directory is told.
 */
export function addressOf(peer: Peer): string {
  return formatAddress(peer.address);
}

/**
 * What a service said about itself when it connected, as a directory is told:
 * the text is made anew, as Go writes it, and nothing is kept for it.
 *
 * @param peer A service.
 * @returns JSON.
 */
export function metaOf(peer: Peer): string {
  return JSON.stringify({
    service: peer.name.toWellFormed(),
    topics: peer.topics.length === 0
      ? null
      : peer.topics.map((topic) => topic.toWellFormed()),
  });
}
