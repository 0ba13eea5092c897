/**
 * Whether a peer takes what it is sent.
 *
 * @module
 */

/** Parts of the time without progress after which it is looked at again. */
const LOOKS = 4;

/**
 * The progress of writes while many bytes wait. A link makes it when it sees
 * bytes wait, and drops it when none do: whoever reads never has one. All times
 * are milliseconds of the clock, exact to the moments at which somebody looks.
 */
export class WriteWatch {
  /** When to look again. */
  dueAt: number;
  /** When the transport was last seen to take bytes that had waited for a heartbeat's period. */
  flowedAt: number = -Infinity;

  readonly #limitMs: number;
  /** When a look last found progress. */
  #since: number;
  #moved = false;
  /** Bytes that waited when the last heartbeat was sent, and were not written since. */
  #backlog = 0;
  #backlogMoved = false;

  /**
   * Begins to watch.
   *
   * @param now The time.
   * @param limitMs Milliseconds without progress that are too long.
   */
  constructor(now: number, limitMs: number) {
    this.#since = now;
    this.#limitMs = limitMs;
    this.dueAt = now + limitMs / LOOKS;
  }

  /**
   * The transport has taken bytes.
   *
   * @param count How many.
   */
  onWritten(count: number): void {
    this.#moved = true;
    this.#backlog -= count;
    this.#backlogMoved = true;
  }

  /**
   * Looks whether there was progress.
   *
   * @param now The time.
   * @returns Milliseconds since it was last known.
   */
  look(now: number): number {
    if (this.#moved) {
      this.#moved = false;
      this.#since = now;
    }
    return now - this.#since;
  }

  /**
   * Looks when it is due.
   *
   * @param now The time, not before `dueAt`.
   * @returns `false` when there was no progress for too long.
   */
  check(now: number): boolean {
    this.dueAt = now + this.#limitMs / LOOKS;
    return this.look(now) < this.#limitMs;
  }

  /**
   * A heartbeat is about to be sent. What waits before it is what the server has
   * to take first; while some of it was taken since the last time and some still
   * waits, the server cannot have seen the last heartbeat.
   *
   * @param now The time.
   * @param unwritten Bytes that wait.
   */
  onHeartbeat(now: number, unwritten: number): void {
    if (this.#backlog > 0 && this.#backlogMoved) this.flowedAt = now;
    this.#backlog = unwritten;
    this.#backlogMoved = false;
  }
}
