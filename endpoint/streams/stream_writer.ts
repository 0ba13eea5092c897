/**
 * The sending half of a stream.
 *
 * @module
 */

import {
  type FrontierError,
  type Session,
  Timer,
} from "@frontier/proto/internal";
import { traced } from "../traced.ts";

const DONE = Promise.resolve();

/** Bytes that wait until they may be sent. */
interface BlockedWrite {
  readonly buf: Uint8Array;
  at: number;
  resolve(): void;
  reject(error: FrontierError): void;
}

/** Someone who waits until nothing is left to send. */
interface Flush {
  readonly timer: Timer;
  readonly timeoutMs: number;
  resolve(complete: boolean): void;
}

/** Writes that wait for credit or room, in order. */
export class StreamWriter {
  readonly #session: Session;
  readonly #ended: () => FrontierError;
  #writes: BlockedWrite[] = [];
  #flush: Flush | undefined = undefined;

  /**
   * Starts with nothing to send.
   *
   * @param session Where the bytes go; what it does not take waits here.
   * @param ended Makes the error of a write that comes too late.
   */
  constructor(session: Session, ended: () => FrontierError) {
    this.#session = session;
    this.#ended = ended;
  }

  /** Whether bytes wait until they may be sent. */
  get waits(): boolean {
    return this.#writes.length > 0;
  }

  /**
   * Sends bytes.
   *
   * @param buf The bytes.
   * @returns When all are on their way.
   */
  write(buf: Uint8Array): Promise<void> {
    let at = 0;
    if (this.#writes.length === 0) {
      at = this.#session.send(buf, 0, buf.length);
      if (at === buf.length) return DONE;
    }
    return traced(
      new Promise((resolve, reject) => {
        this.#writes.push({ buf, at, resolve, reject });
        this.onWritable();
      }),
    );
  }

  /**
   * Waits until everything is on its way.
   *
   * @param timeoutMs Milliseconds to wait without any progress.
   * @returns `false` when that was in vain.
   */
  flush(timeoutMs: number): Promise<boolean> {
    if (this.#writes.length === 0) return Promise.resolve(true);
    return new Promise((resolve) => {
      const timer = new Timer(() => this.#flushed(false));
      this.#flush = { timer, timeoutMs, resolve };
      this.#progressed();
    });
  }

  /** Bytes may be sent again. */
  onWritable(): void {
    while (this.#writes.length > 0) {
      const write = this.#writes[0]!;
      const { buf } = write;
      const sent = this.#session.send(buf, write.at, buf.length);
      if (sent > 0) this.#progressed();
      write.at += sent;
      if (write.at < buf.length) {
        if (sent === 0) return;
        continue;
      }
      this.#writes.shift();
      write.resolve();
    }
    this.#flushed(true);
  }

  /** Nothing more can be sent. */
  fail(): void {
    const writes = this.#writes;
    this.#writes = [];
    for (const write of writes) write.reject(this.#ended());
    this.#flushed(writes.length === 0);
  }

  #progressed(): void {
    if (this.#flush === undefined) return;
    const { timers } = this.#session.link;
    const { timer, timeoutMs } = this.#flush;
    timers.set(timer, timers.now() + timeoutMs);
  }

  #flushed(complete: boolean): void {
    const flush = this.#flush;
    if (flush === undefined) return;
    this.#flush = undefined;
    this.#session.link.timers.clear(flush.timer);
    flush.resolve(complete);
  }
}
