/**
 * What a membership needs.
 *
 * @module
 */

import type { Timers } from "@frontier/proto";
import type { Logger } from "@frontier/platform/log";
import type { Directory } from "../directory/directory.ts";
import type { IdAllocator } from "../directory/id_allocator.ts";
import type { EdgePeer } from "../directory/peer.ts";
import type { AdvertisedSide } from "./advertised.ts";
import type { DialDirectory } from "./cluster_link.ts";

/** What a `Membership` needs from outside. */
export interface MembershipOptions {
  /** What the gateway calls itself; not empty. */
  readonly frontierId: string;
  /** Which process it is: 16 hex digits. */
  readonly instance: string;
  /** Where directories are, at least one. */
  readonly addrs: readonly string[];
  /** The side that services connect to. */
  readonly servicebound: AdvertisedSide;
  /** The side that edges connect to. */
  readonly edgebound: AdvertisedSide;
  /** Milliseconds between two reports of the number of peers, to a directory that wants them; infinite for none. */
  readonly statsMs: number;
  /** Connects to a directory. */
  readonly dial: DialDirectory;
  /** Who is there. */
  readonly directory: Directory;
  /** Makes ids, with a number that the cluster gives. */
  readonly ids: IdAllocator;
  /** Closes an edge that is connected elsewhere by now; returns whether it does, and does not let it leave by itself. */
  readonly evict: (edge: EdgePeer) => boolean;
  /** The clock and its timers. */
  readonly timers: Timers;
  /** Source of randomness, from 0 to 1, 1 excluded. */
  readonly random: () => number;
  /** The wall clock in Unix milliseconds. */
  readonly wallClock: () => number;
  /** Where to report. */
  readonly log: Logger;
}
