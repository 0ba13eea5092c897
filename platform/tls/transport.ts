/**
 * TLS over any transport.
 *
 * The runtime's `node:tls` reads a socket of its own as fast as the peer sends,
 * whether anyone takes the bytes or not: a peer could fill the memory. Here
 * `node:tls` never sees a socket. It is handed encrypted bytes one piece at a
 * time, and only while somebody waits for what is inside.
 *
 * @module
 */

import { Duplex } from "node:stream";
import type { TLSSocket } from "node:tls";
import { deferred } from "../deferred.ts";
import { peerIdentity } from "./identity.ts";
import { TlsHandshakeError } from "./handshake_error.ts";
import {
  closeTransport,
  type Identity,
  type PeerAddress,
  type Transport,
} from "../transport.ts";

/** Bytes of the buffer that waits for encrypted bytes on an idle connection. */
const PARKED_BYTES = 512;
/** Bytes of that buffer after a read that filled it. */
const BUSY_BYTES = 65_536;
/** Most bytes encrypted at once. */
const WRITE_BYTES = 65_536;
/** Milliseconds until a handshake is given up whose peer has gone. */
const GONE_MS = 100;
/** Milliseconds the last bytes of a closing connection may take. */
const LINGER_MS = 1_000;

/**
 * Starts TLS on a byte stream and reports the socket of a peer that is accepted
 * and whether its certificate was verified, or why there is none.
 */
export type OpenTls = (
  carrier: Duplex,
  onReady: (socket: TLSSocket, verified: boolean) => void,
  onError: (error: Error) => void,
) => void;

/** What bounds a handshake. */
export interface HandshakeOptions {
  /** Gives up when aborted. */
  signal: AbortSignal;
  /** What was already read of the connection. */
  first?: Uint8Array;
  /** A read of the connection that is under way. */
  ahead?: Promise<Uint8Array | null> | undefined;
  /** Called when our side has its first words ready. */
  onAnswer?: () => void;
}

/** The encrypted side: what `node:tls` takes for its socket. */
class Carrier extends Duplex {
  readonly #inner: Transport;
  #first: Uint8Array | undefined;
  #ahead: Promise<Uint8Array | null> | undefined;
  /** Called when the peer has ended the connection, one way or another. */
  onGone: ((reason: string) => void) | undefined = undefined;
  /** Called when TLS has something to say for the first time. */
  onAnswer: (() => void) | undefined = undefined;
  /** Called when TLS has taken what it was given and could take more. */
  onIdle: () => void = () => this.pull();
  #size = PARKED_BYTES;
  #wanted = false;
  #allowed = false;
  #reading = false;
  #writing = false;
  #closing = false;
  #linger: ReturnType<typeof setTimeout> | undefined = undefined;

  constructor(
    inner: Transport,
    first: Uint8Array | undefined,
    ahead: Promise<Uint8Array | null> | undefined,
  ) {
    super({ readableHighWaterMark: 1, writableHighWaterMark: WRITE_BYTES });
    this.#inner = inner;
    this.#first = first;
    this.#ahead = ahead;
  }

  /** Lets one more piece in. */
  pull(): void {
    this.#allowed = true;
    void this.#feed();
  }

