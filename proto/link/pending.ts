/**
 * Packets of ours that wait for their answer.
 *
 * @module
 */

import type { FrameReader } from "../wire/frame_reader.ts";
import type { Link } from "./link.ts";
import type { Session } from "./session.ts";

const NOTHING: never[] = [];

/** Slots an id can name; also the most packets one connection can wait for. */
const MAX_SLOTS = 1 << 20;
/** Slots that are kept when nothing waits any more. */
const KEPT_SLOTS = 1_024;
/** Slots that one millisecond pays a search for: with very many, packets expire a little late. */
const SLOTS_PER_MS = 1_024;

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
  /** Neighbour in the list of its session; owned by the {@linkcode PendingTable}. */
  sessionNext: Pending | undefined = undefined;
  /** Neighbour in the list of its session; owned by the {@linkcode PendingTable}. */
  sessionPrev: Pending | undefined = undefined;

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
 * took the slot over. What was sent on a session other than the default one is
 * also in a list of that session: its end costs as much as it had, not as much as
 * the connection has.
 */
export class PendingTable {
  /** Packets waiting. */
  size = 0;
  /** One whose answer has come, and cannot be dealt with yet. */
  #aside: Pending | undefined = undefined;
  /** While some wait, no packet expires before; a later answer does not move it. */
  #due = 0;
  /** No search for expired packets before. */
  #searchAt = 0;
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
    if (this.size === 0 || expiresAt < this.#due) this.#due = expiresAt;
    if (pending.session !== undefined) enlist(pending, pending.session);
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
      return this.#takeAside(idHi, idLo);
    }
    this.#slots[slot] = undefined;
    this.#free.push(slot);
    if (pending.session !== undefined) delist(pending, pending.session);
    // The counter tells late answers apart, so slots can start anew.
    if (--this.size === 0) this.#reset();
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
    if (
      pending !== undefined && pending.idLo === idLo && pending.idHi === idHi
    ) return pending;
    const aside = this.#aside;
    return aside?.idHi === idHi && aside.idLo === idLo ? aside : undefined;
  }

  /**
   * Goes on waiting for a packet whose answer has come, was taken, and will come
   * again. One at a time.
   *
   * @param pending The packet.
   */
  setAside(pending: Pending): void {
    this.#aside = pending;
    const { expiresAt } = pending;
    if (this.size === 0 || expiresAt < this.#due) this.#due = expiresAt;
    if (pending.session !== undefined) enlist(pending, pending.session);
    this.size++;
  }

  #takeAside(idHi: number, idLo: number): Pending | undefined {
    const aside = this.#aside;
    if (aside?.idHi !== idHi || aside.idLo !== idLo) return undefined;
    this.#aside = undefined;
    if (aside.session !== undefined) delist(aside, aside.session);
    if (--this.size === 0) this.#reset();
    return aside;
  }

  /**
   * Looks through the packets that wait.
   *
   * @param test Says of one whether it is looked for.
   * @returns Whether there is such a one.
   */
  has(test: (pending: Pending) => boolean): boolean {
    if (this.size === 0) return false;
    return (this.#aside !== undefined && test(this.#aside)) ||
      this.#slots.some((one) => one !== undefined && test(one));
  }

  /**
   * Stops waiting for everything.
   *
   * @returns The packets that were waiting.
   */
  takeAll(): Pending[] {
    return this.#takeThose(() => true);
  }

  /**
   * Stops waiting for everything that was sent on a session.
   *
   * @param session The session.
   * @returns The packets that were waiting, oldest first where it is not the
   * default session.
   */
  takeOf(session: Session): Pending[] {
    if (session.isDefault) {
      return this.size === 0
        ? []
        : this.#takeThose((pending) => pending.session === session);
    }
    const taken: Pending[] = [];
    for (let one = session.pendings; one !== undefined; one = one.sessionNext) {
      taken.push(one);
    }
    for (const { idHi, idLo } of taken) this.take(idHi, idLo);
    return taken.reverse();
  }

  /**
   * Stops waiting for everything that has expired.
   *
   * @param now The time, in milliseconds of the clock.
   * @returns The packets that were waiting; none while it is too early to look.
   */
  takeExpired(now: number): Pending[] {
    if (this.size === 0 || now < this.nextExpiry()) return [];
    this.#searchAt = now + Math.floor(this.#slots.length / SLOTS_PER_MS);
    let due = Infinity;
    const taken = this.#takeThose(({ expiresAt }) => {
      if (expiresAt <= now) return true;
      if (expiresAt < due) due = expiresAt;
      return false;
    });
    if (this.size > 0) this.#due = due;
    return taken;
  }

  /**
   * Tells when {@linkcode PendingTable.takeExpired} is to be called.
   *
   * @returns The time; infinite when nothing expires.
   */
  nextExpiry(): number {
    if (this.size === 0) return Infinity;
    return this.#due > this.#searchAt ? this.#due : this.#searchAt;
  }

  #takeThose(selects: (pending: Pending) => boolean): Pending[] {
    const taken: Pending[] = [];
    if (this.#aside !== undefined && selects(this.#aside)) {
      taken.push(this.#aside);
    }
    for (const pending of this.#slots) {
      if (pending !== undefined && selects(pending)) taken.push(pending);
    }
    for (const pending of taken) this.take(pending.idHi, pending.idLo);
    return taken;
  }

  #reset(): void {
    if (this.#slots.length <= KEPT_SLOTS) return;
    this.#slots = [];
    this.#free = [];
  }
}

function enlist(pending: Pending, session: Session): void {
  if (session.isDefault) return;
  const first = session.pendings;
  pending.sessionNext = first;
  if (first !== undefined) first.sessionPrev = pending;
  session.pendings = pending;
}

function delist(pending: Pending, session: Session): void {
  if (session.isDefault) return;
  const { sessionPrev, sessionNext } = pending;
  if (sessionPrev === undefined) session.pendings = sessionNext;
  else sessionPrev.sessionNext = sessionNext;
  if (sessionNext !== undefined) sessionNext.sessionPrev = sessionPrev;
  pending.sessionPrev = pending.sessionNext = undefined;
}
