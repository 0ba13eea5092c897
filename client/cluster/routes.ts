/**
 * Remembers which edge is at which gateway.
 *
 * @module
 */

import type { Gateway } from "./gateway.ts";

/**
 * The gateways of the edges that were used last. It holds at most as many as it
 * may: when the newer half is full, the older half is forgotten, and what is
 * used moves from the older to the newer. Nothing is forgotten by time.
 */
export class Routes {
  readonly #half: number;
  #newer = new Map<bigint, Gateway>();
  #older = new Map<bigint, Gateway>();

  /**
   * Starts empty.
   *
   * @param most How many edges it remembers.
   */
  constructor(most: number) {
    this.#half = Math.max(1, Math.ceil(most / 2));
  }

  /** How many edges it remembers. */
  get size(): number {
    return this.#newer.size + this.#older.size;
  }

  /**
   * Looks an edge up.
   *
   * @param edgeId Which.
   * @returns Where it was last.
   */
  get(edgeId: bigint): Gateway | undefined {
    const gateway = this.#newer.get(edgeId);
    if (gateway !== undefined) return gateway;
    const found = this.#older.get(edgeId);
    if (found !== undefined) this.set(edgeId, found);
    return found;
  }

  /**
   * Notes where an edge is.
   *
   * @param edgeId Which.
   * @param gateway Where.
   */
  set(edgeId: bigint, gateway: Gateway): void {
    this.#older.delete(edgeId);
    if (!this.#newer.has(edgeId) && this.#newer.size >= this.#half) {
      this.#older = this.#newer;
      this.#newer = new Map();
    }
    this.#newer.set(edgeId, gateway);
  }

  /**
   * An edge is not where it was thought to be.
   *
   * @param edgeId Which.
   * @param gateway Where it is not; another one that was noted meanwhile holds.
   */
  forget(edgeId: bigint, gateway: Gateway): void {
    for (const half of [this.#newer, this.#older]) {
      if (half.get(edgeId) === gateway) half.delete(edgeId);
    }
  }

  /**
   * A gateway is no more.
   *
   * @param gateway Which.
   */
  forgetAll(gateway: Gateway): void {
    for (const half of [this.#newer, this.#older]) {
      for (const [edgeId, where] of half) {
        if (where === gateway) half.delete(edgeId);
      }
    }
  }
}
