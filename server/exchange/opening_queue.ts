/**
 * Streams that wait until their target has answered others.
 *
 * @module
 */

import {
  type Link,
  type Session,
  Timer,
  type Timers,
} from "@frontier/proto/internal";
import type { Share } from "../quota/account.ts";
import { FairItem, FairQueue } from "../quota/fair_queue.ts";

/** Streams that a target is asked for at a time; as many wait for the application of our SDK. */
const AT_ONCE = 128;
/** Milliseconds that a stream may wait for its turn; as long as its target has to answer. */
const WAIT_MS = 30_000;
/** Streams of one edge that may wait before it is read more slowly. */
const CROWD = 256;
/** Milliseconds that an edge is not read for each further crowd, unless their turns come before. */
const REST_MS = 500;

/** Who opens streams, as far as their queue looks at it; every `Peer` is one. */
export interface Opener {
  /** Which side it is on. */
  readonly kind: "edge" | "service";
  /** Its connection, which may be read more slowly. */
  readonly link: Link;
}

/** A stream between two `P` whose turn has not come. */
export class WaitingOpening<P extends Opener> extends FairItem {
  /** Who opens it. */
  readonly source: P;
  /** The opener's session. */
  readonly session: Session;
  /** Whom it is to reach. */
  readonly target: P;
  /** Its place among the sessions of the target. */
  readonly share: Share;
  /** When it came, in milliseconds of the clock. */
  readonly since: number;
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
    source: P,
    session: Session,
    target: P,
    share: Share,
    onTimeout: (opening: WaitingOpening<P>) => void,
  ) {
    super();
    this.source = source;
    this.session = session;
    this.target = target;
    this.share = share;
    this.since = source.link.seenAt;
    this.timer = new Timer(() => onTimeout(this));
  }
}

/**
 * The streams that one target is asked for. It answers in the order it is
 * asked, so only so many are asked for at a time, and openers take turns: who
 * opens thousands at once lets nobody wait behind them, and what is given up
 * before its turn costs the target nothing. An edge of which very many wait is
 * read more slowly, and at once again when half of them had their turn.
 */
export class OpeningQueue<P extends Opener> {
  /** Streams that the target has been asked for and has not answered. */
  unanswered = 0;
  readonly #timers: Timers;
  readonly #queue = new FairQueue<WaitingOpening<P>>(1);
  /** Openers that are not read now, and what ends that. */
  readonly #resting: Map<P, Timer> = new Map();

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
  push(opening: WaitingOpening<P>): void {
    const { source } = opening;
    this.#queue.push(opening, source, 1);
    this.#timers.set(opening.timer, this.#timers.now() + WAIT_MS);
    // For what a service sends others wait, too.
    if (source.kind === "edge" && this.#queue.costOf(source) % CROWD === 0) {
      this.#rest(source);
    }
  }

  /**
   * Takes a stream out.
   *
   * @param opening One that waits here.
   */
  remove(opening: WaitingOpening<P>): void {
    this.#queue.remove(opening);
    this.#left(opening);
  }

  /** @returns The stream whose turn it is, taken out; `undefined` when none is or the target has enough to answer. */
  next(): WaitingOpening<P> | undefined {
    if (this.unanswered >= AT_ONCE) return undefined;
    const opening = this.#queue.shift();
    if (opening !== undefined) this.#left(opening);
    return opening;
  }

  /** What is not read costs nothing: neither memory, nor time to let it wait. */
  #rest(source: P): void {
    if (this.#resting.has(source)) return;
    const timer = new Timer(() => this.#wake(source, timer));
    this.#resting.set(source, timer);
    source.link.pause();
    this.#timers.set(timer, this.#timers.now() + REST_MS);
  }

  #left({ source, timer }: WaitingOpening<P>): void {
    this.#timers.clear(timer);
    if (this.#resting.size === 0) return;
    const resting = this.#resting.get(source);
    if (resting === undefined || this.#queue.costOf(source) > CROWD / 2) return;
    this.#wake(source, resting);
  }

  #wake(source: P, timer: Timer): void {
    this.#timers.clear(timer);
    this.#resting.delete(source);
    source.link.resume();
  }
}
