/**
 * Connections that leave one after the other.
 *
 * @module
 */

/** Milliseconds between two steps that are the least worth taking. */
export const STEP_MS = 50;
/** Milliseconds of a rate that are made up for when a step comes late. */
const CATCH_UP_MS = 250;

/** A connection that is to leave. */
export interface Leaver {
  /** When it may be touched, in milliseconds of the clock; it is served as ever before. */
  readonly readyAt: number;
  /**
   * Tells it to go elsewhere; it is served as ever after that.
   *
   * @returns Whether it was told: it may leave by itself, and is given time.
   */
  tell(): boolean;
  /** Its turn has come: nothing new is routed to it or taken from it any more. */
  begin(): void;
  /**
   * Asked at every step of its turn.
   *
   * @param now The time, in milliseconds of the clock.
   * @returns Whether something of it is in flight that should finish first.
   */
  busy(now: number): boolean;
  /** Closes it, also before its turn when time is up. */
  close(): void;
}

/** How connections leave. */
export interface DeparturePace {
  /** Connections whose time comes in a second. */
  readonly rate: number;
  /** When the time of the last one should have come, in milliseconds of the clock: more come in a second where that needs it. */
  readonly startBy: number;
  /** Milliseconds that one which was told has to leave by itself. */
  readonly moveMs: number;
  /** The same as long as none has done so: there may be nowhere to go. */
  readonly aloneMs: number;
  /** Milliseconds without anything in flight before a connection is closed: what its peer sent before it heard arrives meanwhile. */
  readonly quietMs: number;
}

/** Where the connections are that are to leave. */
export interface DepartureCounts {
  /** Served as ever: their time has not come. */
  readonly waiting: number;
  /** Told to leave, and served as ever. */
  readonly told: number;
  /** Finishing what is in flight. */
  readonly finishing: number;
  /** Being closed. */
  readonly closing: number;
  /** Gone. */
  readonly gone: number;
  /** Closed because time was up, of those that are being closed or gone. */
  readonly cut: number;
}

type Stage = "waiting" | "told" | "finishing" | "closing" | "gone";

/** A leaver, and how far it is. */
class Departure<L> {
  stage: Stage = "waiting";
  /** When it was told, or when nothing of it was in flight any more. */
  since = 0;
  /** Whether it says that it has gone elsewhere. */
  moved = false;

  constructor(readonly leaver: L) {}
}

/**
 * Lets connections leave at a pace. Each waits for its time; then it is told,
 * if it understands that, and has a while to leave by itself; then its turn
 * comes: it finishes what is in flight, and is closed. Nothing here has a
 * clock: whoever owns it steps, about every {@linkcode STEP_MS}.
 */
export class Departures<L extends Leaver> {
  /** How they leave; may be changed at any time. */
  pace: DeparturePace;
  /** Whether turns wait for others who leave first: until then connections are told, and served as ever. */
  #held = false;
  readonly #all: Map<L, Departure<L>> = new Map();
  /** Those that wait, in order; some may have gone meanwhile. */
  #queue: Departure<L>[] = [];
  /** In the order in which they were told. */
  readonly #told: Set<Departure<L>> = new Set();
  readonly #finishing: Set<Departure<L>> = new Set();
  readonly #counts = { waiting: 0, closing: 0, gone: 0, cut: 0 };
  /** Whether one that was told has left by itself. */
  #moved = false;
  /** Starts that are due, in parts of one. */
  #due = 1;
  #steppedAt: number | undefined = undefined;

  /**
   * Begins without anybody.
   *
   * @param pace How they leave.
   */
  constructor(pace: DeparturePace) {
    this.pace = pace;
  }

  /** How many have not gone. */
  get size(): number {
    return this.#all.size;
  }

