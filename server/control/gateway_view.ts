/**
 * A gateway as its control plane sees it.
 *
 * @module
 */

import type { Logger } from "@frontier/platform/log";
import { FRONTIER_VERSION } from "@frontier/platform/internal";
import type { ClusterStatus } from "../cluster/status.ts";
import type { Directory } from "../directory/directory.ts";
import type { Peer } from "../directory/peer.ts";
import type { StreamRecord } from "../directory/peer_counters.ts";
import type { DrainProgress } from "../drain/progress.ts";
import type { Routing } from "../routing.ts";
import type { Store } from "../store/store.ts";
import type { GatewayStatus, OperatedGateway } from "./gateway.ts";

/** What a gateway itself can be asked for. */
export interface Operable {
  /** What it is doing. */
  readonly status: GatewayStatus;
  /** What its link to the directory of its cluster is doing; `undefined` when it is none of a cluster. */
  readonly cluster: ClusterStatus | undefined;
  /** How far it is with draining; `undefined` before that. */
  readonly drainProgress: DrainProgress | undefined;
  /** Closes the connection of an edge or a service. */
  kick(id: bigint): Promise<boolean>;
  /** Stops without losing what is in flight. */
  drain(seconds?: number): Promise<void>;
}

/** What a {@linkcode GatewayView} looks at. */
export interface GatewayViewOptions {
  /** The gateway. */
  readonly frontier: Operable;
  /** Everything between its connections. */
  readonly routing: Routing;
  /** Its name within a cluster, or empty. */
  readonly frontierId: string;
  /** The wall clock in Unix milliseconds. */
  readonly wallClock: () => number;
  /** Where to report. */
  readonly log: Logger;
}

/** Shows a gateway as it is at the moment somebody looks. */
export class GatewayView implements OperatedGateway {
  readonly store: Store;
  readonly version: string = FRONTIER_VERSION;
  readonly #options: GatewayViewOptions;

  /**
   * @param options What it looks at.
   * @param store Everybody who is connected.
   */
  constructor(options: GatewayViewOptions, store: Store) {
    this.#options = options;
    this.store = store;
  }

  get directory(): Directory {
    return this.#options.routing.directory;
  }

  get frontierId(): string {
    return this.#options.frontierId;
  }

  get status(): GatewayStatus {
    return this.#options.frontier.status;
  }

  get cluster(): ClusterStatus | undefined {
    return this.#options.frontier.cluster;
  }

  get drainProgress(): DrainProgress | undefined {
    return this.#options.frontier.drainProgress;
  }

  wallClock(): number {
    return this.#options.wallClock();
  }

  kick(id: bigint): Promise<boolean> {
    return this.#options.frontier.kick(id);
  }

  streamsOf(peer: Peer): readonly StreamRecord[] {
    return this.#options.routing.streams.list(peer);
  }

  startDrain(seconds?: number): void {
    const { frontier, log } = this.#options;
    frontier.drain(seconds).catch((error) =>
      log.error("Draining failed", { error })
    );
  }
}
