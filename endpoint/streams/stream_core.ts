/**
 * The raw bytes of one stream, both ways.
 *
 * @module
 */

import {
  type FrameReader,
  FrontierError,
  type Link,
  type Session,
  SHORT_BUFFER,
  Timer,
} from "@frontier/proto/internal";
import type { Span, Tracer } from "@frontier/platform/trace";
import { Channel } from "../channel.ts";
import type { Counters } from "../counters.ts";
import type { EndpointLimits } from "../limits.ts";
import type { Operation } from "../calls/operation.ts";
import { traced } from "../traced.ts";
import { ReceiveBuffer } from "./receive_buffer.ts";
import { StreamWriter } from "./stream_writer.ts";
import type { HandlerPool } from "../handlers/handler_pool.ts";

/** Milliseconds a full stream may hold its connection up without progress. */
const STALL_MS = 10_000;
/** Milliseconds a closed stream goes on sending without progress. */
const LINGER_MS = 30_000;
/** Told to the peer when the stream ends before everything was sent. */
const NOT_SENT = "closed before everything was sent";

/** A reader that waits for bytes: into its own memory, or for a piece. */
interface BlockedRead {
  readonly into: Uint8Array | undefined;
  resolve(result: number | Uint8Array<ArrayBuffer> | null): void;
  reject(error: FrontierError): void;
}

/** What an endpoint gives its streams. */
export interface StreamParts {
  /** Bounds. */
  readonly limits: EndpointLimits;
  /** Runs handlers. */
  readonly pool: HandlerPool;
  /** Milliseconds an operation may take unless it says otherwise. */
  readonly timeoutMs: number;
  /** What is counted, of all sessions of one endpoint. */
  readonly counters: Counters;
  /** Hears of the errors that answers carry. */
  readonly onError: (error: FrontierError) => void;
  /** Begins spans; `undefined` when nobody collects them. */
  readonly tracer: Tracer | undefined;
}

/**
 * One stream. It ends when either side dismisses it or the connection is lost;
 * what arrived before can still be read.
 *
 * With `credit` the peer is granted what the application has read, so at most
 * one window is held here. Without it the connection is no longer read while
 * the buffer is full, for at most 10 s without progress; then this stream
 * alone ends.
 */
export class StreamCore {
  /** The session. */
  readonly session: Session;
  /** Calls and messages on the stream. */
  readonly channel: Channel;
  /** Whether the application has taken it; its peer may send little before. */
  wanted = false;
  /** How it was opened by the peer, where that is traced. */
  span: Span | undefined = undefined;
  /** Resolved when the stream is over, rejected when the peer's bytes are not complete. */
  readonly closed: Promise<void>;

  readonly #link: Link;
  readonly #limits: EndpointLimits;
  readonly #pool: HandlerPool;
  readonly #buffer = new ReceiveBuffer();
  #reader: BlockedRead | undefined = undefined;
  readonly #writer: StreamWriter;
  #ended = false;
  #error: FrontierError | undefined = undefined;
  #discards = false;
  #closing: Promise<void> | undefined = undefined;
  #paused = false;
  #stall: Timer | undefined = undefined;
  #resolveClosed!: () => void;
  #rejectClosed!: (error: FrontierError) => void;

  /**
   * Begins with an open session.
   *
   * @param session One that is open, and that nobody else uses.
   * @param parts What the endpoint shares.
   */
  constructor(session: Session, parts: StreamParts) {
    this.session = session;
    this.#link = session.link;
    this.#limits = parts.limits;
    this.#pool = parts.pool;
    this.#writer = new StreamWriter(session, () => this.#eof("write"));
    this.closed = new Promise((resolve, reject) => {
      this.#resolveClosed = resolve;
      this.#rejectClosed = reject;
    });
    // Whoever reads to the endpoint hears of it there.
    this.closed.catch(() => {});
    this.channel = new Channel({
      ...parts,
      tailed: false,
      submit: (operation) => this.#submit(operation),
      announced: () => false,
      streamId: session.id,
    });
    session.user = this;
  }

  /** Whether the stream is over and nothing worth reading is left of it. */
  get spent(): boolean {
    if (this.session.state !== "closed") return false;
    return this.#error !== undefined || this.#buffer.size === 0;
  }

