/**
 * How fast a large frame has to arrive.
 *
 * @module
 */

/** Milliseconds between two looks at a frame; the least time one is given. */
const LOOK_MS = 30_000;
/** Least bytes between two looks: 1 KiB per second. The slowest uplinks carry twice that. */
const LEAST_BYTES = 30 * 1024;
/** Milliseconds in which a frame must have arrived, however large it is. */
const MOST_MS = 300_000;
/** Milliseconds a timer may be late before the process must have been stopped. */
const STOPPED_MS = 1_000;

/**
 * The pace of one frame that needs a large buffer: a sender that begins it and
 * goes on slowly, or not at all, must not keep the buffer for ever. All times are
 * milliseconds of the clock.
 */
export class FramePace {
  /** When to look. */
  dueAt: number;
  #endsAt: number;
  #bytes: number;

  /**
   * Begins with a frame.
   *
   * @param now The time.
   * @param bytes Bytes of it that have arrived.
   */
  constructor(now: number, bytes: number) {
    this.dueAt = now + LOOK_MS;
    this.#endsAt = now + MOST_MS;
    this.#bytes = bytes;
  }

  /**
   * Looks how far it has come.
   *
   * @param now The time, not before `dueAt`.
   * @param bytes Bytes of it that have arrived.
   * @param paused Whether we were not reading, so that none could.
   * @returns `false` when it arrives too slowly.
   */
  check(now: number, bytes: number, paused: boolean): boolean {
    const late = now - this.dueAt;
    const came = bytes - this.#bytes;
    this.#bytes = bytes;
    this.dueAt = now + LOOK_MS;
    if (paused || late > STOPPED_MS) {
      this.#endsAt += LOOK_MS + late;
      return true;
    }
    return came >= LEAST_BYTES && now < this.#endsAt;
  }
}
