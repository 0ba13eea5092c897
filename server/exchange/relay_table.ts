/**
 * The unanswered requests of one peer.
 *
 * @module
 */

import type { Session } from "@frontier/proto";
import type { Relay } from "./relay.ts";

/** Buckets at first, and again when nothing is left. */
const LEAST = 16;

/**
 * Finds a request by the packet id its sender chose. The chains run through the
 * relays themselves, so that passing a request on allocates nothing, and a
 * cancel costs the same with one request in flight and with ten thousand.
 */
export class RelayTable {
  /** How many there are. */
  size = 0;
  #buckets: (Relay | undefined)[] = new Array(LEAST).fill(undefined);
  #mask = LEAST - 1;
  readonly #factor: number;

  /**
   * @param salt A random 32-bit number: peers choose their packet ids, and must
   * not be able to choose them so that all fall into one bucket.
   */
  constructor(salt: number) {
    this.#factor = (salt | 1) >>> 0;
  }

  /**
   * @param relay A request with its source's packet id.
   */
  add(relay: Relay): void {
    if (this.size > this.#mask * 2) this.#resize((this.#mask + 1) * 4);
    this.size++;
    this.#link(relay);
  }

  /**
   * @param relay A request that was added.
   */
  delete(relay: Relay): void {
    const { prev, next } = relay;
    if (prev !== undefined) prev.next = next;
    else this.#buckets[this.#bucketOf(relay)] = next;
    if (next !== undefined) next.prev = prev;
    relay.prev = relay.next = undefined;
    if (--this.size === 0 && this.#mask > LEAST * 64) this.#resize(LEAST);
  }

  /**
   * @param idHi High half of the packet id.
   * @param idLo Low half of the packet id.
   * @param session The session it came on.
   * @returns The request, if it has no answer yet.
   */
  get(idHi: number, idLo: number, session: Session): Relay | undefined {
    let relay = this.#buckets[this.#bucket(idHi, idLo, session)];
    while (
      relay !== undefined &&
      (relay.sourceIdLo !== idLo || relay.sourceIdHi !== idHi ||
        relay.sourceSession !== session)
    ) relay = relay.next;
    return relay;
  }

  /** @returns All requests; those that are deleted meanwhile may still come. */
  all(): Relay[] {
    const list: Relay[] = [];
    for (let relay of this.#buckets) {
      for (; relay !== undefined; relay = relay.next) list.push(relay);
    }
    return list;
  }

  #bucketOf(relay: Relay): number {
    const { sourceIdHi, sourceIdLo, sourceSession } = relay;
    return this.#bucket(sourceIdHi, sourceIdLo, sourceSession!);
  }

  #bucket(idHi: number, idLo: number, session: Session): number {
    const factor = this.#factor;
    const mixed = Math.imul(
      idLo ^ Math.imul(idHi ^ Math.imul(session.idLo, factor), factor),
      factor,
    );
    return (mixed ^ (mixed >>> 15)) & this.#mask;
  }

  #link(relay: Relay): void {
    const at = this.#bucketOf(relay);
    const head = this.#buckets[at];
    relay.prev = undefined;
    relay.next = head;
    if (head !== undefined) head.prev = relay;
    this.#buckets[at] = relay;
  }

  #resize(count: number): void {
    const relays = this.all();
    this.#buckets = new Array(count).fill(undefined);
    this.#mask = count - 1;
    for (const relay of relays) this.#link(relay);
  }
}
