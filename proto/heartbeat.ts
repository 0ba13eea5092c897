/**
 * Signs of life of a peer.
 *
 * @module
 */

/** Heartbeat periods of silence after which a server gives its client up. */
const SERVER_PERIODS = 2;
/** Heartbeat periods of silence after which a client gives its server up. */
const CLIENT_PERIODS = 2.5;
/** Bytes of an unfinished frame that count as a sign of life. */
const LIFE_BYTES = 4_096;
/** Milliseconds a timer may be late before the process must have been stopped. */
const STOPPED_MS = 1_000;

/**
 * When a peer was heard last, and when to doubt that it is still there. It
 * knows times only: whoever owns it sends the heartbeats and hangs up. All
 * times are milliseconds of the clock. Source: docs/spec/wire.md §3.4.
 */
export class Heartbeat {
  /** When the peer gave its last sign of life. */
  seenAt: number;
  /** When to check; infinite when there is nothing to check. */
  dueAt: number = Infinity;

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
   * @returns `false` when it has been silent for too long.
   */
  checkServer(now: number, paused: boolean): boolean {
    this.#forgiveStop(now);
    this.dueAt = now + this.#period;
    return paused || now - this.seenAt <= this.#period * CLIENT_PERIODS;
  }

  #forgiveStop(now: number): void {
    if (now - this.dueAt <= STOPPED_MS) return;
    // We did not run, so what the peer sent meanwhile is still unread.
    this.seenAt = Math.max(this.seenAt, now - this.#period);
  }
}
