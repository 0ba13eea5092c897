/** What a soak did, and what went wrong meanwhile. */

/** What was done so far. */
export interface Done {
  /** Connections made. */
  connects: number;
  /** Edges that closed in an orderly way. */
  closes: number;
  /** Connections cut without a word. */
  cuts: number;
  /** Connections on which nothing got through any more. */
  freezes: number;
  /** Connections given up before or within their handshake. */
  abandoned: number;
  /** Calls, in both directions. */
  calls: number;
  /** Messages, in both directions. */
  messages: number;
  /** Streams, in both directions. */
  streams: number;
  /** Bytes that came back on streams. */
  streamBytes: number;
}

/** What is told of a soak. */
export interface TallyReport {
  /** What was done so far. */
  readonly done: Done;
  /** Edges that are connected. */
  readonly alive: number;
  /** What went wrong: the first few. */
  readonly failures: readonly string[];
  /** How much went wrong. */
  readonly failed: number;
}

const MAX_FAILURES = 10;

/** Counts. */
export class Tally {
  /** What was done so far. */
  readonly done: Done = {
    connects: 0,
    closes: 0,
    cuts: 0,
    freezes: 0,
    abandoned: 0,
    calls: 0,
    messages: 0,
    streams: 0,
    streamBytes: 0,
  };
  /** Edges that are connected. */
  alive = 0;
  readonly #failures: string[] = [];
  #failed = 0;

  /**
   * Something went wrong.
   *
   * @param what What.
   */
  fail(what: string): void {
    this.#failed++;
    if (this.#failures.length < MAX_FAILURES) this.#failures.push(what);
  }

  /** What is told. */
  get report(): TallyReport {
    return {
      done: this.done,
      alive: this.alive,
      failures: this.#failures,
      failed: this.#failed,
    };
  }
}
