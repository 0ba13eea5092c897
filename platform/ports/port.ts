/**
 * Where connections come from, and where they go.
 *
 * @module
 */

import { Timer, type Timers } from "@frontier/proto";
import { describeError } from "../describe_error.ts";
import type { LogFields, Logger } from "../log/logger.ts";
import type { StrangerLog } from "../log/stranger_log.ts";
import { TlsHandshakeError } from "../tls/handshake_error.ts";
import type { TlsServer } from "../tls/server.ts";
import {
  addressGroup,
  closeTransport,
  formatAddress,
  type PeerAddress,
  type Transport,
  type TransportListener,
} from "../transport.ts";
import { Arrival, type ArrivalOwner } from "./arrival.ts";
import type { Connection } from "./connection.ts";
import type { Gate } from "./gate.ts";
import { guessProtocol, type Sniffer, speaksProtocol } from "./sniff.ts";
import type { TurnedAway } from "./turned_away.ts";

/** Connections accepted until the event loop is to look at everybody else; they take a few milliseconds. */
const AT_ONCE = 32;
/** Errors which say that a peer has gone before it was accepted: no reason to pause. */
const GONE: ReadonlySet<string> = new Set([
  "NotConnected",
  "ConnectionAborted",
  "ConnectionReset",
]);
/** Milliseconds to wait after a failed accept, at first and at most. */
const PAUSE_MS = 50;
const MAX_PAUSE_MS = 1_000;

/** What becomes of connections that speak one protocol. */
export interface PortHandler {
  /** Whether a connection is for this handler. */
  readonly sniff: Sniffer;
  /**
   * Takes a connection over: it releases it when it is over.
   *
   * @param connection The connection; its `first` bytes have been read. They
   * are valid during the call only.
   */
  readonly handle: (connection: Connection) => void;
}

/** What a {@linkcode Port} needs. */
export interface PortOptions {
  /** What it is called in the log. */
  readonly name: string;
  /** Where connections come from. */
  readonly listener: TransportListener;
  /** Speaks TLS with them; absent on a plain port. */
  readonly tls?: TlsServer | undefined;
  /** Takes those that speak the protocol of a TLS port, without TLS. */
  readonly onPlain?: PortHandler;
  /** Counts them. */
  readonly gate: Gate;
  /** Asked in order; the first that knows a connection gets it. */
  readonly handlers: readonly PortHandler[];
  /** Milliseconds a connection may take until it is clear what it speaks, TLS included. */
  readonly timeoutMs: number;
  /** The clock. */
  readonly timers: Timers;
  /** Where to report. */
  readonly log: Logger;
  /** Where those are reported who are not let in. */
  readonly strangers: StrangerLog;
  /** Told of every connection that ends before a handler has it, and why; nobody is by default. */
  readonly onTurnedAway?: ((why: TurnedAway) => void) | undefined;
}

/**
 * Accepts connections, has them counted, speaks TLS with them, reads what they
 * say first and hands them to whom that concerns. What fails, stays silent or
 * speaks something else ends here, and no other connection hears of it.
 */
export class Port implements ArrivalOwner {
  readonly #options: PortOptions;
  /** Connections that nobody has taken yet, oldest first. */
  readonly #waiting: Set<Arrival> = new Set();
  /** Ends the oldest when its time is up: all have the same time. */
  readonly #timer: Timer = new Timer(() => this.#onTimer());
  readonly #stop = new AbortController();
  readonly #done: Promise<void>;
  #closed = false;
  #wake: (() => void) | undefined = undefined;

  /**
   * Starts accepting.
   *
   * @param options What it needs.
   */
  constructor(options: PortOptions) {
    this.#options = options;
    this.#done = this.#run();
  }

  /** Where it listens. */
  get addr(): PeerAddress {
    return this.#options.listener.addr;
  }

  /** Connections that nobody has taken yet. */
  get waiting(): number {
    return this.#waiting.size;
  }

