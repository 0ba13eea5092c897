/**
 * Packets of ours that wait for their answer.
 *
 * @module
 */

import type { FrameReader } from "../wire/frame_reader.ts";
import { type PacketIds, SLOTS } from "./packet_ids.ts";

const NOTHING: never[] = [];

/** Slots that are kept when nothing waits any more. */
const KEPT_SLOTS = 1_024;
/** Slots that one millisecond pays a search for: with very many, packets expire a little late. */
const SLOTS_PER_MS = 1_024;

/** What packets are sent on, as far as a {@linkcode PendingTable} looks at it. */
export interface PendingSession<S> {
  /** Whether it is the session every connection has. */
  readonly isDefault: boolean;
  /** The youngest packet sent on it that waits; owned by the table. */
  pendings: Pending<S> | undefined;
}

/**
 * One packet, sent on a session `S`, that waits for its answer. Exactly one of
 * the two methods is called, once: the answer, or the reason why none will come.
 */
export abstract class Pending<S> {
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
  session: S | undefined = undefined;
  /** Neighbour in the list of its session; owned by the {@linkcode PendingTable}. */
  sessionNext: Pending<S> | undefined = undefined;
  /** Neighbour in the list of its session; owned by the {@linkcode PendingTable}. */
  sessionPrev: Pending<S> | undefined = undefined;

  /**
   * The answer has arrived.
   *
   * @param frame The answer, valid during the call.
   */
  abstract onAnswer(frame: FrameReader): void;

  /**
   * No answer will come.
   *
   * @param reason `timeout` or `force closed`, as Go peers word it.
   */
  abstract onFail(reason: string): void;
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
export class PendingTable<S extends PendingSession<S>> {
  /** Packets waiting. */
  size = 0;
  /** One whose answer has come, and cannot be dealt with yet. */
  #aside: Pending<S> | undefined = undefined;
  /** While some wait, no packet expires before; a later answer does not move it. */
  #due = 0;
  /** No search for expired packets before. */
  #searchAt = 0;
  // Most connections never wait for anything: one empty list serves them all.
  #slots: (Pending<S> | undefined)[] = NOTHING;
  #free: number[] = NOTHING;
  readonly #ids: PacketIds;

  /**
   * Makes an empty table.
   *
   * @param ids Where the ids of the connection's packets come from.
   */
  constructor(ids: PacketIds) {
    this.#ids = ids;
  }

  /**
   * Gives a packet its id and waits for its answer.
   *
   * @param pending The packet.
   * @param expiresAt When waiting ends, in milliseconds of the clock.
   * @returns `false` when there is no room for it.
   */
  add(pending: Pending<S>, expiresAt: number): boolean {
    if (this.#slots === NOTHING) {
      this.#slots = [];
      this.#free = [];
    }
    let slot = this.#free.pop();
    if (slot === undefined) {
      slot = this.#slots.length;
      if (slot >= SLOTS - 1) return false;
      this.#slots.push(pending);
    } else {
      this.#slots[slot] = pending;
    }
    const ids = this.#ids;
    // The silent ids have the last slot.
    pending.idHi = ids.silentHi - (SLOTS - 1) + slot;
    pending.idLo = ids.nextLo();
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
  take(idHi: number, idLo: number): Pending<S> | undefined {
    const slot = idHi & (SLOTS - 1);
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
  get(idHi: number, idLo: number): Pending<S> | undefined {
    const pending = this.#slots[idHi & (SLOTS - 1)];
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
  setAside(pending: Pending<S>): void {
    this.#aside = pending;
    const { expiresAt } = pending;
    if (this.size === 0 || expiresAt < this.#due) this.#due = expiresAt;
    if (pending.session !== undefined) enlist(pending, pending.session);
    this.size++;
  }

  #takeAside(idHi: number, idLo: number): Pending<S> | undefined {
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
  has(test: (pending: Pending<S>) => boolean): boolean {
    if (this.size === 0) return false;
    return (this.#aside !== undefined && test(this.#aside)) ||
      this.#slots.some((one) => one !== undefined && test(one));
  }

  /**
   * Stops waiting for everything.
   *
   * @returns The packets that were waiting.
   */
  takeAll(): Pending<S>[] {
    return this.#takeThose(() => true);
  }

  /**
   * Stops waiting for everything that was sent on a session.
   *
   * @param session One that has ended, or is about to.
   * @returns The packets that were waiting, oldest first where it is not the
   * default session.
   */
  takeOf(session: S): Pending<S>[] {
    if (session.isDefault) {
      return this.size === 0
        ? []
        : this.#takeThose((pending) => pending.session === session);
    }
    const taken: Pending<S>[] = [];
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
  takeExpired(now: number): Pending<S>[] {
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

  #takeThose(selects: (pending: Pending<S>) => boolean): Pending<S>[] {
    const taken: Pending<S>[] = [];
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

function enlist<S extends PendingSession<S>>(
  pending: Pending<S>,
  session: S,
): void {
  if (session.isDefault) return;
  const first = session.pendings;
  pending.sessionNext = first;
  if (first !== undefined) first.sessionPrev = pending;
  session.pendings = pending;
}

function delist<S extends PendingSession<S>>(
  pending: Pending<S>,
  session: S,
): void {
  if (session.isDefault) return;
  const { sessionPrev, sessionNext } = pending;
  if (sessionPrev === undefined) session.pendings = sessionNext;
  else sessionPrev.sessionNext = sessionNext;
  if (sessionNext !== undefined) sessionNext.sessionPrev = sessionPrev;
  pending.sessionPrev = pending.sessionNext = undefined;
}
