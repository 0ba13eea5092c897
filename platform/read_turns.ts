/**
 * Takes turns among connections that never run dry.
 *
 * @module
 */

/** Milliseconds of reading after which the event loop is to look at everybody else. */
const TURN_MS = 3;
/** Milliseconds after a look at everybody in which nobody needs another one, and no timer. */
const FRESH_MS = 2;
/** Bytes of a read that tell of more behind them; who sends less leaves the event loop its time, and never waits. */
const MUCH = 16_384;
/** Most connections that read on in one turn; fewer when what they send takes long. */
const AT_ONCE = 8;

/** What a {@linkcode ReadTurns} needs from outside. */
export interface TurnClock<Id> {
  /** @returns The time in milliseconds. */
  now(): number;
  /**
   * Runs something after a look at all sockets.
   *
   * @param turn What to run.
   * @returns What to call it by.
   */
  later(turn: () => void): Id;
  /**
   * Runs it no more.
   *
   * @param id What `later` returned.
   */
  cancel(id: Id): void;
}

/** Whoever waits for its turn to read. */
export interface Reader {
  /** It may read on. */
  readOn(): void;
}

/**
 * A read whose bytes are there already is done at once, without a look at the
 * other sockets: a few connections that always have something to read keep the
 * event loop from everybody else, for seconds. So reading has turns of a few
 * milliseconds. What wants to read on when a turn is over waits in line, and a
 * few go on in each of the following turns, with a look at all sockets in
 * between.
 */
export class ReadTurns<Id> {
  readonly #clock: TurnClock<Id>;
  #readers = 0;
  #line: Reader[] = [];
  #head = 0;
  /** How many read on in the next turn. */
  #few = AT_ONCE;
  /** The turn after this one; `undefined` while there are none. */
  #next: Id | undefined = undefined;
  /** When this turn began, or the last one ended. */
  #began = -Infinity;

  /**
   * @param clock What it needs from outside.
   */
  constructor(clock: TurnClock<Id>) {
    this.#clock = clock;
  }

  /** Somebody begins to read. */
  join(): void {
    this.#readers++;
  }

  /** Somebody who has joined reads no more; after the last one nothing is left. */
  leave(): void {
    if (--this.#readers > 0) return;
    if (this.#next !== undefined) this.#clock.cancel(this.#next);
    this.#next = undefined;
    this.#line = [];
    this.#head = 0;
  }

  /**
   * To be asked before a connection reads on.
   *
   * @param reader Who wants to.
   * @param count Bytes it has just read.
   * @param now When it had read them.
   * @returns Whether it must wait; it is told when it may.
   */
  mustWait(reader: Reader, count: number, now: number): boolean {
    if (count < MUCH) return false;
    if (this.#next === undefined) {
      if (now - this.#began < FRESH_MS) return false;
      this.#next = this.#clock.later(this.#turn);
      this.#began = now;
      return false;
    }
    // While others wait in line, nobody goes before them.
    if (this.#line.length === 0 && now - this.#began < TURN_MS) return false;
    this.#line.push(reader);
    return true;
  }

  readonly #turn = (): void => {
    this.#next = undefined;
    const now = this.#clock.now();
    this.#adapt(now - this.#began);
    this.#began = now;
    const line = this.#line;
    const end = Math.min(line.length, this.#head + this.#few);
    if (end === 0) return;
    this.#next = this.#clock.later(this.#turn);
    const from = this.#head;
    this.#head = end;
    if (end === line.length) {
      this.#line = [];
      this.#head = 0;
    } else if (end >= 1_024) {
      this.#line = line.slice(end);
      this.#head = 0;
    }
    for (let i = from; i < end; i++) line[i]!.readOn();
  };

  /** What frames cost differs a hundredfold: a turn is to be short all the same. */
  #adapt(took: number): void {
    if (took > TURN_MS * 2) this.#few = Math.max(1, this.#few >> 1);
    else if (took < TURN_MS) this.#few = Math.min(AT_ONCE, this.#few * 2);
  }
}
