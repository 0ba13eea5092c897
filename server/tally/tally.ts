/**
 * What a gateway counts while it works.
 *
 * @module
 */

import { Buckets, LIFETIME_BOUNDS } from "@frontier/platform/internal";
import type { CloseKind, CloseReason } from "@frontier/proto";
import {
  CLOSE_KINDS,
  HOOK_OUTCOMES,
  HOOKS,
  OK,
  REMOTE,
  RESULT_CODES,
  RESULT_INDEX,
  resultOf,
  type SIDES,
  TURNED_AWAY,
  type TurnedAway,
  UNHEARD,
  WAYS,
} from "./labels.ts";
import { Traffic } from "./traffic.ts";

type Side = typeof SIDES[number];

/** What ended, as far as it is counted. */
export interface Ended {
  /** What it is and which way it went: the place in {@linkcode WAYS}, after all of them for messages. */
  readonly way: number;
  /** When it came, in milliseconds of the clock. */
  readonly startedAt: number;
}

/** One side of a stream, as far as it is counted. */
export interface StreamSide {
  /** Whose side it is. */
  readonly peer: { readonly kind: Side };
  /** What became of its peer's wish to open the stream. */
  readonly wish: "waiting" | "open" | "refused" | undefined;
  /** When that was open, in milliseconds of the clock. */
  readonly since: number;
  /** The other side. */
  readonly other: StreamSide | undefined;
}

/**
 * The counters of one gateway. They only ever grow, nothing is allocated to
 * count, and nothing is computed before somebody asks. Whatever is not watched
 * has no tally at all.
 */
export class Tally {
  /** Requests, then messages, by way and how they ended: `way * codes + code`. */
  readonly results: Float64Array = new Float64Array(
    2 * WAYS.length * RESULT_CODES.length,
  );
  /** How long those took that reached their target, by way: requests, then messages. */
  readonly latencies: readonly Buckets[] = Array.from(
    { length: 2 * WAYS.length },
    () => new Buckets(),
  );
  /** Answers that came when their caller had one already. */
  lateAnswers = 0;

  /** Streams asked for, by who opens (edge, service) and how that ended. */
  readonly opens: Float64Array = new Float64Array(2 * RESULT_CODES.length);
  /** How long until they were open, by who opens. */
  readonly openLatencies: readonly Buckets[] = [new Buckets(), new Buckets()];
  /** For how long they were open, by who opened. */
  readonly lifetimes: readonly Buckets[] = [
    new Buckets(LIFETIME_BOUNDS),
    new Buckets(LIFETIME_BOUNDS),
  ];
  /** Bytes that came on streams, by who sent them; then those that nobody took. */
  readonly streamBytes: Float64Array = new Float64Array(3);
  /** Streams given up because their receiver took nothing. */
  streamsStalled = 0;

  /** Bytes of connections, by side. */
  readonly traffic: readonly [Traffic, Traffic] = [
    new Traffic(),
    new Traffic(),
  ];
  /** Connections that ended before anybody took them, by side and reason. */
  readonly turnedAway: Float64Array = new Float64Array(2 * TURNED_AWAY.length);
  /** Connections passed to another server. */
  bypassed = 0;
  /** Handshakes, by side and how they ended. */
  readonly handshakes: Float64Array = new Float64Array(2 * RESULT_CODES.length);
  /** Connections that had been let in, by side and why they ended. */
  readonly closes: Float64Array = new Float64Array(2 * CLOSE_KINDS.length);
  /** How long edges waited to be let in, from their introduction to the verdict. */
  readonly admissions: Buckets = new Buckets();

  /** Questions to services, by hook and what they came to. */
  readonly hooks: Float64Array = new Float64Array(
    HOOKS.length * HOOK_OUTCOMES.length,
  );
  /** How long they took, by hook. */
  readonly hookLatencies: readonly Buckets[] = HOOKS.map(() => new Buckets());
  /** Offline events that no service was told, or took. */
  offlineEventsDropped = 0;

  /**
   * A target has answered.
   *
   * @param ended What it answered.
   * @param remote Whether its answer is an error.
   * @param now When the answer came, in milliseconds of the clock.
   */
  answered(ended: Ended, remote: boolean, now: number): void {
    const { way } = ended;
    this.results[way * RESULT_CODES.length + (remote ? REMOTE : OK)]!++;
    this.latencies[way]!.add(now - ended.startedAt);
  }

