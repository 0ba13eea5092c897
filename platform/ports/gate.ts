/**
 * How many connections there may be.
 *
 * @module
 */

import type { Logger } from "../log/logger.ts";
import {
  formatAddress,
  type PeerAddress,
  type Transport,
} from "../transport.ts";
import { Connection, type Counter } from "./connection.ts";

/** Milliseconds between two reports of refused connections. */
const REPORT_MS = 1_000;

/** What a {@linkcode Gate} needs. */
export interface GateOptions {
  /** Connections at a time. */
  readonly maxConnections: number;
  /** Connections from one address at a time; 0 is no limit. */
  readonly maxConnectionsPerAddress: number;
  /** Reads the clock, in milliseconds. */
  readonly now: () => number;
  /** Where refused connections are reported. */
  readonly log: Logger;
}

/**
 * Counts the connections of all ports of a program from accept to close, before
 * TLS and before anything is read of them, and turns away what is too many.
 */
export class Gate implements Counter {
  /** Connections counted. */
  connections = 0;
  /** Connections let in since the start. */
  accepted = 0;
  readonly #options: GateOptions;
  readonly #byHost: Map<string, number> = new Map();
  #refused = 0;
  #reportedAt = -Infinity;

  /**
   * Starts with no connection.
   *
   * @param options What it needs.
   */
  constructor(options: GateOptions) {
    this.#options = options;
  }

  /**
   * Lets a connection in.
   *
   * @param transport Its bytes; closed if it is one too many.
   * @returns The connection, counted; `undefined` if it is one too many.
   */
  enter(transport: Transport): Connection | undefined {
    const { maxConnections, maxConnectionsPerAddress } = this.#options;
    const address = transport.remoteAddr;
    const fromHost = this.#byHost.get(address.hostname) ?? 0;
    const crowded = maxConnectionsPerAddress > 0 &&
      fromHost >= maxConnectionsPerAddress;
    if (crowded || this.connections >= maxConnections) {
      this.#report(address, fromHost);
      transport.close();
      return undefined;
    }
    this.connections++;
    this.accepted++;
    if (maxConnectionsPerAddress > 0) {
      this.#byHost.set(address.hostname, fromHost + 1);
    }
    return new Connection(transport, address, this);
  }

  /**
   * Counts a connection no more.
   *
   * @param address Where it came from.
   */
  leave({ hostname }: PeerAddress): void {
    this.connections--;
    const count = this.#byHost.get(hostname);
    if (count === undefined) return;
    if (count > 1) this.#byHost.set(hostname, count - 1);
    else this.#byHost.delete(hostname);
  }

  /** At most once a second: a flood must not fill the log. */
  #report(peer: PeerAddress, fromAddress: number): void {
    const { now, log } = this.#options;
    this.#refused++;
    if (now() - this.#reportedAt < REPORT_MS) return;
    log.warn("Connections refused: too many", {
      peer: formatAddress(peer),
      refused: this.#refused,
      connections: this.connections,
      fromAddress,
    });
    this.#refused = 0;
    this.#reportedAt = now();
  }
}
