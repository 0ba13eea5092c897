/**
 * Reports to a directory of the original's: one call for each event.
 *
 * @module
 */

import { FrontierError, Timer } from "@frontier/proto";
import { encodeReport, type Report } from "@frontier/proto/cluster";
import { Backoff, describeError } from "@frontier/platform/internal";
import type { Peer } from "../directory/peer.ts";
import { type Change, Changes } from "./changes.ts";
import { arrivalOf, departureOf, signOfLife } from "./go_reports.ts";
import type { Reporter, ReporterContext } from "./reporter.ts";
import { roll, Rounds } from "./roll.ts";

/** Calls that are under way at a time, and that are begun in one turn of the event loop. */
const IN_FLIGHT = 512;
const IN_TURN = 256;
/** Milliseconds that a turn may take: peers wait meanwhile. */
const TURN_MS = 2;
/**
 * Milliseconds in which everybody is told of again. A record that is not dies
 * after 30 s and does not come back by a sign of life: one may be lost.
 * Source: docs/spec/frontlas.md §1.7.
 */
const RENEW_MS = 14_000;
/** Pauses after the directory did not take a report. */
const RETRY = { minDelayMs: 50, firstDelayMs: 400, maxDelayMs: 5_000 };

/** A report, and the change that it tells, if that has to arrive. */
interface Told {
  readonly report: Report;
  readonly change?: Change;
}

/**
 * Tells a directory of the original's of everybody who is here, then of
 * everybody who comes and goes, by calls, and gives signs of life of everybody
 * at an even pace: their own come as seldom as every 320 s. The directory knows
 * no connections: of one id nothing is told before what was told earlier is
 * answered, and nobody goes who did not come on this link, for both would spoil
 * its counts. Source: docs/spec/frontlas.md §1.6.
 */
export class CallReporter implements Reporter {
  readonly #context: ReporterContext;
  readonly #changes: Changes;
  readonly #rounds: Rounds;
  readonly #timer: Timer = new Timer(() => this.#turn());
  readonly #retry: Backoff;
  /** Who was told of on this link, and has not gone. */
  readonly #told: Set<Peer> = new Set();
  /** Ids of changes that are under way. */
  readonly #busy: Set<bigint> = new Set();
  #roll: Iterator<Peer, void, undefined> | undefined;
  #inFlight = 0;
  #statsAt: number;
  #notBefore = 0;
  #synced = false;
  /** Why the last report was not taken. */
  #problem = "";
  #stopped = false;
  readonly #settled: (() => void)[] = [];

  /**
   * Begins with everybody who is here.
   *
   * @param context What it needs from outside.
   */
  constructor(context: ReporterContext) {
    const { directory, timers, statsMs, counts, random } = context;
    this.#context = context;
    // Stamps are of no use to it.
    this.#changes = new Changes(() => ({ since: 0, seq: 0 }));
    const now = timers.now();
    this.#rounds = new Rounds(directory, RENEW_MS, now);
    this.#retry = new Backoff(RETRY, random);
    this.#roll = roll(directory);
    this.#statsAt = statsMs === Infinity ? Infinity : now;
    counts.resyncs++;
    context.onUp();
    this.#wake(now);
  }

  /** @inheritdoc */
  get synced(): boolean {
    return this.#synced;
  }

  /** @inheritdoc */
  get problem(): string {
    return this.#problem;
  }

  /** @inheritdoc */
  get pending(): number {
    return this.#changes.size + this.#busy.size;
  }

  /** @inheritdoc */
  arrive(peer: Peer): void {
    this.#changes.arrive(peer);
    this.#wake(this.#now);
  }

  /** @inheritdoc */
  depart(peer: Peer): void {
    if (this.#told.delete(peer)) this.#changes.depart(peer);
    else this.#changes.told(peer);
    this.#wake(this.#now);
  }

  /** Nobody asks for it on such a link: all of it would be counted twice. */
  resync(): void {}

  /** @inheritdoc */
  settle(): Promise<void> {
    return new Promise((resolve) => {
      this.#settled.push(resolve);
      this.#settle();
    });
  }

  /** Sends nothing more. */
  [Symbol.dispose](): void {
    this.#stopped = true;
    this.#context.timers.clear(this.#timer);
    this.#changes.clear();
    this.#told.clear();
    this.#roll = undefined;
    this.#settle();
  }

  get #now(): number {
    return this.#context.timers.now();
  }

