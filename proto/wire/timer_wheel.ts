/**
 * Timers for very many connections.
 *
 * @module
 */

/** A timer that can be armed again and again without allocation. */
export class Timer {
  /** When it fires, in milliseconds of the clock; meaningful while armed. */
  at = 0;
  /** Whether it will fire. */
  armed = false;
  /** What it does when it fires. */
  readonly fire: () => void;
  /** Neighbour in the slot; owned by the wheel. */
  next: Timer | undefined = undefined;
  /** Neighbour in the slot; owned by the wheel. */
  prev: Timer | undefined = undefined;
  /** Slot number; owned by the wheel. */
  slot: number = -1;

  /**
   * Makes a timer that is not armed.
   *
   * @param fire What it does when it fires.
   */
  constructor(fire: () => void) {
    this.fire = fire;
  }
}

/** A clock and its timers. Handed to everything that must wait. */
export interface Timers {
  /**
   * Reads the clock.
   *
   * @returns Milliseconds of a clock that never goes back.
   */
  now(): number;
  /**
   * Arms a timer, or moves it.
   *
   * @param timer One of whoever waits; it may be armed already.
   * @param at When it fires, in milliseconds of the clock; at once if that has passed.
   */
  set(timer: Timer, at: number): void;
  /**
   * Disarms a timer.
   *
   * @param timer One that may be armed; nothing happens when it is not.
   */
  clear(timer: Timer): void;
}

const TICK_MS = 8;
const BITS = 6;
const SIZE = 1 << BITS;
const MASK = SIZE - 1;
const LEVELS = 4;
const SPAN = SIZE ** LEVELS;

/**
 * A hierarchical timing wheel: arming and disarming cost the same for ten
 * timers and for a million. It has no clock of its own; whoever owns it calls
 * {@linkcode TimerWheel.advance}. Resolution 8 ms; a timer never fires early.
 */
export class TimerWheel implements Timers {
  /** Timers armed. */
  size = 0;
  #now: number;
  #goal: number;
  #tick: number;
  #advancing = false;
  readonly #slots: (Timer | undefined)[] = new Array(SIZE * LEVELS).fill(
    undefined,
  );

  /**
   * Makes an empty wheel.
   *
   * @param now The clock's reading at the start, in milliseconds.
   */
  constructor(now = 0) {
    this.#now = this.#goal = now;
    this.#tick = Math.floor(now / TICK_MS);
  }

  /**
   * Reads the clock.
   *
   * @returns The last time it was told, in milliseconds.
   */
  now(): number {
    return this.#now;
  }

  /**
   * Moves the clock without firing anything.
   *
   * @param now Reading of the clock in milliseconds.
   */
  observe(now: number): void {
    if (now > this.#now) this.#now = now;
  }

  /**
   * Arms a timer, or moves it.
   *
   * @param timer One of whoever waits; it may be armed already.
   * @param at When it fires, in milliseconds of the clock.
   */
  set(timer: Timer, at: number): void {
    if (timer.armed) this.#unlink(timer);
    else {
      timer.armed = true;
      this.size++;
    }
    timer.at = at;
    this.#link(timer);
  }

  /**
   * Disarms a timer.
   *
   * @param timer One that may be armed; nothing happens when it is not.
   */
  clear(timer: Timer): void {
    if (!timer.armed) return;
    this.#unlink(timer);
    timer.armed = false;
    this.size--;
  }

  /**
   * Moves the clock and fires what is due, each timer with the clock at its
   * own tick. From inside a timer it only sets a new goal: the call that fires
   * the timer goes on to it.
   *
   * @param now Reading of the clock in milliseconds.
   * @throws The first error a timer threw, after all others were fired.
   */
  advance(now: number): void {
    if (now > this.#goal) this.#goal = now;
    if (this.#advancing) return;
    this.#advancing = true;
    this.#errors = undefined;
    try {
      // Read anew each time: a timer may have moved the goal.
      while (this.#tick < Math.floor(this.#goal / TICK_MS)) {
        if (this.size === 0) {
          this.#tick = Math.floor(this.#goal / TICK_MS);
          break;
        }
        const tick = ++this.#tick;
        this.observe(tick * TICK_MS);
        for (let level = 1; level < LEVELS; level++) {
          if ((tick & ((1 << (BITS * level)) - 1)) !== 0) break;
          this.#cascade(level, (tick >>> (BITS * level)) & MASK);
        }
        this.#fire(tick & MASK);
      }
    } finally {
      this.#advancing = false;
      this.observe(this.#goal);
    }
    const errors: unknown[] | undefined = this.#errors;
    if (errors !== undefined) throw errors[0];
  }
  #errors: unknown[] | undefined = undefined;

  /**
   * The time at which {@linkcode TimerWheel.advance} should be called next.
   *
   * @returns Milliseconds of the clock, or `undefined` when no timer is armed.
   */
  nextAt(): number | undefined {
    if (this.size === 0) return undefined;
    for (let i = 1; i <= SIZE; i++) {
      const tick = this.#tick + i;
      if (this.#slots[tick & MASK] !== undefined || (tick & MASK) === 0) {
        return tick * TICK_MS;
      }
    }
    return undefined;
  }

  #fire(slot: number): void {
    let timer = this.#slots[slot];
    while (timer !== undefined) {
      this.#unlink(timer);
      timer.armed = false;
      this.size--;
      try {
        timer.fire();
      } catch (error) {
        // The others in the slot must not wait for a turn of the wheel.
        (this.#errors ??= []).push(error);
      }
      timer = this.#slots[slot];
    }
  }

  #cascade(level: number, index: number): void {
    const slot = level * SIZE + index;
    let timer = this.#slots[slot];
    while (timer !== undefined) {
      this.#unlink(timer);
      // This tick is still to be fired.
      this.#link(timer, this.#tick);
      timer = this.#slots[slot];
    }
  }

  #link(timer: Timer, first = this.#tick + 1): void {
    // Rounded up, and never into the tick being fired: no timer fires early.
    let tick = Math.ceil(timer.at / TICK_MS);
    if (tick < first) tick = first;
    let ahead = tick - this.#tick;
    if (ahead >= SPAN) {
      ahead = SPAN - 1;
      tick = this.#tick + ahead;
    }
    let level = 0;
    while (ahead >= SIZE) {
      ahead >>>= BITS;
      level++;
    }
    // A far timer goes into the slot whose cascade comes at or before it.
    const slot = level * SIZE + ((tick >>> (BITS * level)) & MASK);
    const head = this.#slots[slot];
    timer.slot = slot;
    timer.prev = undefined;
    timer.next = head;
    if (head !== undefined) head.prev = timer;
    this.#slots[slot] = timer;
  }

  #unlink(timer: Timer): void {
    if (timer.prev !== undefined) timer.prev.next = timer.next;
    else this.#slots[timer.slot] = timer.next;
    if (timer.next !== undefined) timer.next.prev = timer.prev;
    timer.next = timer.prev = undefined;
    timer.slot = -1;
  }
}
