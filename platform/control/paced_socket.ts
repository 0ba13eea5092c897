/**
 * A connection that is read in small pieces.
 *
 * @module
 */

import type { Socket } from "node:net";
import { Duplex } from "node:stream";
import type { Input, InputTurns } from "./input_turns.ts";

/** Bytes of a piece: some ten of the smallest requests. */
const PIECE = 512;
/** Bytes of a piece of a body. */
const BODY_PIECE = 8_192;

/**
 * Stands before a socket whose bytes a parser of the runtime gets. Those act on
 * all requests of what they are given before anything else has a turn, and make
 * several objects for each; so they are given little at a time, when it is this
 * connection's turn, and nothing while it is held.
 */
export class PacedSocket extends Duplex implements Input {
  readonly #socket: Socket;
  readonly #turns: InputTurns;
  #wanted = false;
  #piece = PIECE;
  #held = false;

  /**
   * @param socket The socket.
   * @param turns Tells when to read.
   */
  constructor(socket: Socket, turns: InputTurns) {
    super({ allowHalfOpen: true, readableHighWaterMark: PIECE });
    this.#socket = socket;
    this.#turns = turns;
    // A peer that hangs up must not end the process, whoever listens.
    this.on("error", () => {});
    socket.on("readable", () => {
      this.#seeEnd();
      this.#want();
    });
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

  /** Is left as it is. */
  setKeepAlive(): this {
    return this;
  }

  /** Is left as it is. */
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
    this.#want();
  }

  /** Closes the socket once all that was written is out, as HTTP does after its last answer. */
  destroySoon(): void {
    const destroy = () => this.#socket.destroySoon();
    if (this.writable) this.end();
    if (this.writableFinished) destroy();
    else this.once("finish", destroy);
  }

  /** Its turn has come. */
  readPiece(): void {
    if (this.#held || this.destroyed) return;
    const socket = this.#socket;
    const piece = socket.read(Math.min(this.#piece, socket.readableLength));
    if (piece === null) return;
    this.#wanted = false;
    this.push(piece);
    this.#seeEnd();
  }

  /** Nobody is told of the end of a socket who does not read beyond its last byte. */
  #seeEnd(): void {
    if (this.#socket.readableLength === 0) this.#socket.read(0);
  }

  /** @inheritdoc */
  override _read(): void {
    this.#wanted = true;
    this.#want();
  }

  /** @inheritdoc */
  override _write(
    chunk: Uint8Array,
    _encoding: string,
    done: (error?: Error | null) => void,
  ): void {
    // The runtime says nothing of an empty write inside TLS, and HTTP ends with one.
    if (chunk.length === 0) done();
    else this.#socket.write(chunk, done);
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
    this.#turns.delete(this);
    this.#socket.destroy();
    done(error);
  }

  #want(): void {
    if (this.#held || !this.#wanted) return;
    if (this.#socket.readableLength > 0) this.#turns.add(this);
  }
}