  #wake(at: number): void {
    if (this.#stopped) return;
    const timer = this.#timer;
    const due = Math.max(at, this.#notBefore);
    if (timer.armed && timer.at <= due) return;
    this.#context.timers.set(timer, due);
  }

  #settle(): void {
    if (this.#roll === undefined && this.#busy.size === 0) this.#synced = true;
    const done = this.#stopped ||
      (this.#roll === undefined && this.pending === 0);
    if (done) { for (const resolve of this.#settled.splice(0)) resolve(); }
  }

  #turn(): void {
    if (this.#stopped) return;
    const now = this.#now;
    if (now < this.#notBefore) {
      this.#wake(this.#notBefore);
      return;
    }
    this.#rounds.advance(now);
    let begun = 0;
    while (this.#inFlight < IN_FLIGHT) {
      if (begun === IN_TURN || this.#now - now >= TURN_MS) {
        this.#wake(now);
        return;
      }
      const next = this.#next(now);
      if (next === undefined) break;
      begun++;
      void this.#tell(next);
    }
    this.#settle();
    // With all places taken, or an id that waits, the next answer goes on.
    this.#wake(Math.min(this.#statsAt, this.#rounds.nextAt));
  }

  #next(now: number): Told | undefined {
    return this.#nextOfRoll() ?? this.#nextChange() ?? this.#nextStats(now) ??
      this.#nextOfRound();
  }

  #nextOfRoll(): Told | undefined {
    for (;;) {
      const peer = this.#roll?.next().value;
      if (peer === undefined) {
        this.#roll = undefined;
        return undefined;
      }
      // It may have come, and been told of, since the roll began.
      if (!peer.online || this.#told.has(peer)) continue;
      // An earlier connection with its id may be about to be told of.
      if (this.#busy.has(peer.id)) this.#changes.arrive(peer);
      else return this.#arrival({ kind: "online", peer });
    }
  }

  #nextChange(): Told | undefined {
    const change = this.#changes.peek();
    if (change === undefined) return undefined;
    const id = change.kind === "online" ? change.peer.id : change.id;
    if (this.#busy.has(id)) return undefined;
    this.#changes.take(change);
    if (change.kind === "online") return this.#arrival(change);
    return { change, report: departureOf(change, this.#context.frontierId) };
  }

  #arrival(change: Change & { kind: "online" }): Told {
    const { peer } = change;
    this.#changes.told(peer);
    this.#told.add(peer);
    return { change, report: arrivalOf(peer, this.#context.frontierId) };
  }

  #nextStats(now: number): Told | undefined {
    if (now < this.#statsAt) return undefined;
    const { directory, frontierId, statsMs } = this.#context;
    this.#statsAt = now + statsMs;
    return {
      report: {
        method: "frontier_stats",
        frontierId,
        edges: directory.edgeCount,
        services: directory.serviceCount,
      },
    };
  }

  #nextOfRound(): Told | undefined {
    if (this.#roll !== undefined) return undefined;
    for (;;) {
      const peer = this.#rounds.next();
      if (peer === undefined) return undefined;
      if (!peer.online || !this.#told.has(peer)) continue;
      return { report: signOfLife(peer, this.#context.frontierId) };
    }
  }

  async #tell({ report, change }: Told): Promise<void> {
    const { link, counts, onAcknowledged } = this.#context;
    const id = change && idOf(change);
    if (id !== undefined) this.#busy.add(id);
    this.#inFlight++;
    let problem: unknown;
    try {
      await link.call(report.method, encodeReport(report));
    } catch (error) {
      problem = error;
    }
    this.#inFlight--;
    if (id !== undefined) this.#busy.delete(id);
    if (this.#stopped || link.over) return;
    if (problem === undefined) {
      this.#problem = "";
      this.#retry.reset();
      onAcknowledged();
      if (change !== undefined) counts.events++;
    } else this.#failed(report, change, problem);
    this.#settle();
    if (this.#changes.size > 0 || this.#roll !== undefined) {
      this.#wake(this.#now);
    }
  }

  #failed(report: Report, change: Change | undefined, problem: unknown): void {
    const { link, counts, log } = this.#context;
    if (problem instanceof FrontierError && problem.code === "no-such-rpc") {
      // Now and then the original installs one of its methods only; on the next connection it does better.
      link.cut(`it does not know ${report.method}`);
      return;
    }
    counts.refusals++;
    const pauseMs = this.#retry.next();
    this.#problem = describeError(problem);
    this.#notBefore = this.#now + pauseMs;
    log.warn("The cluster's directory did not take a report, it is repeated", {
      peer: "frontlas",
      method: report.method,
      error: this.#problem,
      retryInMs: Math.round(pauseMs),
    });
    if (change !== undefined) this.#changes.giveBack(change);
  }
}

function idOf(change: Change): bigint {
  return change.kind === "online" ? change.peer.id : change.id;
}
