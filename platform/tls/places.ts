/**
 * Who may shake hands now.
 *
 * @module
 */

import { Timer, type Timers } from "@frontier/proto";

/** Milliseconds a handshake is left alone while another address waits that has less than its share. */
const SHARE_MS = 500;
/** Milliseconds a handshake is left alone while anybody waits. */
const PRESSURE_MS = 2_000;

/** A handshake that has a place or waits for one. */
export interface Place {
  /** Whose it is. */
  readonly address: Address;
  /** Called once, when it has its place. */
  readonly onGranted: () => void;
  /** Called when others need its place more; it is to leave then. */
  readonly onEvicted: () => void;
  /** Since when it has its place, in milliseconds of the clock. */
  since: number;
  /** Whether it has its place. */
  granted: boolean;
}

/** The handshakes of one address, oldest first. */
interface Address {
  readonly name: string;
  readonly holding: Set<Place>;
  readonly waiting: Set<Place>;
}

/**
 * A bounded number of places for handshakes, shared among addresses.
 *
 * While places are free, anybody gets one at once: behind NAT or a balancer all
 * clients share one address. When they are taken, addresses that wait are
 * served in turn, first those that have nothing under way. An address that holds more than its share gives way to one
 * that holds less, and nobody keeps a place for long while others wait.
 */
export class HandshakePlaces {
  readonly #max: number;
  readonly #timers: Timers;
  readonly #addresses: Map<string, Address> = new Map();
  /** Addresses that wait, in the order in which they are served. */
  readonly #waiting: Set<Address> = new Set();
  /** Those of them that have nothing under way, in the same order; they come first. */
  readonly #newcomers: Set<Address> = new Set();
  /** Places taken, oldest first. */
  readonly #taken: Set<Place> = new Set();
  readonly #timer: Timer;

  /**
   * @param max How many places there are.
   * @param timers The clock.
   */
  constructor(max: number, timers: Timers) {
    this.#max = Math.max(1, max);
    this.#timers = timers;
    this.#timer = new Timer(() => this.#press());
  }

  /** Places taken. */
  get taken(): number {
    return this.#taken.size;
  }

  /**
   * Tells how many places an address has.
   *
   * @param name The address.
   * @returns Their number.
   */
  heldBy(name: string): number {
    return this.#addresses.get(name)?.holding.size ?? 0;
  }

  /**
   * Asks for a place.
   *
   * @param name The client's address.
   * @param onGranted Called once, when it has its place; perhaps at once.
   * @param onEvicted Called when others need the place more; call `leave` then.
   * @returns What to leave with.
   */
  enter(name: string, onGranted: () => void, onEvicted: () => void): Place {
    let address = this.#addresses.get(name);
    if (address === undefined) {
      address = { name, holding: new Set(), waiting: new Set() };
      this.#addresses.set(name, address);
    }
    const place = { address, onGranted, onEvicted, since: 0, granted: false };
    if (this.#taken.size < this.#max) this.#grant(place);
    else {
      address.waiting.add(place);
      this.#waiting.add(address);
      if (address.holding.size === 0) this.#newcomers.add(address);
      this.#press();
    }
    return place;
  }

  /**
   * Gives a place back, or stops waiting for one.
   *
   * @param place The place; nothing happens if it was left before.
   */
  leave(place: Place): void {
    const { address } = place;
    if (this.#taken.delete(place)) address.holding.delete(place);
    else if (!address.waiting.delete(place)) return;
    if (address.waiting.size === 0) {
      this.#waiting.delete(address);
      this.#newcomers.delete(address);
      if (address.holding.size === 0) this.#addresses.delete(address.name);
    } else if (address.holding.size === 0) this.#newcomers.add(address);
    this.#serve();
    this.#press();
  }

  #grant(place: Place): void {
    place.granted = true;
    place.since = this.#timers.now();
    place.address.holding.add(place);
    this.#taken.add(place);
    place.onGranted();
  }

  /** Gives free places to those who wait. */
  #serve(): void {
    while (this.#taken.size < this.#max && this.#waiting.size > 0) {
      const address = this.#needy() ?? first(this.#waiting)!;
      const place = first(address.waiting)!;
      address.waiting.delete(place);
      this.#newcomers.delete(address);
      // Behind the others, if it still waits.
      this.#waiting.delete(address);
      if (address.waiting.size > 0) this.#waiting.add(address);
      this.#grant(place);
    }
  }

  /** Takes the place of whoever has had it for long enough, or waits until then. */
  #press(): void {
    this.#timers.clear(this.#timer);
    while (this.#waiting.size > 0 && this.#taken.size >= this.#max) {
      const oldest = first(this.#taken)!;
      let victim = oldest;
      let dueAt = oldest.since + PRESSURE_MS;
      const greedy = this.#needy() && this.#greedy();
      if (greedy !== undefined) {
        const place = first(greedy.holding)!;
        if (place.since + SHARE_MS < dueAt) {
          victim = place;
          dueAt = place.since + SHARE_MS;
        }
      }
      if (dueAt > this.#timers.now()) {
        this.#timers.set(this.#timer, dueAt);
        return;
      }
      victim.onEvicted();
      this.leave(victim);
    }
  }

  get #share(): number {
    return Math.max(1, Math.floor(this.#max / this.#addresses.size));
  }

  /** The next address that waits and holds less than its share; one that holds nothing first. */
  #needy(): Address | undefined {
    if (this.#newcomers.size > 0) return first(this.#newcomers);
    const share = this.#share;
    for (const address of this.#waiting) {
      if (address.holding.size < share) return address;
    }
    return undefined;
  }

  /** The address that holds most, if that is more than its share. */
  #greedy(): Address | undefined {
    let most = this.#share;
    let found: Address | undefined = undefined;
    for (const { address } of this.#taken) {
      if (address.holding.size > most) {
        most = address.holding.size;
        found = address;
      }
    }
    return found;
  }
}

function first<T>(set: ReadonlySet<T>): T | undefined {
  for (const one of set) return one;
  return undefined;
}