  /** The application takes a stream that the peer has opened. */
  want(): void {
    this.wanted = true;
    this.session.raise();
  }

  /** Reads into memory of the caller. */
  read(into: Uint8Array): Promise<number | null> {
    if (into.length === 0) return Promise.resolve(0);
    if (this.#buffer.size > 0) {
      const count = this.#buffer.read(into);
      this.#consumed(count);
      return Promise.resolve(count);
    }
    return this.#wait(into) as Promise<number | null>;
  }

  /** Reads a piece as it arrived. */
  take(): Promise<Uint8Array<ArrayBuffer> | null> {
    const chunk = this.#buffer.take();
    if (chunk !== undefined) {
      this.#consumed(chunk.length);
      return Promise.resolve(chunk);
    }
    return this.#wait(undefined) as Promise<Uint8Array<ArrayBuffer> | null>;
  }

  /** Drops what arrives from now on. */
  discard(): void {
    this.#discards = true;
    const { size } = this.#buffer;
    this.#buffer.clear();
    this.#consumed(size);
  }

  /** Sends bytes; resolved when all are on their way. */
  write(buf: Uint8Array): Promise<void> {
    if (this.#closing !== undefined || this.session.state !== "open") {
      return Promise.reject(this.#eof("write"));
    }
    return this.#writer.write(buf);
  }

  /**
   * Sends what was written, then ends the stream. What the peer does not take
   * at once is sent later; when it takes nothing for 30 s, it is told that the
   * bytes are not complete.
   *
   * @param timeoutMs Milliseconds to wait for the peer without progress.
   */
  close(timeoutMs: number): Promise<void> {
    return this.#closing ??= this.#close(timeoutMs);
  }

  /**
   * Ends the stream at once; what was not sent is lost.
   *
   * @param reason Told to the peer.
   */
  breakOff(reason: string): void {
    this.#closing ??= Promise.resolve();
    this.#unpause();
    this.session.close(reason);
    this.#writer.fail();
  }

  /** Closes it before its connection closes: complete, unless bytes still wait until they may be sent. */
  closeNow(): void {
    if (this.#writer.waits) this.breakOff(NOT_SENT);
    else {
      this.#closing ??= Promise.resolve();
      this.#unpause();
      this.session.close();
    }
  }

  async #close(timeoutMs: number): Promise<void> {
    const { session } = this;
    this.#unpause();
    if (session.state === "closed") return;
    if (!await this.#writer.flush(timeoutMs)) {
      if (session.state === "open") void this.#linger();
      return;
    }
    session.close();
    const { timers } = this.#link;
    let timer: Timer | undefined;
    const late = new Promise<void>((resolve) => {
      timer = new Timer(resolve);
      timers.set(timer, timers.now() + timeoutMs);
    });
    await Promise.race([this.closed.catch(() => {}), late]);
    timers.clear(timer!);
  }

  async #linger(): Promise<void> {
    if (await this.#writer.flush(LINGER_MS)) this.session.close();
    else this.breakOff(NOT_SENT);
  }

  /** Raw bytes have arrived. */
  onBytes(frame: FrameReader): void {
    const { buf, bodyEnd } = frame;
    let start = frame.bodyStart;
    if (this.#discards || this.#ended) {
      this.#consumed(bodyEnd - start);
      return;
    }
    const reader = this.#reader;
    if (reader !== undefined) {
      this.#reader = undefined;
      const { into } = reader;
      if (into === undefined) {
        reader.resolve(buf.slice(start, bodyEnd) as Uint8Array<ArrayBuffer>);
        this.#consumed(bodyEnd - start);
        return;
      }
      const part = Math.min(into.length, bodyEnd - start);
      // Memory that was given away meanwhile takes nothing, not even no bytes.
      if (part > 0) into.set(buf.subarray(start, start + part));
      start += part;
      reader.resolve(part);
      this.#consumed(part);
      if (start === bodyEnd) return;
    }
    this.#buffer.push(buf, start, bodyEnd);
    if (!this.#link.credit) this.#checkFull();
  }

  /** Bytes may be sent again. */
  onWritable(): void {
    this.#writer.onWritable();
  }

  /** The peer has dismissed the stream. */
  onEnd(): void {
    // Other peers' last bytes may come after their dismiss.
    if (this.#link.ours) this.#end(this.#cut());
    this.#writer.fail();
  }

  /** The session is over. */
  onClosed(): void {
    this.#end(this.#cut());
    this.#unpause();
    this.#writer.fail();
    this.channel.forget(this.#link);
    this.channel.inbox.close(() => this.#eof("receive"));
    const { session } = this;
    this.#pool.abort(
      new FrontierError("force-closed", "Cannot go on: the stream has ended"),
      (other) => other === session,
    );
    if (this.#error === undefined) this.#resolveClosed();
    else this.#rejectClosed(this.#error);
  }

  /** Why the peer's bytes are not complete; after a close of ours nobody expects them to be. */
  #cut(): FrontierError | undefined {
    const { endReason } = this.session;
    if (endReason === "" || this.#closing !== undefined) return undefined;
    const { code } = FrontierError.fromWire(endReason);
    return new FrontierError(
      code === "remote" ? "force-closed" : code,
      `Cannot read stream ${this.session.id} to its end: ${endReason}`,
      { retryable: false },
    );
  }

  #wait(
    into: Uint8Array | undefined,
  ): Promise<number | Uint8Array<ArrayBuffer> | null> {
    if (this.#ended) {
      if (this.#error !== undefined) return Promise.reject(this.#error);
      return Promise.resolve(null);
    }
    if (this.#reader !== undefined) {
      return Promise.reject(
        new TypeError("Cannot read: another read is under way"),
      );
    }
    return traced(
      new Promise((resolve, reject) => {
        this.#reader = { into, resolve, reject };
      }),
    );
  }

  #submit(operation: Operation): void {
    const { session } = this;
    if (session.state !== "open" || this.#closing !== undefined) {
      operation.fail(this.#eof(operation.what));
      return;
    }
    if (this.#link.outbox.unwritten > this.#limits.outboxBytes) {
      operation.fail(tooMuchQueued(operation));
      return;
    }
    operation.send(this.#link, session);
  }

  #consumed(bytes: number): void {
    const { session } = this;
    // A session that is over has given everything back already.
    if (bytes > 0 && session.state !== "closed") session.consume(bytes);
    if (!this.#paused) return;
    if (this.#buffer.size <= this.#limits.streamBytes >> 1) this.#unpause();
    else this.#armStall();
  }

  #checkFull(): void {
    if (this.#paused || this.#buffer.size < this.#limits.streamBytes) return;
    if (this.#closing !== undefined) {
      this.#discards = true;
      return;
    }
    this.#paused = true;
    this.#link.pause();
    this.#armStall();
  }

  #armStall(): void {
    this.#stall ??= new Timer(() => this.#stalled());
    const { timers } = this.#link;
    timers.set(this.#stall, timers.now() + STALL_MS);
  }

  #stalled(): void {
    this.#end(
      new FrontierError(
        "short-buffer",
        `Cannot read stream ${this.session.id}: nothing was read for ${STALL_MS} ms while its buffer was full`,
      ),
    );
    this.#unpause();
    this.session.close(SHORT_BUFFER);
  }

  #unpause(): void {
    if (!this.#paused) return;
    this.#paused = false;
    this.#link.timers.clear(this.#stall!);
    this.#link.resume();
  }

  #end(error: FrontierError | undefined): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#error = error;
    const reader = this.#reader;
    this.#reader = undefined;
    if (reader === undefined) return;
    if (error === undefined) reader.resolve(null);
    else reader.reject(error);
  }

  #eof(what: string): FrontierError {
    return new FrontierError(
      "eof",
      `Cannot ${what}: stream ${this.session.id} has ended`,
    );
  }
}

/**
 * The error of an operation that finds too many bytes waiting to be written.
 *
 * @param operation What cannot be sent now.
 * @returns The error.
 */
export function tooMuchQueued(operation: Operation): FrontierError {
  return new FrontierError(
    "short-buffer",
    `Cannot ${operation.what}: too many bytes wait to be written`,
  );
}
