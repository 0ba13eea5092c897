/**
 * The unanswered requests of one peer.
 *
 * @module
 */

import type { Session } from "@frontier/proto/internal";
import type { Call } from "./call.ts";

/** Requests up to here stand in one chain: most peers have a few in flight, and a table of their own would cost each of them memory that is never at hand. */
const FEW = 8;
/** Buckets at first. */
const LEAST = 16;

/**
 * Finds a request by the packet id its sender chose. The chains run through the
 * calls themselves, so that passing a request on allocates nothing, and a
 * cancel costs the same with one request in flight and with ten thousand.
 */
export class CallTable {
  /** How many there are. */
  size = 0;
  /** All requests while they are few. */
  #first: Call | undefined = undefined;
  /** Chains by packet id while there are many. */
  #buckets: (Call | undefined)[] | undefined = undefined;
  #mask = 0;
  #factor = 0;

  /**
   * @param call A request with its source's packet id.
   * @param salt A random 32-bit number, the same for all: peers choose their packet
   * ids, and must not be able to choose them so that all fall into one bucket.
   */
  add(call: Call, salt: number): void {
    const size = ++this.size;
    if (this.#buckets === undefined) {
      if (size <= FEW) {
        this.#first = lead(call, this.#first);
        return;
      }
      this.#factor = (salt | 1) >>> 0;
      this.#resize(LEAST);
    } else if (size > this.#mask * 2) this.#resize((this.#mask + 1) * 4);
    this.#link(call);
  }

  /**
   * @param call A request that was added.
   */
  delete(call: Call): void {
    const { prev, next } = call;
    if (prev !== undefined) prev.next = next;
    else if (this.#buckets === undefined) this.#first = next;
    else this.#buckets[this.#bucketOf(call)] = next;
    if (next !== undefined) next.prev = prev;
    call.prev = call.next = undefined;
    if (--this.size === 0 && this.#mask > LEAST * 64) this.#shrink();
  }

  /**
   * @param idHi High half of the packet id.
   * @param idLo Low half of the packet id.
   * @param session The session it came on.
   * @returns The request, if it has no answer yet.
   */
  get(idHi: number, idLo: number, session: Session): Call | undefined {
    let call = this.#buckets === undefined
      ? this.#first
      : this.#buckets[this.#bucket(idHi, idLo, session)];
    while (
      call !== undefined &&
      (call.idLo !== idLo || call.idHi !== idHi ||
        call.session !== session)
    ) call = call.next;
    return call;
  }

  /** @returns All requests; those that are deleted meanwhile may still come. */
  requests(): Call[] {
    const list: Call[] = [];
    for (let call of this.#buckets ?? [this.#first]) {
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
    this.#buckets![at] = lead(call, this.#buckets![at]);
  }

  #shrink(): void {
    this.#buckets = undefined;
    this.#mask = 0;
  }

  #resize(count: number): void {
    const calls = this.requests();
    this.#first = undefined;
    this.#buckets = new Array(count).fill(undefined);
    this.#mask = count - 1;
    for (const call of calls) this.#link(call);
  }
}

/** Puts a call in front of a chain. */
function lead(call: Call, first: Call | undefined): Call {
  call.prev = undefined;
  call.next = first;
  if (first !== undefined) first.prev = call;
  return call;
}
