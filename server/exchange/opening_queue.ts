/**
 * Streams that wait until their target has answered others.
 *
 * @module
 */

import { type Session, Timer, type Timers } from "@frontier/proto";
import type { Peer } from "../directory/peer.ts";
import type { Share } from "../quota/account.ts";
import { FairItem, FairQueue } from "../quota/fair_queue.ts";

/** Streams that a target is asked for at a time; as many wait for the application of our SDK. */
const AT_ONCE = 128;
/** Milliseconds that a stream may wait for its turn; as long as its target has to answer. */
const WAIT_MS = 30_000;

/** A stream whose turn has not come. */
export class WaitingOpening extends FairItem {
  /** Who opens it. */
  readonly source: Peer;
  /** The opener's session. */
  readonly session: Session;
  /** Whom it is to reach. */
  readonly target: Peer;
  /** Its place among the sessions of the target. */
  readonly share: Share;
  /** Ends the wait. */
  readonly timer: Timer;

  /**
   * @param source Who opens it.
   * @param session The opener's session.
   * @param target Whom it is to reach.
   * @param share Its place among the sessions of the target.
   * @param onTimeout Told when it has waited too long.
   */
  constructor(
    source: Peer,
    session: Session,
    target: Peer,
    share: Share,
    onTimeout: (opening: WaitingOpening) => void,
  ) {
    super();
    this.source = source;
    this.session = session;
    this.target = target;
    this.share = share;
    this.timer = new Timer(() => onTimeout(this));
  }
}

/**
 * The streams that one target is asked for. It answers in the order it is
 * asked, so only so many are asked for at a time, and openers take turns: who
 * opens thousands at once lets nobody wait behind them, and what is given up
 * before its turn costs the target nothing.
 */
export class OpeningQueue {
  /** Streams that the target has been asked for and has not answered. */
  unanswered = 0;
  readonly #timers: Timers;
  readonly #queue = new FairQueue<WaitingOpening>(1);

  /**
   * @param timers The clock and its timers.
   */
  constructor(timers: Timers) {
    this.#timers = timers;
  }

  /** Whether the target can be asked at once. */
  get open(): boolean {
    return this.unanswered < AT_ONCE && this.#queue.size === 0;
  }

  /** Whether nothing waits, neither here nor for the target. */
  get empty(): boolean {
    return this.unanswered === 0 && this.#queue.size === 0;
  }

  /**
   * Lets a stream wait.
   *
   * @param opening The stream.
   */
  push(opening: WaitingOpening): void {
    this.#queue.push(opening, opening.source, 1);
    this.#timers.set(opening.timer, this.#timers.now() + WAIT_MS);
  }

  /**
   * Takes a stream out.
   *
   * @param opening One that waits here.
   */
  remove(opening: WaitingOpening): void {
    this.#queue.remove(opening);
    this.#timers.clear(opening.timer);
  }

  /** @returns The stream whose turn it is, taken out; `undefined` when none is or the target has enough to answer. */
  next(): WaitingOpening | undefined {
    if (this.unanswered >= AT_ONCE) return undefined;
    const opening = this.#queue.shift();
    if (opening !== undefined) this.#timers.clear(opening.timer);
    return opening;
  }
}
