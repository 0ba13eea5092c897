/**
 * Sessions by id.
 *
 * @module
 */

import type { Session } from "./session.ts";

/**
 * The sessions of one connection by their 64-bit id, without making a key
 * object per look-up: sessions that share the low half form a chain.
 */
export class SessionMap {
  /** Sessions held. */
  size = 0;
  readonly #heads: Map<number, Session> = new Map();

  /**
   * Finds a session.
   *
   * @param hi High half of the id.
   * @param lo Low half of the id.
   * @returns The session, if there is one.
   */
  get(hi: number, lo: number): Session | undefined {
    let session = this.#heads.get(lo);
    while (session !== undefined && session.idHi !== hi) session = session.next;
    return session;
  }

  /**
   * Adds a session.
   *
   * @param session The session to add under its id.
   */
  add(session: Session): void {
    session.next = this.#heads.get(session.idLo);
    this.#heads.set(session.idLo, session);
    this.size++;
  }

  /**
   * Removes a session.
   *
   * @param session The session to remove; nothing happens if it is not held.
   */
  delete(session: Session): void {
    let other = this.#heads.get(session.idLo);
    if (other === session) {
      if (session.next === undefined) this.#heads.delete(session.idLo);
      else this.#heads.set(session.idLo, session.next);
    } else {
      while (other !== undefined && other.next !== session) other = other.next;
      if (other === undefined) return;
      other.next = session.next;
    }
    session.next = undefined;
    this.size--;
  }

  /**
   * Goes through the sessions.
   *
   * @returns All sessions.
   */
  *values(): Generator<Session, void, undefined> {
    for (let session of this.#heads.values()) {
      for (;;) {
        const next: Session | undefined = session.next;
        yield session;
        if (next === undefined) break;
        session = next;
      }
    }
  }
}
