/**
 * A connection to a directory, as the reports see it.
 *
 * @module
 */

import type { PeerAddress } from "@frontier/platform";

/** A connection to a directory: its handshake is done. */
export interface ClusterLink {
  /** Whether the directory is ours too, and takes batches. */
  readonly ours: boolean;
  /** Resolved when it is over, with the reason. */
  readonly closed: Promise<string>;
  /** Whether it is over. */
  readonly over: boolean;
  /** Resolved when the directory says that it stops. */
  readonly goingAway: Promise<void>;
  /**
   * Calls a method of the directory.
   *
   * @param method Its name.
   * @param data The data.
   * @returns The data of the answer.
   * @throws {FrontierError} If it fails, or nothing comes in time.
   */
  call(method: string, data: Uint8Array): Promise<Uint8Array>;
  /**
   * Ends it in an orderly way.
   *
   * @param farewell Whether the gateway stops, and does not come back.
   */
  close(farewell: boolean): Promise<void>;
  /**
   * Cuts it: the directory does not answer, or not as it should.
   *
   * @param reason Why; what {@linkcode ClusterLink.closed} resolves with.
   */
  cut(reason: string): void;
}

/** What a directory asks of a gateway. */
export interface ClusterRequests {
  /**
   * Edges are connected elsewhere by now.
   *
   * @param data Who, as it came.
   * @throws {ProtocolError} If it is malformed.
   */
  evict(data: Uint8Array): void;
  /** Everything is to be told again. */
  resync(): void;
}

/** Connects to a directory. */
export type DialDirectory = (
  /** Where it is, `host:port`. */
  addr: string,
  options: {
    /** Returns what we say about ourselves, once our end of the connection is known. */
    readonly introduce: (local: PeerAddress) => Uint8Array;
    /** Hears what the directory asks. */
    readonly requests: ClusterRequests;
    /** Gives up when aborted. */
    readonly signal: AbortSignal;
  },
) => Promise<ClusterLink>;
