/**
 * Where connections come from, and where they go.
 *
 * @module
 */

import { Timer, type Timers } from "@frontier/proto";
import {
  addressGroup,
  closeTransport,
  describeError,
  formatAddress,
  type PeerAddress,
  type StrangerLog,
  type Transport,
  type TransportListener,
} from "@frontier/platform";
import { TlsHandshakeError, type TlsServer } from "@frontier/platform/net";
import type { LogFields, Logger } from "@frontier/platform/log";
import type { Connection } from "./connection.ts";
import type { Gate } from "./gate.ts";
import { guessProtocol, type Sniffer, speaksProtocol } from "./sniff.ts";

/** Milliseconds to wait after a failed accept, at first and at most. */
const PAUSE_MS = 50;
const MAX_PAUSE_MS = 1_000;
/** Bytes read before it must be clear what a connection speaks. */
const FIRST_BYTES = 512;

/** What becomes of connections that speak one protocol. */
export interface PortHandler {
  /** Whether a connection is for this handler. */
  readonly sniff: Sniffer;
  /**
   * Takes a connection over: it releases it when it is over.
   *
   * @param connection The connection; its `first` bytes have been read.
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
}

/**
 * Accepts connections, has them counted, speaks TLS with them, reads what they
 * say first and hands them to whom that concerns. What fails, stays silent or
 * speaks something else ends here, and no other connection hears of it.
 */
export class Port {
  readonly #options: PortOptions;
  /** Connections that nobody has taken yet. */
  readonly #waiting: Set<Connection> = new Set();
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
      this.#options.listener.close();
      this.#wake?.();
    }
    await this.#done;
  }

  /** Ends the connections that nobody has taken yet. */
  abandon(): void {
    this.#stop.abort(new Error("The port is closed"));
    for (const connection of this.#waiting) connection.close();
  }

  async #run(): Promise<void> {
    const { listener, name, log } = this.#options;
    let pause = PAUSE_MS;
    while (!this.#closed) {
      let transport: Transport;
      try {
        transport = await listener.accept();
      } catch (error) {
        // For want of descriptors, or because the peer has gone already.
        if (this.#closed) return;
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
        if (connection !== undefined) void this.#take(connection);
      } catch (error) {
        this.#cannotTake(error);
        closeTransport(transport);
      }
    }
  }

  /** Never rejects. */
  async #take(connection: Connection): Promise<void> {
    const { tls, timers, timeoutMs, handlers, onPlain } = this.#options;
    this.#waiting.add(connection);
    const endsAt = timers.now() + timeoutMs;
    let late = false;
    // Closing is what ends a pending read.
    const timer = new Timer(() => {
      late = true;
      closeTransport(connection.transport);
    });
    try {
      let handler: PortHandler | undefined = undefined;
      if (tls !== undefined) {
        handler = await this.#secure(connection, tls, onPlain);
      }
      if (handler === undefined) {
        timers.set(timer, endsAt);
        handler = await sniff(connection, handlers);
      }
      if (this.#stop.signal.aborted) connection.close();
      else if (handler !== undefined) this.#hand(connection, handler);
      else this.#turnAway(connection, late);
    } catch (error) {
      if (!this.#stop.signal.aborted) this.#failed(connection, error, late);
      connection.close();
    } finally {
      timers.clear(timer);
      this.#waiting.delete(connection);
    }
  }

  /** @returns Who takes it as it is; `undefined` once it is inside TLS. */
  async #secure(
    connection: Connection,
    tls: TlsServer,
    onPlain: PortHandler | undefined,
  ): Promise<PortHandler | undefined> {
    const { timeoutMs } = this.#options;
    try {
      connection.transport = await tls.secure(
        connection.transport,
        timeoutMs,
        this.#stop.signal,
      );
      return undefined;
    } catch (error) {
      if (!(error instanceof TlsHandshakeError)) throw error;
      connection.first = error.first;
      if (error.first === undefined || !onPlain?.sniff(error.first)) {
        throw error;
      }
      this.#name(
        connection.address,
        `A peer speaks the plain protocol on ${this.#options.name}, which speaks TLS`,
      );
      return onPlain;
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
  #turnAway(connection: Connection, late: boolean): void {
    const { address, first } = connection;
    const { name, tls } = this.#options;
    connection.close();
    // One who leaves after a byte that says nothing is a check, too.
    if (late || first === undefined || speaksProtocol(first) === undefined) {
      const reason = late ? "it said too little in time" : "it said nothing";
      this.#note(address, `Connection on ${name} ended`, { reason });
      return;
    }
    const speaks = guessProtocol(first);
    const message = `A peer does not speak the protocol of ${name}`;
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

  #failed(connection: Connection, error: unknown, late: boolean): void {
    const { address, first } = connection;
    const { name } = this.#options;
    const reason = late ? "it said too little in time" : describeError(error);
    if (error instanceof TlsHandshakeError) {
      if (error.kind === "plain") this.#turnAway(connection, false);
      else if (error.kind === "failed" || error.kind === "crowded") {
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

/**
 * Reads a connection until somebody knows what it speaks.
 *
 * @returns Who does; `undefined` if nobody will, or if it ended.
 */
async function sniff(
  connection: Connection,
  handlers: readonly PortHandler[],
): Promise<PortHandler | undefined> {
  const buf = new Uint8Array(FIRST_BYTES);
  for (let size = 0; size < buf.length;) {
    const count = await connection.transport.read(buf.subarray(size));
    if (count === null) return undefined;
    if (!(count > 0 && size + count <= buf.length)) {
      throw new Error(`Cannot read: the transport says ${count} bytes`);
    }
    size += count;
    const first = connection.first = buf.subarray(0, size);
    const handler = choose(handlers, first);
    if (handler !== "unclear") return handler;
  }
  return undefined;
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
