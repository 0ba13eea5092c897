/**
 * What the control plane sees of a gateway.
 *
 * @module
 */

import type { ClusterStatus } from "../cluster/status.ts";
import type { Directory } from "../directory/directory.ts";
import type { Peer } from "../directory/peer.ts";
import type { StreamRecord } from "../directory/peer_counters.ts";
import type { DrainProgress } from "../drain/progress.ts";
import type { Store } from "../store/store.ts";

/** What a gateway is doing, in numbers. */
export interface GatewayStatus {
  /** Where it is in its life. */
  readonly state: string;
  /** Edges connected. */
  readonly edges: number;
  /** Services connected. */
  readonly services: number;
  /** Connections, those in their handshake included. */
  readonly connections: number;
  /** Streams open or being opened. */
  readonly streams: number;
  /** Requests and messages passed on and not answered yet. */
  readonly inflight: number;
}

/** What the control plane asks a gateway for. */
export interface OperatedGateway {
  /** Everybody who is connected, to be listed and looked up. */
  readonly store: Store;
  /** Who is connected at this moment, and what happens. */
  readonly directory: Directory;
  /** Its version. */
  readonly version: string;
  /** Its name within a cluster, or empty. */
  readonly frontierId: string;
  /** What it is doing. */
  readonly status: GatewayStatus;
  /** What its link to the directory of its cluster is doing; `undefined` when it is none of a cluster. */
  readonly cluster: ClusterStatus | undefined;
  /** The wall clock in Unix milliseconds. */
  readonly wallClock: () => number;
  /**
   * Closes a connection in an orderly way.
   *
   * @param id Of an edge or a service.
   * @returns When it is closed: whether there was one.
   */
  kick(id: bigint): Promise<boolean>;
  /**
   * Lists the open streams of a peer.
   *
   * @param peer Whose they are, whoever opened them.
   * @returns What is known of each.
   */
  streamsOf(peer: Peer): readonly StreamRecord[];
  /** How far it is with draining; `undefined` before that. */
  readonly drainProgress: DrainProgress | undefined;
  /**
   * Begins to drain. A second time it can bring the deadline nearer.
   *
   * @param seconds The deadline; the configured one by default.
   */
  startDrain(seconds?: number): void;
}
