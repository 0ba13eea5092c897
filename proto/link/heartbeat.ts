/**
 * Signs of life of a peer, and ours for it.
 *
 * @module
 */

import { UNBOXED } from "../wire/wire_numbers.ts";

/** Heartbeat periods of silence after which a server gives its client up. */
const SERVER_PERIODS = 2;
/** Heartbeat periods of silence after which a client gives its server up. */
const CLIENT_PERIODS = 2.5;
/** Heartbeat periods without a heartbeat after which a server shows by itself that it reads. */
const PROOF_PERIODS = 1.25;
/** Bytes of an unfinished frame that count as a sign of life. */
const LIFE_BYTES = 4_096;
/** Milliseconds a timer may be late before the process must have been stopped. */
const STOPPED_MS = 1_000;
/** Milliseconds of silence that bytes which the server takes make up for. */
const FLOWING_MS = 300_000;

/**
 * When a peer was heard last, and when to doubt that it is still there. It
 * knows times only: whoever owns it sends the heartbeats and hangs up. All
 * times are milliseconds of the clock. Source: docs/spec/wire.md §3.4.
 *
 * A heartbeat waits behind what its client writes, for minutes where the way is
 * slow. So a server that reads such a write and sees no heartbeat shows that it
 * reads, and a client whose bytes go out, slowly, believes that somebody takes
 * them.
 */
export class Heartbeat {
  /** When the peer gave its last sign of life. */
  seenAt: number;
  /** When to check; infinite when there is nothing to check. */
  dueAt: number = UNBOXED;
  /** When a server that receives something is to show that it reads; infinite for who need not. */
  proofAt: number = UNBOXED;

  /** When it sent something other than a heartbeat. */
  #dataAt = 0;
  #period = 0;
  /** Bytes of an unfinished frame since the last sign of life. */
  #partial = 0;

  /**
   * Begins with the connection, which counts as a sign of life.
   *
   * @param now The time.
   */
  constructor(now: number) {
    this.seenAt = now;
    this.dueAt = this.proofAt = Infinity;
  }

  /** When the peer sent something other than a heartbeat; 0 before. */
  get dataAt(): number {
    return this.#dataAt;
  }

  /** Whether the peer has sent nothing but heartbeats for more than a period. */
  get idle(): boolean {
    return this.seenAt - this.#dataAt > this.#period;
  }

  /**
   * The connection is open: heartbeats begin.
   *
   * @param period Milliseconds between two heartbeats of the client.
   * @param serving Whether we are the server.
   * @param now The time.
   */
  start(period: number, serving: boolean, now: number): void {
    this.#period = period;
    this.seenAt = now;
    this.dueAt = now + (serving ? period * SERVER_PERIODS : period);
  }

  /**
   * A server has shown its client that it reads, by the answer to a heartbeat
   * perhaps: the next time is due when no heartbeat comes.
   *
   * @param now The time.
   */
  proved(now: number): void {
    this.proofAt = now + this.#period * PROOF_PERIODS;
  }

  /**
   * Bytes have arrived, perhaps not yet a frame.
   *
   * @param count How many.
   * @param now The time.
   */
  onBytes(count: number, now: number): void {
    // A frame that trickles in byte by byte is no sign of life.
    this.#partial += count;
    if (this.#partial >= LIFE_BYTES) this.onFrame(now);
  }

  /**
   * A whole frame has arrived.
   *
   * @param now When its last byte did.
   */
  onFrame(now: number): void {
    this.seenAt = now;
    this.#partial = 0;
  }

  /** The last frame was something other than a heartbeat. */
  onData(): void {
    this.#dataAt = this.seenAt;
  }

  /**
   * Checks, as a server, that the client is still there, and says by `dueAt`
   * when to check again.
   *
   * @param now The time, not before `dueAt`.
   * @param paused Whether we are not reading, so that nothing can be seen.
   * @returns `false` when it has been silent for too long.
   */
  checkClient(now: number, paused: boolean): boolean {
    this.#forgiveStop(now);
    const silence = this.#period * SERVER_PERIODS;
    const limit = this.seenAt + silence;
    if (paused) this.dueAt = now + silence;
    else this.dueAt = now < limit ? limit : Infinity;
    return paused || now < limit;
  }

  /**
   * Checks, as a client, that the server is still there; a heartbeat is to be
   * sent then, and the next check is due a period later.
   *
   * @param now The time, not before `dueAt`.
   * @param paused Whether we are not reading, so that nothing can be seen.
   * @param flowedAt When bytes that waited were last taken by the transport. A
   * heartbeat behind them has not reached the server. Counts for five minutes
   * of silence: what takes them need not be the server.
   * @returns `false` when it has been silent for too long.
   */
  checkServer(now: number, paused: boolean, flowedAt: number): boolean {
    this.#forgiveStop(now);
    this.dueAt = now + this.#period;
    if (paused) return true;
    const limit = this.#period * CLIENT_PERIODS;
    return now - Math.max(this.seenAt, flowedAt) <= limit &&
      now - this.seenAt <= Math.max(limit, FLOWING_MS);
  }

  #forgiveStop(now: number): void {
    if (now - this.dueAt <= STOPPED_MS) return;
    // We did not run, so what the peer sent meanwhile is still unread.
    this.seenAt = Math.max(this.seenAt, now - this.#period);
  }
}