  /**
   * Reads the certificates anew, for the connections to come.
   *
   * @throws {Error} If some cannot be used; the old ones in their place stay.
   */
  async reload(): Promise<void> {
    const { tls, name } = this.#options;
    try {
      await tls?.reload();
    } catch (cause) {
      throw new Error(`${name}: ${describeError(cause)}`, { cause });
    }
  }

  /**
   * Stops accepting; connections already accepted stay.
   *
   * @returns When nothing more will be accepted.
   */
  async close(): Promise<void> {
    if (!this.#closed) {
      this.#closed = true;
      const { listener, name, log } = this.#options;
      try {
        listener.close();
      } catch (error) {
        // The rest of the gateway is to close all the same.
        log.error(`Cannot stop listening on ${name}`, {
          error: describeError(error),
        });
      }
      this.#wake?.();
    }
    await this.#done;
  }

  /** Ends the connections that nobody has taken yet. */
  abandon(): void {
    this.#stop.abort(new Error("The port is closed"));
    for (const arrival of this.#waiting) {
      this.#settle(arrival);
      arrival.connection.close();
    }
  }

  async #run(): Promise<void> {
    const { listener, name, log } = this.#options;
    let pause = PAUSE_MS;
    for (let tries = 1; !this.#closed; tries++) {
      // Those who wait already are accepted at once, without a look at any
      // socket: very many would keep the event loop for themselves.
      if (tries % AT_ONCE === 0) await this.#sleep(0);
      let transport: Transport;
      try {
        transport = await listener.accept();
      } catch (error) {
        if (this.#closed) return;
        if (GONE.has((error as Error | undefined)?.name ?? "")) {
          this.#options.onTurnedAway?.("silent");
          log.debug(`Connection on ${name} ended`, {
            reason: "it had gone before it was accepted",
          });
          continue;
        }
        // Mostly for want of descriptors.
        log.error(`Cannot accept on ${name}: pausing`, {
          error: describeError(error),
          pauseMs: pause,
        });
        await this.#sleep(pause);
        pause = Math.min(pause * 2, MAX_PAUSE_MS);
        continue;
      }
      pause = PAUSE_MS;
      try {
        const connection = this.#options.gate.enter(transport);
        if (connection !== undefined) this.#take(connection);
        else this.#options.onTurnedAway?.("too_many");
      } catch (error) {
        this.#cannotTake(error);
        this.#options.onTurnedAway?.("failed");
        closeTransport(transport);
      }
    }
  }

  #take(connection: Connection): void {
    const { tls, timers, timeoutMs } = this.#options;
    const deadlineAt = connection.deadlineAt = timers.now() + timeoutMs;
    const arrival = new Arrival(connection, this);
    this.#waiting.add(arrival);
    if (!this.#timer.armed) timers.set(this.#timer, deadlineAt);
    if (tls === undefined) arrival.read();
    else void this.#secure(arrival, tls);
  }

