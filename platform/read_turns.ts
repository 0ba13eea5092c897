/**
 * Takes turns among connections that never run dry.
 *
 * @module
 */

import { type Reader, ReadingLine } from "./reading_line.ts";
import type { TurnClock } from "./turn_clock.ts";

/** Milliseconds of reading after which the event loop is to look at everybody else. */
const TURN_MS = 3;
/** Milliseconds after a look at everybody in which nobody needs another one, and no timer. */
const FRESH_MS = 12;
/** Bytes of a read that tell of more behind them; who sends less leaves the event loop its time, and never waits. */
const MUCH = 16_384;
/** Connections of each line that begin a turn; whoever has read lets another one read while the turn lasts. */
const AT_ONCE = 2;
/** Of those that had no more to read, how many go on in each turn. */
const DRY_AT_ONCE = 32;
/** Bytes of the largest buffers that are read into. */
const LARGEST = 262_144;
/** Milliseconds of work that a connection may be ahead of those in its line and read on all the same. */
const QUANTUM_MS = 0.5;
/** Milliseconds of work that a line may be ahead of the other. */
const MOST_AHEAD_MS = 4 * TURN_MS;

/** Whether a reader has made so much more work than another one of its line that it must let that one go on. */
function isAhead(reader: Reader, other: Reader): boolean {
  return other.made + QUANTUM_MS <= reader.made;
}

/**
 * A read whose bytes are there already is done at once, without a look at the
 * other sockets: a few connections that always have something to read keep the
 * event loop from everybody else, for seconds. So reading has turns of a few
 * milliseconds. What wants to read on when a turn is over waits in line, and
 * those in front go on in each of the following turns, with a look at all
 * sockets in between. Services do not stand behind the edges that flood them, for
 * everybody else waits for what they answer.
 *
 * What is shared is the time that their bytes take to handle, not their number:
 * some cost a hundred times as much as others. Each line has half of the time
 * when both want it, and each connection in a line as much as the next one.
 */
export class ReadTurns<Id> {
  readonly #clock: TurnClock<Id>;
  #readers = 0;
  readonly #own = new ReadingLine();
  readonly #shared = new ReadingLine();
  /** Most bytes of one read. */
  most = Infinity;
  /** The turn after this one; `undefined` while there are none. */
  #next: Id | undefined = undefined;
  /** When this turn began, or the last one ended. */
  #began = -Infinity;
  /** Those who have read in this turn, and read on: there is more of what they read. */
  readonly #running: Reader[] = [];
  /** Those who had no more to read: they only let others have their turn first. */
  readonly #dry: Reader[] = [];

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
    this.#running.length = this.#dry.length = 0;
    this.#own.clear();
    this.#shared.clear();
  }

  /**
   * To be asked when a connection has read, before that is handled.
   *
   * @param count Bytes it has read; `Infinity` for one that goes on after a pause.
   * @returns When its work begins; `undefined` when it need not ask whether it must wait.
   */
  begin(count: number): number | undefined {
    return count < MUCH ? undefined : this.#clock.now();
  }

  /**
   * To be asked before a connection reads on, after the work that its last read made.
   *
   * @param reader Who wants to.
   * @param begun When that work began.
   * @param dry Whether there was no more to read, and nothing is half read: mostly it
   * only waits for the next thing, or has gone; it waits for no more than a turn.
   * @returns Whether it must wait; it is told when it may.
   */
  mustWait(reader: Reader, begun: number, dry = false): boolean {
    const now = this.#clock.now();
    if (this.#next === undefined) {
      if (now - this.#began < FRESH_MS) return false;
      this.#next = this.#clock.later(this.#turn);
      this.#began = now;
      return false;
    }
    const line = this.#lineOf(reader);
    const made = now - begun;
    line.ahead += made;
    line.came = true;
    // One that is new has no claim on time that was before it.
    reader.made = (reader.made === 0 ? line.floor : reader.made) + made;
    const at = this.#running.indexOf(reader);
    if (at >= 0) this.#running.splice(at, 1);
    const waiting = dry ? this.#dry : line;
    if (now - this.#began >= TURN_MS) {
      waiting.push(reader);
      return true;
    }
    const other = line === this.#own ? this.#shared : this.#own;
    const theirs = other.first !== undefined && other.ahead < line.ahead;
    const { first } = line;
    const yields = theirs || this.#mustLet(reader) ||
      (first !== undefined && isAhead(reader, first));
    if (!yields) {
      if (this.#running.length < 2 * AT_ONCE) this.#running.push(reader);
      return false;
    }
    waiting.push(reader);
    const from = theirs ? other : line;
    if (from.first !== undefined && !this.#mustLet(from.first)) {
      from.shift().readOn();
    }
    return true;
  }

  #lineOf(reader: Reader): ReadingLine {
    return reader.shared ? this.#shared : this.#own;
  }

  /** Whether one who reads now has made so much less work that it goes on alone. */
  #mustLet(reader: Reader): boolean {
    const line = this.#lineOf(reader);
    return this.#running.some((one) =>
      one.shared === reader.shared
        ? isAhead(reader, one)
        : this.#lineOf(one).ahead + QUANTUM_MS <= line.ahead
    );
  }

  readonly #turn = (): void => {
    this.#next = undefined;
    const now = this.#clock.now();
    this.#adapt(now - this.#began);
    this.#began = now;
    this.#running.length = 0;
    const begin = this.#dry.splice(0, DRY_AT_ONCE);
    for (const line of this.#lines()) {
      for (let i = 0; i < AT_ONCE && !line.empty; i++) begin.push(line.shift());
    }
    if (begin.length === 0) {
      this.most = Infinity;
      return;
    }
    this.#next = this.#clock.later(this.#turn);
    for (const reader of begin) reader.readOn();
  };

  /** The lines whose turn it is, the one that has made less work first; one far ahead of it waits. */
  #lines(): ReadingLine[] {
    const shared = this.#shared;
    const own = this.#own;
    const behind = shared.ahead <= own.ahead ? shared : own;
    const other = behind === own ? shared : own;
    // Time that nobody wanted, or had bytes for, cannot be claimed later.
    const wanted = behind.came && !behind.empty && !other.empty;
    other.ahead = wanted
      ? Math.min(other.ahead - behind.ahead, MOST_AHEAD_MS)
      : 0;
    behind.ahead = 0;
    behind.came = other.came = false;
    return other.ahead > TURN_MS ? [behind] : [behind, other];
  }

  /** What frames cost differs a hundredfold: a turn is to be short all the same. */
  #adapt(took: number): void {
    if (took > TURN_MS * 2) {
      this.most = Math.max(MUCH, Math.min(this.most, LARGEST) / 2);
    } else if (this.most < Infinity && took < TURN_MS * 1.5) {
      this.most = this.most < LARGEST ? this.most * 2 : Infinity;
    }
  }
}
