/**
 * The connections of a control port.
 *
 * @module
 */

import type { Socket } from "node:net";
import type { Http2Stream } from "node:http2";
import { Connection, Stall } from "./connection.ts";

/** Milliseconds between two looks at who is overdue. */
const LOOK_MS = 1_000;
/** Code of HTTP/2 for a stream that is given up. */
const CANCEL = 8;

/**
 * Counts the connections of a port, ends those that use up their time, and
 * knows how much is written that peers do not read.
 */
export class Connections {
  readonly #max: number;
  readonly #all: Set<Connection> = new Set();
  readonly #streams: Map<Http2Stream, Stall> = new Map();
  #timer: ReturnType<typeof setInterval> | undefined = undefined;
  #emptied: (() => void) | undefined = undefined;

  /**
   * @param max Connections at most.
   */
  constructor(max: number) {
    this.#max = max;
  }

  /** How many there are. */
  get size(): number {
    return this.#all.size;
  }

  /** Bytes that are written and not read. */
  get unread(): number {
    let bytes = 0;
    for (const { output } of this.#all) bytes += output.writableLength;
    for (const stream of this.#streams.keys()) bytes += stream.writableLength;
    return bytes;
  }

  /**
   * Takes a connection in. When there is no room, the one that was not used for
   * longest makes some.
   *
   * @param socket What carries it, after TLS if there is any.
   * @returns The connection; `undefined` if all others are in use.
   */
  enter(socket: Socket): Connection | undefined {
    if (this.#all.size >= this.#max && !this.#evict()) return undefined;
    const connection = new Connection(socket, performance.now());
    this.#all.add(connection);
    socket.once("close", () => {
      this.#all.delete(connection);
      if (this.#all.size > 0) return;
      clearInterval(this.#timer);
      this.#timer = undefined;
      this.#emptied?.();
    });
    this.#timer ??= setInterval(() => this.#look(), LOOK_MS);
    return connection;
  }

  /**
   * A request has begun on an HTTP/2 connection.
   *
   * @param connection Where it came; `undefined` if that was given up meanwhile.
   * @param stream What it came on.
   */
  enterStream(connection: Connection | undefined, stream: Http2Stream): void {
    connection?.begin(performance.now());
    this.#streams.set(stream, new Stall());
    stream.once("close", () => {
      this.#streams.delete(stream);
      connection?.end(performance.now());
    });
  }

  /** Ends those on which nothing is under way, as far as HTTP/2 does not do that itself. */
  endIdle(): void {
    for (const { idle, socket } of [...this.#all]) {
      if (idle) socket.destroy();
    }
  }

  /** Ends all. */
  endAll(): void {
    for (const { socket } of [...this.#all]) socket.destroy();
  }

  /** @returns When there is none. */
  async empty(): Promise<void> {
    if (this.#all.size === 0) return;
    await new Promise<void>((resolve) => this.#emptied = resolve);
  }

  #evict(): boolean {
    let oldest: Connection | undefined = undefined;
    for (const connection of this.#all) {
      if (connection.requests > 0) continue;
      if (oldest === undefined || connection.usedAt < oldest.usedAt) {
        oldest = connection;
      }
    }
    if (oldest === undefined) return false;
    this.#all.delete(oldest);
    oldest.socket.destroy();
    return true;
  }

  #look(): void {
    const now = performance.now();
    for (const connection of [...this.#all]) {
      if (connection.overdue(now)) connection.socket.destroy();
    }
    for (const [stream, stall] of [...this.#streams]) {
      if (stall.tooLong(stream, now)) stream.close(CANCEL);
    }
  }
}
