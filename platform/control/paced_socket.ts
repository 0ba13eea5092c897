/**
 * A connection that is read in small pieces.
 *
 * @module
 */

import type { Socket } from "node:net";
import { Duplex } from "node:stream";

/** Bytes of a piece: some ten of the smallest requests. */
const PIECE = 512;
/** Bytes of a piece of a body. */
const BODY_PIECE = 8_192;

/**
 * Stands before a socket that speaks HTTP/1.1. The runtime's parser acts on
 * all requests of what it is given before anything else has a turn, and makes
 * several objects for each; so it is given little at a time, one piece in a
 * turn of the event loop, and nothing while it is held.
 */
export class PacedSocket extends Duplex {
  readonly #socket: Socket;
  #wanted = false;
  #piece = PIECE;
  #held = false;
  #due = false;

  /**
   * @param socket The socket.
   */
  constructor(socket: Socket) {
    super({ allowHalfOpen: true, readableHighWaterMark: PIECE });
    this.#socket = socket;
    socket.on("readable", () => this.#feed());
    socket.once("end", () => this.push(null));
    socket.once("error", (error) => this.destroy(error));
    socket.once("close", () => this.destroy());
  }

  /** The address of the peer. */
  get remoteAddress(): string | undefined {
    return this.#socket.remoteAddress;
  }

  /** The port of the peer. */
  get remotePort(): number | undefined {
    return this.#socket.remotePort;
  }

  /** Whether it is inside TLS. */
  get encrypted(): boolean {
    return (this.#socket as { encrypted?: boolean }).encrypted === true;
  }

  /** Times are looked after by whoever owns the connection. */
  setTimeout(): this {
    return this;
  }

  /** Not for this kind of connection. */
  setKeepAlive(): this {
    return this;
  }

  /** Not for this kind of connection. */
  setNoDelay(): this {
    return this;
  }

  /** Gives nothing more until {@linkcode PacedSocket.release}. */
  hold(): void {
    this.#held = true;
  }

  /**
   * Goes on after {@linkcode PacedSocket.hold}.
   *
   * @param inBody Whether the body of a request follows, and no request.
   */
  release(inBody = false): void {
    this.#held = false;
    this.#piece = inBody ? BODY_PIECE : PIECE;
    this.#feed();
  }

  /** @inheritdoc */
  override _read(): void {
    this.#wanted = true;
    this.#feed();
  }

  /** @inheritdoc */
  override _write(
    chunk: Uint8Array,
    _encoding: string,
    done: (error?: Error | null) => void,
  ): void {
    this.#socket.write(chunk, done);
  }

  /** @inheritdoc */
  override _final(done: () => void): void {
    this.#socket.end(done);
  }

  /** @inheritdoc */
  override _destroy(
    error: Error | null,
    done: (error?: Error | null) => void,
  ): void {
    this.#socket.destroy();
    done(error);
  }

  #feed(): void {
    if (this.#due || this.#held || !this.#wanted) return;
    if (this.#socket.readableLength === 0) return;
    this.#due = true;
    setImmediate(() => {
      this.#due = false;
      if (this.#held || this.destroyed) return;
      const socket = this.#socket;
      const piece = socket.read(Math.min(this.#piece, socket.readableLength));
      if (piece === null) return;
      this.#wanted = false;
      this.push(piece);
    });
  }
}
