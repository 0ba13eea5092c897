/**
 * Packets of ours that wait for their answer.
 *
 * @module
 */

import type { FrameReader } from "./frame_reader.ts";
import type { Link } from "./link.ts";
import type { Session } from "./session.ts";

const NOTHING: never[] = [];

/** Slots an id can name; also the most packets one connection can wait for. */
const MAX_SLOTS = 1 << 20;
/** Slots that are kept when nothing waits any more. */
const KEPT_SLOTS = 1_024;

/**
 * One packet that waits for its answer. Exactly one of the two methods is
 * called, once: the answer, or the reason why none will come.
 */
export abstract class Pending {
  /** High half of the packet id; set by {@linkcode PendingTable.add}. */
  idHi = 0;
  /** Low half of the packet id; set by {@linkcode PendingTable.add}. */
  idLo = 0;
  /** When waiting ends, in milliseconds of the clock. */
  expiresAt = 0;
  /**
   * Type of the packet that answers it. 0 stands for every answer with a data
   * body: response, message ack, register ack.
   */
  answerType = 0;
  /** The session the packet was sent on. */
  session: Session | undefined = undefined;

  /**
   * The answer has arrived.
   *
   * @param link The connection it came from.
   * @param frame The answer, valid during the call.
   */
  abstract onAnswer(link: Link, frame: FrameReader): void;

  /**
   * No answer will come.
   *
   * @param link The connection that was asked.
   * @param reason `timeout` or `force closed`, as Go peers word it.
   */
  abstract onFail(link: Link, reason: string): void;
}

/**
 * The packets of one connection that wait for an answer, by packet id.
 *
 * The high half of an id names a slot, so that a look-up is an array access;
 * the low half is a counter, so that a late answer never meets the packet that
 * took the slot over.
 */
export class PendingTable {
  /** Packets waiting. */
  size = 0;
  // Most connections never wait for anything: one empty list serves them all.
  #slots: (Pending | undefined)[] = NOTHING;
  #free: number[] = NOTHING;
  #counter: number;
  readonly #nonce: number;

  /**
   * Makes an empty table with ids of its own.
   *
   * @param random Returns a number from 0 to 1, 1 excluded.
   */
  constructor(random: () => number) {
    this.#counter = (random() * 0x1_0000_0000) >>> 0;
    this.#nonce = 1 + Math.floor(random() * 0x7fe);
  }

  /** High half of the ids of packets that nobody answers. */
  get silentHi(): number {
    return ((this.#nonce << 20) | (MAX_SLOTS - 1)) >>> 0;
  }

  /**
   * Counts on.
   *
   * @returns The low half of a fresh id.
   */
  count(): number {
    return this.#counter = (this.#counter + 1) >>> 0;
  }

  /**
   * Gives a packet its id and waits for its answer.
   *
   * @param pending The packet.
   * @param expiresAt When waiting ends, in milliseconds of the clock.
   * @returns `false` when there is no room for it.
   */
  add(pending: Pending, expiresAt: number): boolean {
    if (this.#slots === NOTHING) {
      this.#slots = [];
      this.#free = [];
    }
    let slot = this.#free.pop();
    if (slot === undefined) {
      slot = this.#slots.length;
      if (slot >= MAX_SLOTS - 1) return false;
      this.#slots.push(pending);
    } else {
      this.#slots[slot] = pending;
    }
    pending.idHi = ((this.#nonce << 20) | slot) >>> 0;
    pending.idLo = this.count();
    pending.expiresAt = expiresAt;
    if (pending.session !== undefined) pending.session.pendings++;
    this.size++;
    return true;
  }

  /**
   * Finds the packet an answer belongs to and stops waiting for it.
   *
   * @param idHi High half of the packet id.
   * @param idLo Low half of the packet id.
   * @returns The packet, or `undefined` for an unknown, late or second answer.
   */
  take(idHi: number, idLo: number): Pending | undefined {
    const slot = idHi & (MAX_SLOTS - 1);
    const pending = this.#slots[slot];
    if (
      pending === undefined || pending.idLo !== idLo || pending.idHi !== idHi
    ) {
      return undefined;
    }
    this.#slots[slot] = undefined;
    this.#free.push(slot);
    if (pending.session !== undefined) pending.session.pendings--;
    // The counter tells late answers apart, so slots can start anew.
    if (--this.size === 0 && this.#slots.length > KEPT_SLOTS) this.#reset();
    return pending;
  }

  /**
   * Finds the packet an answer belongs to and goes on waiting for it.
   *
   * @param idHi High half of the packet id.
   * @param idLo Low half of the packet id.
   * @returns The packet, or `undefined` for an unknown, late or second answer.
   */
  get(idHi: number, idLo: number): Pending | undefined {
    const pending = this.#slots[idHi & (MAX_SLOTS - 1)];
    return pending !== undefined && pending.idLo === idLo &&
        pending.idHi === idHi
      ? pending
      : undefined;
  }

  /**
   * Stops waiting for everything that a condition selects.
   *
   * @param selects The condition.
   * @returns The packets that were waiting.
   */
  takeAll(selects: (pending: Pending) => boolean): Pending[] {
    const taken: Pending[] = [];
    for (const pending of this.#slots) {
      if (pending !== undefined && selects(pending)) taken.push(pending);
    }
    for (const pending of taken) this.take(pending.idHi, pending.idLo);
    return taken;
  }

  #reset(): void {
    this.#slots = [];
    this.#free = [];
  }

  /**
   * Finds the earliest expiry.
   *
   * @returns When the first packet stops waiting; infinite when none waits.
   */
  nextExpiry(): number {
    let next = Infinity;
    if (this.size === 0) return next;
    for (const pending of this.#slots) {
      if (pending !== undefined && pending.expiresAt < next) {
        next = pending.expiresAt;
      }
    }
    return next;
  }
}
