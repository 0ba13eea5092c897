/**
 * What a directory tells.
 *
 * @module
 */

import type { CloseReason } from "@frontier/proto";
import type { Logger } from "@frontier/platform/log";
import type { EdgePeer, Peer } from "./peer.ts";
import type { Route } from "./route.ts";

/** Hears what happens in a directory, while it happens; every part is optional. */
export interface DirectorySubscriber {
  /** A peer can be routed to. */
  online?(peer: Peer): void;
  /** A peer has gone, and all its routes with it. */
  offline?(peer: Peer, reason: CloseReason): void;
  /** A route leads somewhere. */
  registered?(route: Route): void;
  /** A route is gone. */
  unregistered?(route: Route): void;
  /** An edge has registered a method that it had not registered. Where nobody hears it, nobody keeps such names. */
  edgeMethod?(edge: EdgePeer, name: string): void;
  /** A peer has given a sign of life. */
  heartbeat?(peer: Peer): void;
  /** The gateway takes no new connections. */
  draining?(): void;
}

/**
 * Tells subscribers, in the order they came. One that throws is reported, and
 * the others still hear; without any, nothing is done.
 */
export class Subscribers {
  #list: readonly DirectorySubscriber[] = [];
  readonly #log: Logger;

  /**
   * @param log Where to report.
   */
  constructor(log: Logger) {
    this.#log = log;
  }

  /**
   * @param subscriber Hears from now on.
   * @returns Ends the subscription.
   */
  add(subscriber: DirectorySubscriber): () => void {
    this.#list = [...this.#list, subscriber];
    return () => {
      this.#list = this.#list.filter((other) => other !== subscriber);
    };
  }

  /** Whether one of them wants to know which methods edges register. */
  get hearEdgeMethods(): boolean {
    return this.#list.some((subscriber) => subscriber.edgeMethod !== undefined);
  }

  /**
   * @param tells Tells one of them.
   */
  tell(tells: (subscriber: DirectorySubscriber) => void): void {
    for (const subscriber of this.#list) {
      try {
        tells(subscriber);
      } catch (error) {
        this.#log.error("Subscriber of the directory failed", {
          error: error instanceof Error ? error.message : String(error),
        });
      }
    }
  }

  /**
   * A peer has given a sign of life.
   *
   * @param peer Anybody who is connected.
   */
  heartbeat(peer: Peer): void {
    // The one that comes for every idle connection.
    if (this.#list.length > 0) this.tell((s) => s.heartbeat?.(peer));
  }
}
