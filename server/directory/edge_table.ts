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

  /**
   * @param hi High half of the id.
   * @param lo Low half of the id.
   * @returns The edge, if it is there.
   */
  get(hi: number, lo: number): EdgePeer | undefined {
    const list = this.#lists.get(lo);
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
    const list = this.#lists.get(edge.idLo);
    if (list === undefined) this.#lists.set(edge.idLo, [edge]);
    else list.push(edge);
    this.size++;
  }

  /**
   * @param edge An edge.
   * @returns `false` if it was not there.
   */
  delete(edge: EdgePeer): boolean {
    const list = this.#lists.get(edge.idLo);
    const index = list?.indexOf(edge) ?? -1;
    if (index < 0) return false;
    if (list!.length === 1) this.#lists.delete(edge.idLo);
    else list!.splice(index, 1);
    this.size--;
    return true;
  }

  /** @returns All of them. */
  *values(): Generator<EdgePeer, void, undefined> {
    for (const list of this.#lists.values()) yield* list;
  }
}
