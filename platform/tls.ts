/**
 * TLS: listening and connecting.
 *
 * @module
 */

import { isIP } from "node:net";
import { connect as openClient, createServer } from "node:tls";
import { type Logger, NULL_LOGGER } from "./log.ts";
import { after } from "./after.ts";
import { connectTcp, listenTcp } from "./tcp.ts";
import {
  readAuthorities,
  readCertificatePair,
  readServerIdentity,
  type ServerIdentity,
  type TlsClientOptions,
  type TlsServerOptions,
} from "./tls_credentials.ts";
import { TlsTransport } from "./tls_transport.ts";
import {
  formatAddress,
  type PeerAddress,
  type Transport,
  type TransportListener,
} from "./transport.ts";

/** Milliseconds a handshake is left alone while others wait for its place. */
const PRESSURE_MS = 2_000;

/** Options of {@linkcode listenTls}. */
export interface TlsListenerOptions extends TlsServerOptions {
  /** Address or name of the interface. */
  hostname: string;
  /** Port; 0 lets the system choose. */
  port: number;
  /**
   * Milliseconds a client may take for its handshake. Protects against clients
   * that connect and stay silent.
   * @default 10_000
   */
  handshakeTimeoutMs?: number;
  /**
   * Handshakes under way, and connections that nobody accepted yet, at most.
   * When all places are taken, the oldest handshake loses its place once it has
   * had two seconds. Protects the memory.
   * @default 1024
   */
  maxHandshakes?: number;
  /**
   * Where skipped files and failed handshakes are named.
   * @default NULL_LOGGER
   */
  log?: Logger;
  /** Called with each handshake that failed. */
  onHandshakeError?: (error: Error, remote: PeerAddress) => void;
}

/** Accepts connections inside TLS. */
export interface TlsListener extends TransportListener {
  /**
   * Reads the files anew, for the connections to come; those that stand are
   * not touched.
   *
   * @returns When the new certificates are in use.
   * @throws {Error} If they cannot be used; the old ones stay in use.
   */
  reload(): Promise<void>;
}

interface Waiting {
  resolve: (transport: Transport) => void;
  reject: (error: Error) => void;
}

class Listener implements TlsListener {
  readonly addr: PeerAddress;
  readonly #raw: TransportListener;
  readonly #options: TlsListenerOptions;
  readonly #log: Logger;
  readonly #max: number;
  readonly #stop = new AbortController();
  /** Handshakes under way, oldest first. */
  readonly #shaking = new Map<AbortController, number>();
  #identity: ServerIdentity;
  #ready: Transport[] = [];
  #waiting: Waiting[] = [];
  #accepting = false;
  #placeFreed: (() => void) | undefined = undefined;

  constructor(
    raw: TransportListener,
    identity: ServerIdentity,
    options: TlsListenerOptions,
  ) {
    this.addr = raw.addr;
    this.#raw = raw;
    this.#identity = identity;
    this.#options = options;
    this.#log = options.log ?? NULL_LOGGER;
    this.#max = Math.max(1, options.maxHandshakes ?? 1024);
  }

