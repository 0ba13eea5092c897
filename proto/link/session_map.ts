/**
 * Sessions by id.
 *
 * @module
 */

/** Buckets of a map that holds its first session. */
const FEWEST = 8;
const NOTHING: never[] = [];

/** What a {@linkcode SessionMap} needs of a session. */
export interface Chained<S> {
  /** High half of its id. */
  readonly idHi: number;
  /** Low half of its id. */
  readonly idLo: number;
  /** Next of the chain; owned by the map. */
  next: S | undefined;
}

/**
 * The sessions of one connection by their 64-bit id, without making a key
 * object per look-up: a table of chains. Peers choose ids, so the place of an id
 * depends on a salt that they do not know: no choice makes a chain long. An empty
 * map owns no table.
 */
export class SessionMap<S extends Chained<S>> {
  /** Sessions held. */
  size = 0;
  #buckets: (S | undefined)[] = NOTHING;
  readonly #saltHi: number;
  readonly #saltLo: number;

  /**
   * Makes an empty map with a salt of its own.
   *
   * @param random Returns a number from 0 to 1, 1 excluded.
   */
  constructor(random: () => number) {
    this.#saltHi = (random() * 0x1_0000_0000) | 0;
    this.#saltLo = (random() * 0x1_0000_0000) | 0;
  }

  /**
   * Finds a session.
   *
   * @param hi High half of the id.
   * @param lo Low half of the id.
   * @returns The session, if there is one.
   */
  get(hi: number, lo: number): S | undefined {
    if (this.size === 0) return undefined;
    let session = this.#buckets[this.#place(hi, lo)];
    while (
      session !== undefined && (session.idLo !== lo || session.idHi !== hi)
    ) session = session.next;
    return session;
  }

  /**
   * Adds a session.
   *
   * @param session The session to add under its id.
   */
  add(session: S): void {
    if (this.size >= this.#buckets.length) {
      this.#resize(Math.max(FEWEST, this.size * 2));
    }
    this.#link(session);
    this.size++;
  }

  /**
   * Removes a session.
   *
   * @param session The session to remove; nothing happens if it is not held.
   */
  delete(session: S): void {
    if (this.size === 0) return;
    const place = this.#place(session.idHi, session.idLo);
    let other = this.#buckets[place];
    if (other === session) this.#buckets[place] = session.next;
    else {
      while (other !== undefined && other.next !== session) other = other.next;
      if (other === undefined) return;
      other.next = session.next;
    }
    session.next = undefined;
    this.size--;
    // Many must come or go before it changes size again.
    const { length } = this.#buckets;
    if (this.size === 0) this.#buckets = NOTHING;
    else if (length > FEWEST && this.size <= length / 8) {
      this.#resize(length / 2);
    }
  }

  /**
   * Goes through the sessions that are held when it begins; one may be removed
   * while it is visited, or any other.
   *
   * @returns All sessions.
   */
  values(): S[] {
    const all: S[] = [];
    for (let session of this.#buckets) {
      for (; session !== undefined; session = session.next) all.push(session);
    }
    return all;
  }

  #link(session: S): void {
    const place = this.#place(session.idHi, session.idLo);
    session.next = this.#buckets[place];
    this.#buckets[place] = session;
  }

  #resize(length: number): void {
    const all = this.values();
    this.#buckets = new Array(length).fill(undefined);
    for (const session of all) this.#link(session);
  }

  /** Every bit of the id changes half of the bits of the place. */
  #place(hi: number, lo: number): number {
    let hash = Math.imul(lo ^ this.#saltLo, 0x85eb_ca6b);
    hash = Math.imul(hash ^ (hash >>> 15) ^ hi ^ this.#saltHi, 0xc2b2_ae35);
    hash = Math.imul(hash ^ (hash >>> 13), 0x27d4_eb2f);
    return (hash ^ (hash >>> 16)) & (this.#buckets.length - 1);
  }
}
