/**
 * The unanswered requests of one peer.
 *
 * @module
 */

import type { Session } from "@frontier/proto/internal";
import type { AskedRequests, Call } from "./call.ts";

/** Buckets at first, and again when nothing is left. */
const LEAST = 16;

/**
 * Finds a request by the packet id its sender chose. The chains run through the
 * calls themselves, so that passing a request on allocates nothing, and a
 * cancel costs the same with one request in flight and with ten thousand.
 */
export class CallTable implements AskedRequests {
  /** How many there are. */
  size = 0;
  #buckets: (Call | undefined)[] = new Array(LEAST).fill(undefined);
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
   * @param call A request with its source's packet id.
   */
  add(call: Call): void {
    if (this.size > this.#mask * 2) this.#resize((this.#mask + 1) * 4);
    this.size++;
    this.#link(call);
  }

  /**
   * @param call A request that was added.
   */
  delete(call: Call): void {
    const { prev, next } = call;
    if (prev !== undefined) prev.next = next;
    else this.#buckets[this.#bucketOf(call)] = next;
    if (next !== undefined) next.prev = prev;
    call.prev = call.next = undefined;
    if (--this.size === 0 && this.#mask > LEAST * 64) this.#resize(LEAST);
  }

  /**
   * @param idHi High half of the packet id.
   * @param idLo Low half of the packet id.
   * @param session The session it came on.
   * @returns The request, if it has no answer yet.
   */
  get(idHi: number, idLo: number, session: Session): Call | undefined {
    let call = this.#buckets[this.#bucket(idHi, idLo, session)];
    while (
      call !== undefined &&
      (call.idLo !== idLo || call.idHi !== idHi ||
        call.session !== session)
    ) call = call.next;
    return call;
  }

  /** @returns All requests; those that are deleted meanwhile may still come. */
  all(): Call[] {
    const list: Call[] = [];
    for (let call of this.#buckets) {
      for (; call !== undefined; call = call.next) list.push(call);
    }
    return list;
  }

  #bucketOf(call: Call): number {
    const { idHi, idLo, session } = call;
    return this.#bucket(idHi, idLo, session!);
  }

  #bucket(idHi: number, idLo: number, session: Session): number {
    const factor = this.#factor;
    const mixed = Math.imul(
      idLo ^ Math.imul(idHi ^ Math.imul(session.idLo, factor), factor),
      factor,
    );
    return (mixed ^ (mixed >>> 15)) & this.#mask;
  }

  #link(call: Call): void {
    const at = this.#bucketOf(call);
    const head = this.#buckets[at];
    call.prev = undefined;
    call.next = head;
    if (head !== undefined) head.prev = call;
    this.#buckets[at] = call;
  }

  #resize(count: number): void {
    const calls = this.all();
    this.#buckets = new Array(count).fill(undefined);
    this.#mask = count - 1;
    for (const call of calls) this.#link(call);
  }
}