  async reload(): Promise<void> {
    this.#identity = await readServerIdentity(
      this.#options,
      this.#log,
      this.#identity,
    );
  }

  accept(): Promise<Transport> {
    if (this.#stop.signal.aborted) return Promise.reject(closedError());
    const next = this.#ready.shift();
    if (next !== undefined) {
      this.#free();
      return Promise.resolve(next);
    }
    const { promise, resolve, reject } = Promise.withResolvers<Transport>();
    this.#waiting.push({ resolve, reject });
    if (!this.#accepting) void this.#acceptAll();
    return promise;
  }

  close(): void {
    if (this.#stop.signal.aborted) return;
    this.#stop.abort(closedError());
    this.#raw.close();
    for (const handshake of this.#shaking.keys()) {
      handshake.abort(closedError());
    }
    for (const { reject } of this.#waiting) reject(closedError());
    for (const transport of this.#ready) transport.close();
    this.#waiting = [];
    this.#ready = [];
    this.#free();
  }

  /** Accepts while somebody waits: else the kernel keeps what comes. */
  async #acceptAll(): Promise<void> {
    this.#accepting = true;
    try {
      while (this.#waiting.length > 0) {
        await this.#room();
        if (this.#stop.signal.aborted) break;
        const raw = await this.#raw.accept();
        if (this.#stop.signal.aborted) raw.close();
        else void this.#shakeHands(raw);
      }
    } catch (error) {
      // Out of descriptors, for example: the caller knows whether to go on.
      this.#waiting.shift()?.reject(toError(error));
    }
    this.#accepting = false;
    if (this.#waiting.length > 0) void this.#acceptAll();
  }

  /** Waits for a place. */
  async #room(): Promise<void> {
    while (
      this.#shaking.size + this.#ready.length >= this.#max &&
      !this.#stop.signal.aborted
    ) {
      const [oldest] = this.#shaking;
      let timer: ReturnType<typeof setTimeout> | undefined = undefined;
      if (oldest !== undefined) {
        const [handshake, since] = oldest;
        const left = since + PRESSURE_MS - performance.now();
        timer = setTimeout(
          () => handshake.abort(new Error("Others wait for its place")),
          Math.max(0, left),
        );
      }
      await new Promise<void>((resolve) => this.#placeFreed = resolve);
      if (timer !== undefined) clearTimeout(timer);
    }
  }

  async #shakeHands(raw: Transport): Promise<void> {
    const stop = new AbortController();
    this.#shaking.set(stop, performance.now());
    try {
      const transport = await this.#handshake(raw, stop.signal);
      this.#shaking.delete(stop);
      this.#hand(transport);
    } catch (error) {
      this.#shaking.delete(stop);
      raw.close();
      if (!this.#stop.signal.aborted) this.#report(toError(error), raw);
    }
    this.#free();
  }

  async #handshake(raw: Transport, signal: AbortSignal): Promise<TlsTransport> {
    const identity = this.#identity;
    const { clients } = identity;
    if (clients?.authorities.length === 0) {
      // Without a list of its own the runtime would ask the system's.
      throw new Error("No authority can vouch for the client");
    }
    const timeoutMs = this.#options.handshakeTimeoutMs ?? 10_000;
    return await TlsTransport.handshake(raw, (carrier, onReady, onError) => {
      // A server of its own for each connection tells whose the events are.
      // It never listens. Verifying clients is its work, not the socket's.
      const server = createServer({
        SNICallback: (name, done) => done(null, identity.contextFor(name)),
        requestCert: clients !== undefined,
        rejectUnauthorized: true,
        minVersion: "TLSv1.2",
        // Only to keep its own, longer timer short: ours comes first.
        handshakeTimeout: timeoutMs + 1_000,
      });
      server.once("tlsClientError", onError);
      server.once("secureConnection", (socket) => {
        try {
          clients?.check(socket);
          onReady(socket);
        } catch (error) {
          onError(toError(error));
        }
      });
      server.emit("connection", carrier);
    }, { timeoutMs, signal });
  }

  #hand(transport: Transport): void {
    if (this.#stop.signal.aborted) {
      transport.close();
      return;
    }
    const waiting = this.#waiting.shift();
    if (waiting !== undefined) waiting.resolve(transport);
    else this.#ready.push(transport);
  }

  #report(error: Error, raw: Transport): void {
    const remote = raw.remoteAddr;
    this.#log.info("A TLS handshake failed", {
      remote: formatAddress(remote),
      error,
    });
    this.#options.onHandshakeError?.(error, remote);
  }

  #free(): void {
    const freed = this.#placeFreed;
    this.#placeFreed = undefined;
    freed?.();
  }
}

/**
 * Listens on a TCP port and speaks TLS 1.2 or newer.
 *
 * Handshakes run beside each other, each within a time bound: a client that
 * fails or stays silent holds up nobody and does not end the listener. The
 * connections are read only as fast as their user reads.
 *
 * @param options Address, certificates, bounds.
 * @returns The listener.
 * @throws {Error} If the port cannot be bound, no certificate can be used, or a
 * CA file cannot be read.
 */
