/**
 * Takes turns among connections that never run dry.
 *
 * @module
 */

/** Milliseconds of reading after which the event loop is to look at everybody else. */
const TURN_MS = 3;
/** Milliseconds after a look at everybody in which nobody needs another one, and no timer. */
const FRESH_MS = 6;
/** Bytes of a read that tell of more behind them; who sends less leaves the event loop its time, and never waits. */
const MUCH = 16_384;
/** Connections of each line that begin a turn; whoever has read lets the next one read while the turn lasts. */
const AT_ONCE = 2;
/** Bytes of the largest buffers that are read into. */
const LARGEST = 262_144;

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
  /** Whether many wait for what it reads, as for the answers of a service; it stands in a line of its own. */
  readonly shared: boolean;
  /** It may read on. */
  readOn(): void;
}

/** Those who wait, in the order they came. */
class Line {
  #readers: Reader[] = [];
  #head = 0;

  push(reader: Reader): void {
    this.#readers.push(reader);
  }

  /** Takes the first one out. */
  shift(): Reader | undefined {
    const reader = this.#readers[this.#head];
    if (reader === undefined) return undefined;
    if (++this.#head === this.#readers.length) this.clear();
    else if (this.#head >= 1_024) {
      this.#readers = this.#readers.slice(this.#head);
      this.#head = 0;
    }
    return reader;
  }

  clear(): void {
    this.#readers = [];
    this.#head = 0;
  }
}

/**
 * A read whose bytes are there already is done at once, without a look at the
 * other sockets: a few connections that always have something to read keep the
 * event loop from everybody else, for seconds. So reading has turns of a few
 * milliseconds. What wants to read on when a turn is over waits in line, and
 * those in front go on in each of the following turns, with a look at all
 * sockets in between. Services do not stand behind the edges that flood them, for
 * everybody else waits for what they answer.
 */
export class ReadTurns<Id> {
  readonly #clock: TurnClock<Id>;
  #readers = 0;
  readonly #own = new Line();
  readonly #shared = new Line();
  /** Most bytes of one read. */
  most = Infinity;
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
    this.most = Infinity;
    if (this.#next !== undefined) this.#clock.cancel(this.#next);
    this.#next = undefined;
    this.#own.clear();
    this.#shared.clear();
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
    const line = reader.shared ? this.#shared : this.#own;
    const over = now - this.#began >= TURN_MS;
    // While others wait in line, nobody goes before them.
    const first = over ? undefined : line.shift();
    if (!over && first === undefined) return false;
    line.push(reader);
    first?.readOn();
    return true;
  }

  readonly #turn = (): void => {
    this.#next = undefined;
    const now = this.#clock.now();
    this.#adapt(now - this.#began);
    this.#began = now;
    const begin: Reader[] = [];
    for (const line of [this.#shared, this.#own]) {
      for (let i = 0; i < AT_ONCE; i++) {
        const reader = line.shift();
        if (reader !== undefined) begin.push(reader);
      }
    }
    if (begin.length === 0) {
      this.most = Infinity;
      return;
    }
    this.#next = this.#clock.later(this.#turn);
    for (const reader of begin) reader.readOn();
  };

  /** What frames cost differs a hundredfold: a turn is to be short all the same. */
  #adapt(took: number): void {
    if (took > TURN_MS * 2) {
      this.most = Math.max(MUCH, Math.min(this.most, LARGEST) / 2);
    } else if (this.most < Infinity && took < TURN_MS * 1.5) {
      this.most = this.most < LARGEST ? this.most * 2 : Infinity;
    }
  }
}
