/**
 * A running Frontlas as programs see it, and what they may put in.
 *
 * @module
 */

import type {
  PeerAddress,
  Timers,
  TransportListener,
} from "@frontier/platform";
import type { PresenceStore, StoreState } from "./store/presence_store.ts";

/** What a Frontlas is doing. */
export interface FrontlasStatus {
  /** Where it is in its life. */
  readonly state: "running" | "draining" | "closed";
  /** Gateways whose link is here. */
  readonly frontiers: number;
  /** Connections on the port for gateways, those in their handshake included. */
  readonly connections: number;
  /** What keeps the records. */
  readonly store: PresenceStore["kind"];
  /** Whether that answers. */
  readonly storeState: StoreState;
}

/** What a program may put in: the store, gateways from elsewhere than a TCP port, time from elsewhere than the system. */
export interface FrontlasParts {
  /** Where gateways connect; instead of the configured address. */
  readonly frontiers?: TransportListener;
  /**
   * Where the records are; instead of the configured one. It is disposed of
   * together with the Frontlas.
   */
  readonly store?: PresenceStore;
  /**
   * Whether the port is opened for those who look the directory up.
   *
   * @default {true}
   */
  readonly controlPlane?: boolean;
  /**
   * The clock of every timeout.
   *
   * @default {the system's}
   */
  readonly timers?: Timers;
  /**
   * Source of randomness, from 0 to 1, 1 excluded.
   *
   * @default {Math.random}
   */
  readonly random?: () => number;
  /**
   * The wall clock in Unix milliseconds.
   *
   * @default {Date.now}
   */
  readonly wallClock?: () => number;
}

/** A running Frontlas. */
export interface Frontlas extends AsyncDisposable {
  /** Where gateways connect. */
  readonly frontierAddr: PeerAddress;
  /** Where the directory is looked up; `undefined` without a control plane. */
  readonly controlAddr: PeerAddress | undefined;
  /** Where health and metrics are read; `undefined` when nobody asked for that, or the address is taken. */
  readonly observabilityAddr: PeerAddress | undefined;
  /** What it is doing. */
  readonly status: FrontlasStatus;
  /** Whether it can do its work: it runs, and its store answers. */
  readonly ready: boolean;
  /**
   * Reads the certificates of both planes and the tokens anew, for the connections
   * to come.
   *
   * @throws {Error} If some cannot be used; the message names them, and the old
   * ones stay in use.
   */
  reload(): Promise<void>;
  /**
   * Takes no more gateways, and tells those that are connected to go to another
   * Frontlas, or to come back later. Their edges and services stay in the
   * directory. {@linkcode Frontlas.close} should follow. A second call waits for
   * the first.
   *
   * @param seconds How long gateways have at most; the configured drain time by
   * default. 0 waits for nobody.
   * @returns When no gateway is connected any more, or the time is up.
   * @throws {RangeError} If the time is negative or not a number.
   */
  drain(seconds?: number): Promise<void>;
  /**
   * Closes the links with the gateways, then the port of those who look it up, and
   * the store last, so that all that gateways have told is in it.
   */
  close(): Promise<void>;
}