  /**
   * The gateway says why there is no other answer.
   *
   * @param ended What there is no answer to.
   * @param reason Why, in the text of the wire.
   */
  failed(ended: Ended, reason: string): void {
    this.results[ended.way * RESULT_CODES.length + resultOf(reason)]!++;
  }

  /**
   * Something has reached its target, and came to its end without an answer of it.
   *
   * @param ended What.
   * @param now When, in milliseconds of the clock.
   */
  waited(ended: Ended, now: number): void {
    this.latencies[ended.way]!.add(now - ended.startedAt);
  }

  /**
   * Something ended when nobody waited for it any more.
   *
   * @param ended What.
   */
  unheard(ended: Ended): void {
    this.results[ended.way * RESULT_CODES.length + UNHEARD]!++;
  }

  /**
   * A stream is open.
   *
   * @param by Who opened it.
   * @param ms How long that took.
   */
  opened(by: Side, ms: number): void {
    const side = by === "edge" ? 0 : 1;
    this.opens[side * RESULT_CODES.length + OK]!++;
    this.openLatencies[side]!.add(ms);
  }

  /**
   * A stream was not opened.
   *
   * @param by Who asked for it.
   * @param reason Why not, in the text of the wire.
   */
  unopened(by: Side, reason: string): void {
    const side = by === "edge" ? 0 : 1;
    this.opens[side * RESULT_CODES.length + resultOf(reason)]!++;
  }

  /**
   * The opener of a stream has gone before it was open.
   *
   * @param by Who had asked for it.
   */
  unwanted(by: Side): void {
    const side = by === "edge" ? 0 : 1;
    this.opens[side * RESULT_CODES.length + UNHEARD]!++;
  }

  /**
   * A stream is over that its target was asked for.
   *
   * @param leg One of its sides.
   * @param now When, in milliseconds of the clock.
   */
  streamOver(leg: StreamSide, now: number): void {
    const opener = leg.wish === undefined ? leg.other : leg;
    if (opener?.wish === "open") {
      const side = opener.peer.kind === "edge" ? 0 : 1;
      this.lifetimes[side]!.add(now - opener.since);
    }
  }

  /**
   * Bytes came on a stream.
   *
   * @param by Who sent them.
   * @param count How many.
   */
  streamed(by: Side, count: number): void {
    this.streamBytes[by === "edge" ? 0 : 1]! += count;
  }

  /**
   * Bytes of a stream will not reach anybody.
   *
   * @param count How many.
   */
  streamDropped(count: number): void {
    this.streamBytes[2]! += count;
  }

  /**
   * A connection ended before anybody took it.
   *
   * @param side Where it came in.
   * @param why What was wrong with it; one of a few reasons.
   */
  turnAway(side: Side, why: TurnedAway): void {
    const at = (side === "edge" ? 0 : 1) * TURNED_AWAY.length;
    this.turnedAway[at + TURNED_AWAY.indexOf(why)]!++;
  }

  /**
   * A peer was let in.
   *
   * @param side What it is.
   */
  admitted(side: Side): void {
    const at = (side === "edge" ? 0 : 1) * RESULT_CODES.length;
    this.handshakes[at + OK]!++;
  }

  /**
   * A connection ended in its handshake.
   *
   * @param side Where it came in.
   * @param reason Why; in one of kind `refused` is what the peer was told.
   */
  unadmitted(side: Side, { kind, text }: CloseReason): void {
    const at = (side === "edge" ? 0 : 1) * RESULT_CODES.length;
    const code = kind === "refused"
      ? resultOf(text.replace(/^refused: /, ""))
      : RESULT_INDEX.get(kind) ?? RESULT_INDEX.get("eof")!;
    this.handshakes[at + code]!++;
  }

  /**
   * A connection that had been let in is over.
   *
   * @param side What it was.
   * @param kind What kind of end it was.
   */
  closed(side: Side, kind: CloseKind): void {
    const at = (side === "edge" ? 0 : 1) * CLOSE_KINDS.length;
    this.closes[at + CLOSE_KINDS.indexOf(kind)]!++;
  }

  /**
   * A question to a service is over.
   *
   * @param hook Which question.
   * @param outcome What it came to.
   * @param ms How long it took.
   */
  asked(
    hook: typeof HOOKS[number],
    outcome: typeof HOOK_OUTCOMES[number],
    ms: number,
  ): void {
    const at = HOOKS.indexOf(hook);
    const outcomes = HOOK_OUTCOMES.length;
    this.hooks[at * outcomes + HOOK_OUTCOMES.indexOf(outcome)]!++;
    this.hookLatencies[at]!.add(ms);
  }
}
