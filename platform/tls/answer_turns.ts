/**
 * Whose handshake is answered next.
 *
 * @module
 */

import type { TurnClock } from "../turn_clock.ts";

/** Milliseconds of answers in one turn of the event loop; one that was begun is finished. */
const TURN_MS = 3;
/** Milliseconds after its beginning in which a turn is over, if nobody had to wait for the next one. */
const FRESH_MS = 12;

/** A client that waits for its answer, or is being answered. */
export interface AnswerTurn {
  /** Where it comes from. */
  readonly address: string;
  /** Called once, when it is to be answered. */
  readonly onGranted: () => void;
  /** Whether it is being answered, or was. */
  granted: boolean;
}

/**
 * Answers to clients that want to shake hands, one after the other, and a few
 * milliseconds of them in each turn of the event loop: each takes a millisecond
 * or two, and thousands may wait for one, but the connections that stand must
 * not wait for all of them.
 *
 * Addresses that have least under way come first, and addresses that have the
 * same take turns. A client that is not ready for its answer, since its first
 * words are cut in two, holds nobody up beyond the turn.
 */
export class AnswerTurns<Id> {
  readonly #clock: TurnClock<Id>;
  readonly #underWay: (address: string) => number;
  /** Those who wait, oldest first, by addresses in the order in which they are served. */
  readonly #waiting: Map<string, Set<AnswerTurn>> = new Map();
  /** The next turn; there is one while anybody waits. */
  #turn: Id | undefined = undefined;
  /** When this turn has begun. */
  #began = -Infinity;
  /** Who is being answered. */
  #current: AnswerTurn | undefined = undefined;

  /**
   * @param clock What it needs from outside.
   * @param underWay Tells how many handshakes of an address are under way.
   */
  constructor(clock: TurnClock<Id>, underWay: (address: string) => number) {
    this.#clock = clock;
    this.#underWay = underWay;
  }

  /**
   * Asks for an answer.
   *
   * @param address Where the client comes from.
   * @param onGranted Called once, when it is to be answered; perhaps at once.
   * @returns What to leave with.
   */
  enter(address: string, onGranted: () => void): AnswerTurn {
    const turn = { address, onGranted, granted: false };
    const now = this.#clock.now();
    if (this.#turn === undefined) {
      if (now - this.#began >= FRESH_MS) {
        this.#began = now;
        this.#current = undefined;
      }
      if (this.#current === undefined && now - this.#began < TURN_MS) {
        this.#grant(turn);
        return turn;
      }
      this.#turn = this.#clock.later(this.#begin);
    }
    const others = this.#waiting.get(address);
    if (others === undefined) this.#waiting.set(address, new Set([turn]));
    else others.add(turn);
    return turn;
  }

  /**
   * It is answered, or waits no longer.
   *
   * @param turn Whose; nothing happens if it was left before.
   */
  leave(turn: AnswerTurn): void {
    if (turn === this.#current) {
      this.#current = undefined;
      if (this.#clock.now() - this.#began < TURN_MS) this.#next();
    } else this.#remove(turn);
    if (this.#waiting.size > 0 || this.#turn === undefined) return;
    this.#clock.cancel(this.#turn);
    this.#turn = undefined;
  }

  readonly #begin = (): void => {
    this.#began = this.#clock.now();
    this.#turn = undefined;
    this.#next();
    if (this.#waiting.size > 0) this.#turn = this.#clock.later(this.#begin);
  };

  /** Has the next one answered. */
  #next(): void {
    this.#current = undefined;
    let least = Infinity;
    let next: string | undefined = undefined;
    for (const address of this.#waiting.keys()) {
      const count = this.#underWay(address);
      if (count >= least) continue;
      least = count;
      next = address;
    }
    if (next === undefined) return;
    const [turn] = this.#waiting.get(next)!;
    const others = this.#remove(turn!);
    // Behind the others, if it still waits.
    if (others !== undefined && this.#waiting.delete(next)) {
      this.#waiting.set(next, others);
    }
    this.#grant(turn!);
  }

  #grant(turn: AnswerTurn): void {
    this.#current = turn;
    turn.granted = true;
    turn.onGranted();
  }

  #remove(turn: AnswerTurn): Set<AnswerTurn> | undefined {
    const waiting = this.#waiting.get(turn.address);
    if (waiting?.delete(turn) && waiting.size === 0) {
      this.#waiting.delete(turn.address);
    }
    return waiting;
  }
}