export async function listenTls(
  options: TlsListenerOptions,
): Promise<TlsListener> {
  const { hostname, port, log = NULL_LOGGER } = options;
  const identity = await readServerIdentity(options, log);
  return new Listener(listenTcp({ hostname, port }), identity, options);
}

/** Options of {@linkcode connectTls}. */
export interface TlsConnectOptions {
  /** Host name or address; the server's certificate has to be for it. */
  hostname: string;
  /** Port. */
  port: number;
  /** Certificates and checks. */
  tls: TlsClientOptions;
  /**
   * Milliseconds that connecting and the handshake may take together.
   * @default 10_000
   */
  timeoutMs?: number;
  /** Gives up when aborted. */
  signal?: AbortSignal;
  /**
   * Where skipped files are named.
   * @default NULL_LOGGER
   */
  log?: Logger;
}

/**
 * Connects over TCP and speaks TLS 1.2 or newer.
 *
 * With TLS 1.3 a server that refuses our certificate says so after the
 * handshake: the first read fails then.
 *
 * @param options Where to and how.
 * @returns The connection.
 * @throws {Error} If the connection cannot be made in time, or the server's
 * certificate is not to be trusted; the message names the address.
 */
export async function connectTls(
  options: TlsConnectOptions,
): Promise<Transport> {
  const { hostname, port, tls, log = NULL_LOGGER, timeoutMs = 10_000 } =
    options;
  const until = performance.now() + timeoutMs;
  const ca = tls.mtls ? await readAuthorities(tls.caCerts, log) : undefined;
  if (ca?.length === 0 && !tls.insecureSkipVerify) {
    throw new Error(
      `Cannot connect to ${hostname}:${port}: no authority can vouch for the server`,
    );
  }
  const own = await firstUsable(tls, log);
  const stop = new AbortController();
  const onAbort = () => stop.abort(options.signal!.reason);
  options.signal?.addEventListener("abort", onAbort);
  if (options.signal?.aborted) onAbort();
  const giveUp = after(
    timeoutMs,
    () => stop.abort(new Error(`Nothing came of it within ${timeoutMs} ms`)),
  );
  try {
    const raw = await connectTcp({ hostname, port, signal: stop.signal });
    return await TlsTransport.handshake(
      raw,
      (carrier, onReady, onError) => {
        const socket = openClient({
          socket: carrier,
          host: hostname,
          // An address is not a name: it is checked, but not sent.
          ...(isIP(hostname) === 0 && { servername: hostname }),
          minVersion: "TLSv1.2",
          rejectUnauthorized: !tls.insecureSkipVerify,
          ...(ca && { ca }),
          ...(own && { cert: own.cert, key: own.key }),
        });
        socket.once("secureConnect", () => onReady(socket));
        socket.on("error", onError);
      },
      {
        timeoutMs: Math.max(1, until - performance.now()),
        signal: stop.signal,
      },
    );
  } catch (cause) {
    if (options.signal?.aborted) throw options.signal.reason;
    const reason = toError(cause).message;
    throw new Error(
      reason.startsWith("Cannot connect")
        ? reason
        : `Cannot connect to ${hostname}:${port}: ${reason}`,
      { cause },
    );
  } finally {
    giveUp();
    options.signal?.removeEventListener("abort", onAbort);
  }
}

async function firstUsable(
  tls: TlsClientOptions,
  log: Logger,
): Promise<{ cert: string; key: string } | undefined> {
  for (const files of tls.certs) {
    try {
      return await readCertificatePair(files);
    } catch (error) {
      log.error("A certificate cannot be used and is skipped", { error });
    }
  }
  return undefined;
}

function closedError(): Error {
  return new Error("Cannot accept: the listener is closed");
}

function toError(value: unknown): Error {
  return value instanceof Error ? value : new Error(String(value));
}
