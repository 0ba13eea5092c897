/**
 * A running gateway as programs see it, and what they may put in.
 *
 * @module
 */

import type { Timers } from "@frontier/proto/internal";
import type {
  PeerAddress,
  TransportListener,
} from "@frontier/platform/internal";
import type { Policy } from "./admission/policy.ts";
import type { ClusterStatus } from "./cluster/status.ts";
import type { DrainProgress } from "./drain/progress.ts";
import type { BrokerStatus } from "./mq/broker_status.ts";

/** What a gateway is doing. */
export interface FrontierStatus {
  /** Where it is in its life; while it drains, {@linkcode Frontier.drainProgress} says more. */
  readonly state: "running" | "draining" | "closed";
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

/** A clock and randomness of the caller's own. */
export interface FrontierClock {
  /**
   * The clock of every timeout.
   * @default the system's
   */
  timers?: Timers;
  /**
   * Source of randomness, from 0 to 1, 1 excluded.
   * @default Math.random
   */
  random?: () => number;
  /**
   * The wall clock in Unix milliseconds.
   * @default Date.now
   */
  wallClock?: () => number;
}

/** What an embedder may put in: connections from elsewhere than a TCP port, time from elsewhere than the system, rules of its own. */
export interface FrontierListeners extends FrontierClock {
  /** Where edges connect; instead of the configured address. */
  edge?: TransportListener;
  /** Where services connect; instead of the configured address. */
  service?: TransportListener;
  /** Rules about who may do what, asked in this order; none by default. */
  policies?: readonly Policy[];
}

/** A running gateway. */
export interface Frontier extends AsyncDisposable {
  /** Where edges connect. */
  readonly edgeAddr: PeerAddress;
  /** Where services connect. */
  readonly serviceAddr: PeerAddress;
  /** Where operators and their programs connect; `undefined` without a control plane. */
  readonly controlAddr: PeerAddress | undefined;
  /** What it is doing. */
  readonly status: FrontierStatus;
  /** What the brokers that take topics are doing, in the order in which they are candidates. */
  readonly brokers: readonly BrokerStatus[];
  /** What the link to the directory of its cluster is doing; `undefined` when it is none of a cluster. */
  readonly cluster: ClusterStatus | undefined;
  /** Whether it takes new connections: not once it drains, or is closed. */
  readonly ready: boolean;
  /** Where health and metrics are read; `undefined` when nobody asked for that, or the address is taken. */
  readonly observabilityAddr: PeerAddress | undefined;
  /** How far it is with draining; `undefined` before that. */
  readonly drainProgress: DrainProgress | undefined;
  /** Resolves when it begins to drain, whoever has asked for it. Whoever runs it should close it then, once it has drained. */
  readonly drainBegun: Promise<void>;
  /**
   * Reads the certificates of all listeners anew, for the connections to come.
   * One that cannot be used leaves the old one in its place; a listener whose
   * files cannot be read at all keeps all of its own, and the other is served.
   *
   * @throws {Error} If some cannot be used; the message names them.
   */
  reload(): Promise<void>;
  /**
   * Closes the connection of an edge or a service in an orderly way.
   *
   * @param id Of an edge, or of a service if no edge has it.
   * @returns When the connection is closed: whether there was one.
   */
  kick(id: bigint): Promise<boolean>;
  /**
   * Stops without losing what is in flight: accepts nobody any more, and lets
   * all peers leave at a pace, edges first, then services. A peer of ours is told
   * and has time to go elsewhere; then nothing new is taken from it, what is in
   * flight finishes, and it is closed. Services hear of every edge that has gone
   * before they are closed themselves. {@linkcode Frontier.close} should follow.
   *
   * A second call waits for the first; an earlier deadline of its own holds.
   *
   * @param seconds When everybody has gone at the latest; the configured drain
   * time by default. `Infinity` is no deadline; 0 waits for nothing and leaves
   * all connections to {@linkcode Frontier.close}.
   * @returns When nobody is connected any more.
   * @throws {RangeError} If the time is negative or not a number.
   */
  drain(seconds?: number): Promise<void>;
  /**
   * Closes every connection in an orderly way, edges first, so that services
   * hear that they went offline.
   */
  close(): Promise<void>;
}
