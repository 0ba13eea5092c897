/**
 * Edges by id.
 *
 * @module
 */

import type { EdgePeer } from "./peer.ts";

/** All edges that can be routed to; found by the two halves of their id. */
export class EdgeTable {
  /** How many there are. */
  size = 0;
  readonly #lists: Map<number, EdgePeer[]> = new Map();
  readonly #factor: number;

  /**
   * @param salt A random 32-bit number: where edges choose their ids, they must
   * not be able to choose them so that all are in one list.
   */
  constructor(salt: number) {
    this.#factor = salt | 1;
  }

  /**
   * @param hi High half of the id.
   * @param lo Low half of the id.
   * @returns The edge, if it is there.
   */
  get(hi: number, lo: number): EdgePeer | undefined {
    const list = this.#lists.get(this.#key(hi, lo));
    if (list === undefined) return undefined;
    for (let i = 0; i < list.length; i++) {
      if (list[i]!.idHi === hi) return list[i];
    }
    return undefined;
  }

  /**
   * @param edge One whose id is not taken.
   */
  add(edge: EdgePeer): void {
    const key = this.#key(edge.idHi, edge.idLo);
    const list = this.#lists.get(key);
    if (list === undefined) this.#lists.set(key, [edge]);
    else list.push(edge);
    this.size++;
  }

  /**
   * @param edge One that may have been replaced by a newer one with its id.
   * @returns `false` if it was not there.
   */
  delete(edge: EdgePeer): boolean {
    const key = this.#key(edge.idHi, edge.idLo);
    const list = this.#lists.get(key);
    const index = list?.indexOf(edge) ?? -1;
    if (index < 0) return false;
    if (list!.length === 1) this.#lists.delete(key);
    else list!.splice(index, 1);
    this.size--;
    return true;
  }

  /** @returns All of them; whoever stays while they are gone through is among them. */
  *values(): Generator<EdgePeer, void, undefined> {
    for (const list of this.#lists.values()) {
      if (list.length === 1) yield list[0]!;
      else yield* [...list];
    }
  }

  #key(hi: number, lo: number): number {
    return (Math.imul(hi, this.#factor) + lo) | 0;
  }
}