  /** Never rejects. */
  async #secure(arrival: Arrival, tls: TlsServer): Promise<void> {
    const { connection } = arrival;
    const { onPlain, timeoutMs, name } = this.#options;
    try {
      const transport = await tls.secure(
        connection.transport,
        timeoutMs,
        this.#stop.signal,
      );
      if (arrival.done) return closeTransport(transport);
      connection.transport = transport;
      arrival.read();
    } catch (error) {
      if (arrival.done) return;
      const first = error instanceof TlsHandshakeError
        ? error.first
        : undefined;
      connection.first = first;
      if (first === undefined || !onPlain?.sniff(first)) {
        this.onEnd(arrival, error);
        return;
      }
      this.#name(
        connection.address,
        `A peer speaks the plain protocol on ${name}, which speaks TLS`,
      );
      this.#settle(arrival);
      this.#hand(connection, onPlain);
    }
  }

  /**
   * A connection has said something: finds out whose it is.
   *
   * @param arrival The connection.
   * @returns Whether to read on.
   */
  onFirst(arrival: Arrival): boolean {
    const { connection } = arrival;
    const handler = choose(this.#options.handlers, connection.first!);
    if (handler === "unclear") return true;
    this.#settle(arrival);
    if (handler !== undefined) this.#hand(connection, handler);
    else this.#turnAway(connection);
    arrival.recycle();
    return false;
  }

  /**
   * A connection has ended before anybody took it.
   *
   * @param arrival The connection.
   * @param error What it broke with; `undefined` at an orderly end.
   */
  onEnd(arrival: Arrival, error: unknown): void {
    const { connection } = arrival;
    this.#settle(arrival);
    connection.close();
    if (error === undefined) this.#turnAway(connection);
    else this.#failed(connection, error);
    arrival.recycle();
  }

  #settle(arrival: Arrival): void {
    arrival.done = true;
    this.#waiting.delete(arrival);
    if (this.#waiting.size === 0) this.#options.timers.clear(this.#timer);
  }

  #onTimer(): void {
    const { timers, name } = this.#options;
    const now = timers.now();
    for (const arrival of this.#waiting) {
      const { connection } = arrival;
      const at = connection.deadlineAt!;
      if (at > now) {
        timers.set(this.#timer, at);
        return;
      }
      this.#settle(arrival);
      connection.close();
      this.#options.onTurnedAway?.("timeout");
      this.#note(connection.address, `Connection on ${name} ended`, {
        reason: "it said too little in time",
      });
    }
  }

  #hand(connection: Connection, handler: PortHandler): void {
    try {
      handler.handle(connection);
    } catch (error) {
      this.#cannotTake(error);
      connection.close();
    }
  }

  /** Ends a connection that has said nothing, or nothing that anybody here knows. */
  #turnAway(connection: Connection): void {
    const { address, first } = connection;
    const { name, tls, onTurnedAway } = this.#options;
    connection.close();
    // One who leaves after a byte that says nothing is a check, too.
    if (first === undefined || speaksProtocol(first) === undefined) {
      onTurnedAway?.("silent");
      this.#note(address, `Connection on ${name} ended`, {
        reason: "it said nothing",
      });
      return;
    }
    const speaks = guessProtocol(first);
    const message = `A peer does not speak the protocol of ${name}`;
    onTurnedAway?.(speaks === "HTTP" ? "http" : "foreign");
    // What balancers and uptime checks do all day.
    if (speaks === "HTTP") this.#note(address, message, { speaks });
    else {
      this.#name(address, message, {
        speaks,
        ...(speaks === "TLS" && tls === undefined &&
          { hint: "this port has no TLS" }),
      });
    }
  }

  #failed(connection: Connection, error: unknown): void {
    const { address, first } = connection;
    const { name, onTurnedAway } = this.#options;
    const reason = describeError(error);
    if (error instanceof TlsHandshakeError) {
      if (error.kind === "plain") {
        this.#turnAway(connection);
        return;
      }
      onTurnedAway?.("tls");
      if (error.kind === "failed" || error.kind === "crowded") {
        this.#name(address, `A TLS handshake on ${name} failed`, {
          reason,
        });
      } else {
        this.#note(address, `A TLS handshake on ${name} ended`, {
          reason,
        });
      }
      return;
    }
    onTurnedAway?.("failed");
    this.#note(address, `Connection on ${name} ended`, {
      reason,
      bytes: first?.length ?? 0,
    });
  }

  /** Reports what is nobody's concern on a usual day, such as a health check. */
  #note(address: PeerAddress, message: string, fields: LogFields): void {
    this.#options.log.debug(message, {
      peer: formatAddress(address),
      ...fields,
    });
  }

  /** Reports who is not let in. */
  #name(address: PeerAddress, message: string, fields?: LogFields): void {
    this.#options.strangers.report(addressGroup(address), message, fields);
  }

  #cannotTake(error: unknown): void {
    this.#options.log.error(
      `Cannot take a connection on ${this.#options.name}`,
      { error: describeError(error) },
    );
  }

  #sleep(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}

function choose(
  handlers: readonly PortHandler[],
  first: Uint8Array,
): PortHandler | "unclear" | undefined {
  for (const handler of handlers) {
    const verdict = handler.sniff(first);
    if (verdict === true) return handler;
    if (verdict === undefined) return "unclear";
  }
  return undefined;
}
