/**
 * The port for gateways.
 *
 * @module
 */

import type { Timers } from "@frontier/proto";
import { type CloseReason, Timer } from "@frontier/proto/internal";
import { type PeerAddress, StrangerLog } from "@frontier/platform/internal";
import type { Logger } from "@frontier/platform/log";
import {
  Gate,
  type OpenListener,
  plainRefusal,
  Port,
  speaksProtocol,
  TURNED_AWAY,
  type TurnedAway,
} from "@frontier/platform/ports";
import type { Presence } from "../presence/presence.ts";
import {
  GatewayConnection,
  gatewayLinkSettings,
  type GatewaySettings,
} from "./gateway_connection.ts";

/** Milliseconds that the end of the last connections may take. */
const CLOSE_MS = 3_000;

const GOING_AWAY: CloseReason = {
  kind: "going-away",
  text: "Frontlas stops",
};

/** What bounds the port for gateways. */
export interface FrontierboundLimits extends GatewaySettings {
  /** Connections at a time, those in their handshake included. */
  readonly maxConnections: number;
  /** Connections from one address at a time; 0 is no limit. */
  readonly maxConnectionsPerAddress: number;
}

/** What a {@linkcode Frontierbound} needs. */
export interface FrontierboundOptions {
  /** The bound port. */
  readonly listener: OpenListener;
  /** Its bounds. */
  readonly limits: FrontierboundLimits;
  /** Decides about gateways. */
  readonly presence: Presence;
  /** The clock and its timers. */
  readonly timers: Timers;
  /** Returns a number from 0 to 1, 1 excluded. */
  readonly random: () => number;
  /** Returns Unix milliseconds. */
  readonly wallClock: () => number;
  /** Where to report. */
  readonly log: Logger;
}

/**
 * Takes the connections of gateways: counted before TLS, then TLS, then one
 * {@linkcode GatewayConnection} each.
 */
export class Frontierbound {
  /** Connections that ended before they had introduced themselves. */
  readonly turnedAway: Record<TurnedAway, number>;
  readonly #options: FrontierboundOptions;
  readonly #gate: Gate;
  readonly #port: Port;
  readonly #strangers: StrangerLog;
  readonly #connections: Set<GatewayConnection> = new Set();
  #idLo: number;
  #idHi = 0;
  /** Hears when a connection has ended. */
  #onEnded: () => void = () => {};
  #closing: Promise<void> | undefined = undefined;

  /**
   * Begins to accept.
   *
   * @param options What it needs.
   */
  constructor(options: FrontierboundOptions) {
    this.#options = options;
    const { limits, timers, log, listener } = options;
    this.turnedAway = Object.fromEntries(
      TURNED_AWAY.map((why) => [why, 0]),
    ) as Record<TurnedAway, number>;
    this.#idLo = Math.floor(options.random() * 2 ** 32);
    const settings = gatewayLinkSettings(limits);
    this.#gate = new Gate({ ...limits, now: () => timers.now(), log });
    this.#strangers = new StrangerLog({ log, level: "info", timers });
    this.#port = new Port({
      name: "frontierbound",
      ...listener,
      onPlain: plainRefusal(settings),
      gate: this.#gate,
      handlers: [{
        sniff: speaksProtocol,
        handle: (connection) => {
          const { transport, address, first, deadlineAt } = connection;
          connection.deadlineAt = undefined;
          const gateway = new GatewayConnection({
            transport,
            address,
            first,
            deadlineAt,
            settings,
            presence: options.presence,
            timers,
            nextId: () => this.#nextId(),
            onReleased: () => {
              connection.release();
              this.#connections.delete(gateway);
              this.#onEnded();
            },
          });
          this.#connections.add(gateway);
        },
      }],
      timeoutMs: limits.handshakeTimeoutMs,
      timers,
      log,
      strangers: this.#strangers,
      onTurnedAway: (why) => this.turnedAway[why]++,
    });
  }

  /** Where it listens. */
  get addr(): PeerAddress {
    return this.#port.addr;
  }

  /** Connections, those in their handshake included. */
  get connections(): number {
    return this.#gate.connections;
  }

  /**
   * Reads the certificates anew, for the connections to come.
   *
   * @throws {Error} If some cannot be used; the old ones in their place stay.
   */
  reload(): Promise<void> {
    return this.#port.reload();
  }

  /**
   * Accepts nobody any more and tells gateways of ours to go elsewhere. They
   * are served until they have, or until time is up.
   *
   * @param ms Milliseconds they have.
   */
  async drain(ms: number): Promise<void> {
    this.#options.presence.drain();
    const accepted = this.#port.close();
    for (const gateway of this.#connections) gateway.tellGoingAway();
    await accepted;
    await this.#until(
      () => ![...this.#connections].some((one) => one.admitted && one.ours),
      ms,
    );
  }

  /**
   * Ends all connections.
   *
   * @returns When they have ended.
   */
  close(): Promise<void> {
    return this.#closing ??= this.#close();
  }

  async #close(): Promise<void> {
    await this.#port.close();
    this.#port.abandon();
    this.#strangers[Symbol.dispose]();
    for (const gateway of this.#connections) gateway.end(GOING_AWAY);
    await this.#until(() => this.#connections.size === 0, CLOSE_MS);
    for (const gateway of this.#connections) gateway.cut(GOING_AWAY);
  }

  /** Waits until a condition holds, which only ends of connections change, or for so long. */
  #until(holds: () => boolean, ms: number): Promise<void> {
    if (holds()) return Promise.resolve();
    const { timers } = this.#options;
    return new Promise((resolve) => {
      const done = () => {
        this.#onEnded = () => {};
        timers.clear(timer);
        resolve();
      };
      const timer = new Timer(done);
      timers.set(timer, timers.now() + ms);
      this.#onEnded = () => holds() && done();
    });
  }

  /** As Go makes them: Unix seconds, and a counter that starts anywhere. */
  #nextId(): bigint {
    const seconds = Math.floor(this.#options.wallClock() / 1000) >>> 0;
    this.#idHi = Math.max(this.#idHi, seconds, 1);
    this.#idLo = (this.#idLo + 1) >>> 0;
    return BigInt(this.#idHi) << 32n | BigInt(this.#idLo);
  }
}