  /** Whether one that was told has not said that it has gone elsewhere. */
  get undecided(): boolean {
    for (const { moved } of this.#told) if (!moved) return true;
    return false;
  }

  /** Where they are. */
  get counts(): DepartureCounts {
    return {
      ...this.#counts,
      told: this.#told.size,
      finishing: this.#finishing.size,
    };
  }

  /** Lets no turn begin until {@linkcode Departures.release}: others leave first. */
  hold(): void {
    this.#held = true;
  }

  /** Lets turns begin, of those that have gone elsewhere at once. */
  release(): void {
    this.#held = false;
    for (const departure of this.#told) {
      if (departure.moved) this.#turn(departure);
    }
  }

  /**
   * One more is to leave, after those that wait already.
   *
   * @param leaver The connection.
   */
  add(leaver: L): void {
    if (this.#all.has(leaver)) return;
    const departure = new Departure(leaver);
    this.#all.set(leaver, departure);
    this.#queue.push(departure);
    this.#counts.waiting++;
  }

  /**
   * One that was told has gone elsewhere, and needs this connection for what is
   * in flight only: its turn comes as soon as turns may begin.
   *
   * @param leaver The connection.
   */
  moved(leaver: L): void {
    const departure = this.#all.get(leaver);
    if (departure?.stage !== "told") return;
    this.#moved = departure.moved = true;
    if (!this.#held) this.#turn(departure);
  }

  /**
   * A connection has gone, for whatever reason.
   *
   * @param leaver The connection.
   */
  left(leaver: L): void {
    const departure = this.#all.get(leaver);
    if (departure === undefined) return;
    this.#all.delete(leaver);
    if (departure.stage === "told") this.#moved = true;
    this.#enter(departure, "gone");
  }

  /**
   * Does what is due.
   *
   * @param now The time, in milliseconds of the clock.
   */
  step(now: number): void {
    this.#start(now);
    if (this.#held) return;
    const { moveMs, aloneMs } = this.pace;
    const patience = this.#moved ? moveMs : Math.min(aloneMs, moveMs);
    for (const departure of this.#told) {
      if (now - departure.since < patience) break;
      this.#turn(departure);
    }
    for (const departure of this.#finishing) this.#finish(departure, now);
  }

  /** Time is up: closes all that are left. */
  cut(): void {
    for (const departure of [...this.#all.values()]) {
      if (departure.stage === "closing") continue;
      this.#counts.cut++;
      this.#close(departure);
    }
  }

  /** The time of some has come. */
  #start(now: number): void {
    const { rate, startBy } = this.pace;
    const waited = now - (this.#steppedAt ?? now);
    this.#steppedAt = now;
    const { waiting } = this.#counts;
    if (waiting === 0) return;
    // A step before the end, so that the last one is not late.
    const left = startBy - now - STEP_MS;
    const needed = left > 0 ? waiting / left : Infinity;
    const perMs = Math.max(rate / 1_000, needed);
    if (perMs === Infinity) this.#due = waiting;
    else this.#due += Math.min(waited, CATCH_UP_MS) * perMs;
    const queue = this.#queue;
    const unready: Departure<L>[] = [];
    let at = 0;
    for (; at < queue.length && this.#due >= 1; at++) {
      const departure = queue[at]!;
      if (departure.stage !== "waiting") continue;
      const ready = departure.leaver.readyAt <= now;
      if (!ready || !this.#begin(departure, now)) unready.push(departure);
      else this.#due--;
    }
    // Nothing is saved up for those that are not ready.
    this.#due = Math.min(this.#due, 1);
    if (at > 0) this.#queue = [...unready, ...queue.slice(at)];
  }

  /** Tells one, or begins its turn; says whether either could be done now. */
  #begin(departure: Departure<L>, now: number): boolean {
    departure.since = now;
    const told = departure.leaver.tell();
    // It may have gone on the spot.
    if (!this.#all.has(departure.leaver)) return true;
    if (told) this.#enter(departure, "told");
    else if (this.#held) return false;
    else this.#turn(departure);
    return true;
  }

  #turn(departure: Departure<L>): void {
    departure.since = Infinity;
    this.#enter(departure, "finishing");
    departure.leaver.begin();
  }

  #finish(departure: Departure<L>, now: number): void {
    if (departure.leaver.busy(now)) {
      departure.since = Infinity;
      return;
    }
    departure.since = Math.min(departure.since, now);
    if (now - departure.since >= this.pace.quietMs) this.#close(departure);
  }

  #close(departure: Departure<L>): void {
    this.#enter(departure, "closing");
    departure.leaver.close();
  }

  #enter(departure: Departure<L>, stage: Stage): void {
    const counts = this.#counts;
    const { stage: before } = departure;
    if (before === "waiting") counts.waiting--;
    else if (before === "closing") counts.closing--;
    this.#told.delete(departure);
    this.#finishing.delete(departure);
    departure.stage = stage;
    switch (stage) {
      case "told":
        this.#told.add(departure);
        break;
      case "finishing":
        this.#finishing.add(departure);
        break;
      case "closing":
        counts.closing++;
        break;
      case "gone":
        counts.gone++;
    }
  }
}