  /** Closes the transport as soon as what is being written is out. */
  finish(): void {
    if (this.destroyed) return;
    this.#closing = true;
    if (!this.#writing && this.writableLength === 0) this.destroy();
    else this.#linger ??= setTimeout(() => this.destroy(), LINGER_MS);
  }

  override _read(): void {
    this.#wanted = true;
    if (this.#allowed) void this.#feed();
    else this.onIdle();
  }

  override _write(
    chunk: Uint8Array,
    _encoding: string,
    done: (error?: Error | null) => void,
  ): void {
    this.#writing = true;
    this.onAnswer?.();
    this.#writeAll(chunk).then(() => {
      this.#writing = false;
      done();
      if (this.#closing && this.writableLength === 0) this.destroy();
    }, (error) => {
      this.#writing = false;
      done(toError(error));
    });
  }

  override _final(done: (error?: Error | null) => void): void {
    done();
    this.destroy();
  }

  override _destroy(
    error: Error | null,
    done: (error?: Error | null) => void,
  ): void {
    if (this.#linger !== undefined) clearTimeout(this.#linger);
    closeTransport(this.#inner);
    done(error);
  }

  async #feed(): Promise<void> {
    if (!this.#wanted || !this.#allowed || this.#reading) return;
    this.#wanted = this.#allowed = false;
    const first = this.#first;
    if (first !== undefined) {
      this.#first = undefined;
      this.push(first);
      return;
    }
    this.#reading = true;
    try {
      const ahead = this.#ahead;
      this.#ahead = undefined;
      const bytes = await (ahead ?? this.#read());
      this.#reading = false;
      if (this.destroyed) return;
      if (bytes === null) this.onGone?.("The peer closed the connection");
      this.push(bytes);
    } catch (error) {
      this.#reading = false;
      if (this.destroyed) return;
      const reason = toError(error);
      this.onGone?.(reason.message);
      this.destroy(reason);
    }
  }

  async #read(): Promise<Uint8Array | null> {
    // A new buffer each time: the consumer may keep what it is given.
    const buf = new Uint8Array(this.#size);
    const count = await this.#inner.read(buf);
    this.#size = count === buf.length ? BUSY_BYTES : PARKED_BYTES;
    return count === null ? null : buf.subarray(0, count);
  }

  async #writeAll(chunk: Uint8Array): Promise<void> {
    for (let at = 0; at < chunk.length;) {
      at += await this.#inner.write(chunk.subarray(at));
    }
  }
}

/** A transport inside TLS. */
export class TlsTransport implements Transport {
  readonly #inner: Transport;
  readonly #carrier: Carrier;
  readonly #socket: TLSSocket;
  readonly #verified: boolean;
  #identity: Identity | undefined = undefined;
  #ended = false;
  #closed = false;
  #error: Error | undefined = undefined;
  #wakeReader: (() => void) | undefined = undefined;
  #settleWrite: ((error: Error) => void) | undefined = undefined;

  private constructor(
    inner: Transport,
    carrier: Carrier,
    socket: TLSSocket,
    verified: boolean,
  ) {
    this.#inner = inner;
    this.#carrier = carrier;
    this.#socket = socket;
    this.#verified = verified;
    carrier.on("error", (error) => this.#over(error));
    carrier.on("close", () => this.#over(undefined));
    socket.on("error", (error: Error) => this.#over(error));
    socket.on("close", () => this.#over(undefined));
    socket.on("end", () => {
      this.#ended = true;
      this.#wake();
    });
    socket.on("readable", () => this.#wake());
    carrier.onIdle = () => this.#wake();
    // What TLS itself still has to say, such as session tickets, must not be
    // left unread: closing would turn into a reset and destroy our last bytes.
    carrier.pull();
  }

  /**
   * Runs a handshake.
   *
   * @param inner The connection underneath; closed on failure.
   * @param open Starts TLS on it.
   * @param options What bounds the handshake.
   * @returns The connection inside TLS.
   * @throws {Error} If the peers do not come to terms in time.
   */
  static async handshake(
    inner: Transport,
    open: OpenTls,
    options: HandshakeOptions,
  ): Promise<TlsTransport> {
    const { first, ahead, signal, onAnswer } = options;
    const { promise, resolve, reject } = deferred<TlsTransport>();
    // Whoever fails before waiting for it does not care how it ends.
    promise.catch(() => {});
    const carrier = new Carrier(inner, first, ahead);
    carrier.onAnswer = onAnswer;
    let gone: ReturnType<typeof setTimeout> | undefined = undefined;
    // The runtime would wait on for a peer that has gone. Its last bytes may
    // complete the handshake yet.
    carrier.onGone = (reason) =>
      gone = setTimeout(
        () => reject(new TlsHandshakeError("gone", reason)),
        GONE_MS,
      );
    const onClose = () => {
      if (gone === undefined) reject(new Error("The peer is refused"));
    };
    const onAbort = () => reject(toError(signal.reason));
    signal.addEventListener("abort", onAbort);
    const onError = (error: Error) => {
      // A peer that has gone is not an error of the handshake.
      if (gone === undefined) reject(error);
    };
    carrier.on("error", onError).on("close", onClose);
    try {
      signal.throwIfAborted();
      open(
        carrier,
        (socket, verified) =>
          resolve(new TlsTransport(inner, carrier, socket, verified)),
        reject,
      );
      carrier.pull();
      const transport = await promise;
      carrier.off("error", onError).off("close", onClose);
      return transport;
    } catch (error) {
      // The alert that tells the peer why is written in this turn.
      setImmediate(() => carrier.finish());
      throw error;
    } finally {
      carrier.onGone = carrier.onAnswer = undefined;
      clearTimeout(gone);
      signal.removeEventListener("abort", onAbort);
    }
  }

  /** @inheritdoc */
  get localAddr(): PeerAddress {
    return this.#inner.localAddr;
  }

  /** @inheritdoc */
  get remoteAddr(): PeerAddress {
    return this.#inner.remoteAddr;
  }

  /** @inheritdoc */
  get identity(): Identity | undefined {
    if (!this.#verified) return undefined;
    return this.#identity ??= peerIdentity(this.#socket);
  }

  /** @inheritdoc */
  async read(buf: Uint8Array): Promise<number | null> {
    while (true) {
      if (this.#closed) return null;
      const count = Math.min(buf.length, this.#socket.readableLength);
      // Asked for nothing, an exhausted socket tells that it is at its end.
      const chunk: Uint8Array | null = this.#socket.read(count);
      if (chunk !== null) {
        buf.set(chunk);
        return chunk.length;
      }
      if (this.#ended) return null;
      if (this.#error !== undefined) throw this.#error;
      const changed = new Promise<void>((resolve) =>
        this.#wakeReader = resolve
      );
      this.#carrier.pull();
      await changed;
    }
  }

  /** @inheritdoc */
  write(buf: Uint8Array): Promise<number> {
    if (this.#closed) {
      return Promise.reject(
        new Error("Cannot write: the connection is closed"),
      );
    }
    if (this.#error !== undefined) return Promise.reject(this.#error);
    const part = buf.subarray(0, WRITE_BYTES);
    return new Promise((resolve, reject) => {
      this.#settleWrite = reject;
      this.#socket.write(part, (error) => {
        this.#settleWrite = undefined;
        if (error) reject(error);
        else resolve(part.length);
      });
    });
  }

  /** @inheritdoc */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#wake();
    const settle = this.#settleWrite;
    this.#settleWrite = undefined;
    if (settle !== undefined) {
      settle(new Error("Cannot write: the connection is closed"));
      // A peer that does not take what we have would not take a farewell.
      this.#carrier.destroy();
      this.#socket.destroy();
      return;
    }
    this.#abandon();
  }

  /** Says goodbye, so that the peer can tell an end from a cut, and closes. */
  #abandon(): void {
    this.#socket.end();
    // The farewell is encrypted within the call above or in the next turn.
    setImmediate(() => {
      this.#carrier.finish();
      if (this.#carrier.destroyed) this.#socket.destroy();
      else this.#carrier.once("close", () => this.#socket.destroy());
    });
  }

  #over(error: Error | undefined): void {
    this.#error ??= error ?? new Error("The connection is closed");
    this.#wake();
    this.#settleWrite?.(this.#error);
    this.#settleWrite = undefined;
    // An alert that tells the peer why may still be on its way.
    this.#carrier.finish();
  }

  #wake(): void {
    const wake = this.#wakeReader;
    this.#wakeReader = undefined;
    wake?.();
  }
}

function toError(value: unknown): Error {
  return value instanceof Error ? value : new Error(String(value));
}
