/**
 * A list that is always in order.
 *
 * @module
 */

/** Items of a chunk at which it is split. */
const MOST = 512;

/**
 * Items in order, in chunks, so that one comes or goes without moving all
 * others. No two of them compare as equal.
 */
export class SortedList<T> {
  /** How many there are. */
  size = 0;
  /** Changes with every change. */
  version = 0;
  /** The order. */
  readonly compare: (a: T, b: T) => number;
  readonly #chunks: T[][] = [];

  /**
   * @param compare The order.
   */
  constructor(compare: (a: T, b: T) => number) {
    this.compare = compare;
  }

  /** The items in order, in pieces; not to be changed. */
  get chunks(): readonly (readonly T[])[] {
    return this.#chunks;
  }

  /**
   * @param item One that is not in the list.
   */
  add(item: T): void {
    this.size++;
    this.version++;
    const chunks = this.#chunks;
    if (chunks.length === 0) {
      chunks.push([item]);
      return;
    }
    const at = Math.min(this.#chunkOf(item), chunks.length - 1);
    const chunk = chunks[at]!;
    const index = this.#indexIn(chunk, item);
    if (index === chunk.length) chunk.push(item);
    else chunk.splice(index, 0, item);
    if (chunk.length <= MOST) return;
    // Most come at the end: a chunk that is left behind there is to be full.
    const last = at === chunks.length - 1;
    chunks.splice(at + 1, 0, chunk.splice(last ? MOST : MOST / 2));
  }

  /**
   * @param item An item, or one that compares as equal.
   * @returns The item that was in the list and is not any more.
   */
  delete(item: T): T | undefined {
    const at = this.#chunkOf(item);
    const chunk = this.#chunks[at];
    if (chunk === undefined) return undefined;
    const index = this.#indexIn(chunk, item);
    const found = chunk[index];
    if (found === undefined || this.compare(found, item) !== 0) {
      return undefined;
    }
    this.size--;
    this.version++;
    chunk.splice(index, 1);
    if (chunk.length === 0) this.#chunks.splice(at, 1);
    else this.#join(at);
    return found;
  }

  /**
   * Finds a place: that of the item, or of the first one after it.
   *
   * @param item An item, in the list or not.
   * @returns The number of a chunk, perhaps after the last one, and the index in it.
   */
  find(item: T): [chunk: number, index: number] {
    const at = this.#chunkOf(item);
    const chunk = this.#chunks[at];
    return [at, chunk === undefined ? 0 : this.#indexIn(chunk, item)];
  }

  /** Chunks that have emptied much become one. */
  #join(at: number): void {
    const chunks = this.#chunks;
    const chunk = chunks[at]!;
    const next = chunks[at + 1];
    if (next === undefined || chunk.length + next.length > MOST / 2) return;
    chunk.push(...next);
    chunks.splice(at + 1, 1);
  }

  /** The first chunk whose last item is not before this one. */
  #chunkOf(item: T): number {
    const chunks = this.#chunks;
    let low = 0;
    let high = chunks.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.compare(chunks[middle]!.at(-1)!, item) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** The first item of a chunk that is not before this one. */
  #indexIn(chunk: readonly T[], item: T): number {
    let low = 0;
    let high = chunk.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.compare(chunk[middle]!, item) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
