/**
 * One connection of a control port.
 *
 * @module
 */

import type { Socket } from "node:net";

/** Milliseconds that a peer may be silent before its protocol is known. */
const FIRST_BYTES_MS = 10_000;
/** Milliseconds that a request may take to arrive. */
const REQUEST_MS = 30_000;
/** Milliseconds that a connection without a request is kept, and a next request may take to begin. */
export const IDLE_MS = 60_000;
/** Milliseconds in which the rest of a request must come that is answered already. */
const REST_MS = 1_000;
/** Milliseconds without progress after which a peer counts as one that does not read. */
const STALL_MS = 30_000;

/** What can be written to and may not take it. */
interface Writable {
  readonly writableLength: number;
}

/** Notices when something that waits to be written does not get less. */
export class Stall {
  #length = 0;
  #since = 0;

  /**
   * @param writable What is written to.
   * @param now The time, in milliseconds.
   * @returns Whether nothing of it was taken for too long.
   */
  tooLong({ writableLength }: Writable, now: number): boolean {
    // What has grown has not moved, either.
    if (writableLength === 0 || writableLength < this.#length) {
      this.#since = now;
    }
    if (this.#length === 0) this.#since = now;
    this.#length = writableLength;
    return now - this.#since >= STALL_MS;
  }
}

/**
 * A connection and until when it has to do what it is waited for. Before its
 * protocol is known and between two requests it is given a time; HTTP/2 looks
 * after idle connections itself.
 */
export class Connection {
  /** Its socket, inside TLS if there is TLS. */
  socket: Socket;
  /** What its protocol writes to, if that is not the socket itself. */
  output: Writable;
  /** Requests under way. */
  requests = 0;
  /** When it was last used, in milliseconds. */
  usedAt: number;
  readonly #stall: Stall = new Stall();
  #deadline: number | undefined;
  #isHttp2 = false;

  /**
   * @param socket What carries it; its end is the connection's.
   * @param now The time, in milliseconds.
   */
  constructor(socket: Socket, now: number) {
    this.socket = this.output = socket;
    this.usedAt = now;
    this.#deadline = now + FIRST_BYTES_MS;
  }

  /** Its protocol is HTTP/2, which ends connections itself. */
  becomeHttp2(): void {
    this.#isHttp2 = true;
    this.#deadline = undefined;
  }

  /** Whether nothing is lost when it is ended at once. */
  get idle(): boolean {
    return this.requests === 0 && !this.#isHttp2;
  }

  /**
   * The head of a request has arrived.
   *
   * @param now The time, in milliseconds.
   */
  begin(now: number): void {
    this.requests++;
    this.usedAt = now;
    if (!this.#isHttp2) this.#deadline = now + REQUEST_MS;
  }

  /**
   * A request has arrived as a whole.
   *
   * @param now The time, in milliseconds.
   */
  arrived(now: number): void {
    if (this.#isHttp2) return;
    this.#deadline = this.requests > 0 ? undefined : now + IDLE_MS;
  }

  /**
   * A request is answered.
   *
   * @param now The time, in milliseconds.
   * @param whole Whether it has arrived as a whole.
   */
  end(now: number, whole = true): void {
    this.requests--;
    this.usedAt = now;
    if (this.#isHttp2) return;
    this.#deadline = now + (whole ? IDLE_MS : REST_MS);
  }

  /**
   * @param now The time, in milliseconds.
   * @returns Whether it has used up its time.
   */
  overdue(now: number): boolean {
    if (this.#stall.tooLong(this.output, now)) return true;
    return this.#deadline !== undefined && now >= this.#deadline;
  }
}
