/**
 * Who reads next.
 *
 * @module
 */

/** Milliseconds of work that one who comes can claim of the time before. */
const CLAIM_MS = 3;
/** Milliseconds of work that one who waits may be ahead of its line. */
const MOST_AHEAD_MS = 12;

/** Whoever waits for its turn to read. */
export interface Reader {
  /** Whether many wait for what it reads, as for the answers of a service; it stands in a line of its own. */
  readonly shared: boolean;
  /** Milliseconds of work that it has made, as its line counts them: 0 at first, {@linkcode ReadTurns} keeps it. */
  made: number;
  /** It may read on. */
  readOn(): void;
}

interface Waiting {
  readonly reader: Reader;
  /** Tells who came first of those that have made the same. */
  readonly order: number;
}

/** Those who wait: first whoever has made least work, and of several who came first. */
export class ReadingLine {
  /** Milliseconds of work made, beyond what the other line has made. */
  ahead = 0;
  /** Whether one of its readers has read in this turn. */
  came = false;
  /** A heap: nobody stands before the one at half of its place. */
  readonly #heap: Waiting[] = [];
  #order = 0;
  /** Most that one who went on had made; it never falls, or those who come would pass those who wait for ever. */
  floor = 0;

  /** Whether nobody waits. */
  get empty(): boolean {
    return this.#heap.length === 0;
  }

  /** Who goes on next. */
  get first(): Reader | undefined {
    return this.#heap[0]?.reader;
  }

  /**
   * Somebody comes.
   *
   * @param reader Who has read, and wants to read on.
   */
  push(reader: Reader): void {
    // Of the time when it was not there it can claim next to nothing.
    reader.made = Math.min(
      Math.max(reader.made, this.floor - CLAIM_MS),
      this.floor + MOST_AHEAD_MS,
    );
    const heap = this.#heap;
    const one = { reader, order: this.#order++ };
    let at = heap.length;
    while (at > 0) {
      const above = (at - 1) >> 1;
      if (isBefore(heap[above]!, one)) break;
      heap[at] = heap[above]!;
      at = above;
    }
    heap[at] = one;
  }

  /**
   * Takes out the first one.
   *
   * @returns Who goes on; there must be one.
   */
  shift(): Reader {
    const heap = this.#heap;
    const { reader } = heap[0]!;
    const last = heap.pop()!;
    const { length } = heap;
    if (length > 0) {
      let at = 0;
      for (;;) {
        let below = 2 * at + 1;
        if (below >= length) break;
        if (below + 1 < length && isBefore(heap[below + 1]!, heap[below]!)) {
          below++;
        }
        if (isBefore(last, heap[below]!)) break;
        heap[at] = heap[below]!;
        at = below;
      }
      heap[at] = last;
    }
    this.floor = Math.max(this.floor, reader.made);
    return reader;
  }

  /** Forgets all who wait. */
  clear(): void {
    this.#heap.length = 0;
    this.ahead = 0;
  }
}

function isBefore(one: Waiting, other: Waiting): boolean {
  const made = one.reader.made - other.reader.made;
  return made < 0 || (made === 0 && one.order < other.order);
}
