/**
 * What an end tells about its connection.
 *
 * @module
 */

import type { FrontierError } from "@frontier/proto";

/** Where the connection of an end is. */
export type Status =
  | {
    /** An attempt has begun. */
    readonly state: "connecting";
    /** Which one since the last connection, from 1. */
    readonly attempt: number;
  }
  | {
    /** Connected, and all methods are registered. */
    readonly state: "connected";
    /** The id the gateway gave us. */
    readonly id: bigint;
    /** Connections before this one. */
    readonly reconnects: number;
  }
  | {
    /** The connection was lost, or an attempt has failed. */
    readonly state: "disconnected";
    /** Why. */
    readonly reason: FrontierError;
    /** Milliseconds until the next attempt. */
    readonly retryInMs: number;
  }
  | {
    /** Over: nothing will follow. */
    readonly state: "closed";
    /** Why; the code is `eof` after a close by the application. */
    readonly reason: FrontierError;
  };

/** Changes kept for a listener that does not read; older ones are dropped. */
const MAX_BACKLOG = 64;

/** One listener. */
interface Listener {
  backlog: Status[];
  wake: (() => void) | undefined;
}

/** The present status, and its changes for whoever listens. */
export class StatusFeed {
  #current: Status = { state: "connecting", attempt: 1 };
  readonly #listeners = new Set<Listener>();

  /** The present status. */
  get current(): Status {
    return this.#current;
  }

  /**
   * Changes the status. Nothing follows `closed`.
   *
   * @param status The new one.
   */
  set(status: Status): void {
    if (this.#current.state === "closed") return;
    this.#current = status;
    for (const listener of this.#listeners) {
      if (listener.backlog.length >= MAX_BACKLOG) listener.backlog.shift();
      listener.backlog.push(status);
      listener.wake?.();
    }
  }

  /** @returns The present status, then every change, until `closed`. */
  changes(): AsyncGenerator<Status, void, undefined> {
    // Subscribed now, not at the first read: no change is missed in between.
    const listener: Listener = { backlog: [this.#current], wake: undefined };
    this.#listeners.add(listener);
    return this.#follow(listener);
  }

  async *#follow(listener: Listener): AsyncGenerator<Status, void, undefined> {
    try {
      while (true) {
        const status = listener.backlog.shift();
        if (status === undefined) {
          await new Promise<void>((resolve) => listener.wake = resolve);
          listener.wake = undefined;
          continue;
        }
        yield status;
        if (status.state === "closed") return;
      }
    } finally {
      this.#listeners.delete(listener);
    }
  }
}
