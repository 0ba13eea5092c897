/**
 * What an endpoint tells about its connection.
 *
 * @module
 */

import { ItemIterator, type Reader } from "@frontier/endpoint/internal";
import type { FarewellReason, FrontierError } from "@frontier/proto";

/** Where the connection of an endpoint is. */
export type Status =
  | {
    /** An attempt has begun. */
    readonly state: "connecting";
    /** Which one since the last connection, from 1. */
    readonly attempt: number;
    /** Where the gateway is, as `host:port`; empty before a function has told where. */
    readonly address: string;
  }
  | {
    /** Connected, and all methods are registered. */
    readonly state: "connected";
    /** The id the gateway gave us. */
    readonly id: bigint;
    /** Where the gateway is, as `host:port`. */
    readonly address: string;
    /** Connections before this one. */
    readonly reconnects: number;
    /**
     * Whether requests wait because the places for handlers are used up, or did
     * within the last second; see `limits.handlers`.
     */
    readonly busy: boolean;
  }
  | {
    /** The connection was lost, or an attempt has failed. */
    readonly state: "disconnected";
    /** Why. */
    readonly reason: FrontierError;
    /** Milliseconds until the next attempt; 0 when another address is tried at once. */
    readonly retryInMs: number;
    /**
     * Why the gateway closed, where it said so: `replaced` by a newer connection
     * with the same id, after which the longest pause follows; to `reconnect` at
     * once; or it is `going-away`.
     */
    readonly farewell?: FarewellReason;
  }
  | {
    /** Over: nothing will follow. */
    readonly state: "closed";
    /** Why; the code is `eof` after a close by the application. */
    readonly reason: FrontierError;
  };

/** Changes kept for listeners that do not read; older ones are dropped. */
const MAX_BACKLOG = 64;

/**
 * The present status, and its changes for whoever listens. A listener is a
 * place in the history: one that is dropped leaves nothing behind.
 */
export class StatusFeed {
  /** The newest changes, the present status last. */
  readonly #history: Status[];
  /** Changes that the history has dropped. */
  #dropped = 0;
  readonly #waiting = new Set<() => void>();

  /**
   * Begins a history.
   *
   * @param first What listeners are told before anything has changed.
   */
  constructor(first: Status) {
    this.#history = [first];
  }

  /** The present status. */
  get current(): Status {
    return this.#history.at(-1)!;
  }

  /**
   * Changes the status. Nothing follows `closed`.
   *
   * @param status The new one.
   */
  set(status: Status): void {
    if (this.current.state === "closed") return;
    this.#history.push(status);
    if (this.#history.length > MAX_BACKLOG) {
      this.#history.shift();
      this.#dropped++;
    }
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const wake of waiting) wake();
  }

  /**
   * Follows the status.
   *
   * @param signal Ends the iteration when aborted.
   * @returns The present status, then every change, until `closed`.
   */
  changes(signal?: AbortSignal): AsyncGenerator<Status, void, undefined> {
    // From here on, not from the first read: no change is missed in between.
    let at = this.#dropped + this.#history.length - 1;
    const wakes = new Map<Reader<Status>, () => void>();
    const ask = (reader: Reader<Status>): void => {
      wakes.delete(reader);
      at = Math.max(at, this.#dropped);
      const status = this.#history[at - this.#dropped];
      if (status !== undefined) {
        at++;
        reader.resolve(status);
      } else if (this.current.state === "closed") reader.reject();
      else {
        const wake = () => ask(reader);
        wakes.set(reader, wake);
        this.#waiting.add(wake);
      }
    };
    const forget = (reader: Reader<Status>): void => {
      const wake = wakes.get(reader);
      if (wake !== undefined) this.#waiting.delete(wake);
    };
    return new ItemIterator({ ask, forget }, signal);
  }
}
