/**
 * Sessions that want to send.
 *
 * @module
 */

import type { Link } from "./link.ts";
import type { LinkHandler } from "./link_settings.ts";
import type { Session } from "./session.ts";

/**
 * The sessions of one connection that could not send what they had, in the
 * order in which they are served: all of them once, before one of them twice.
 */
export class WaitingSessions {
  // In the order in which they came; any of them can leave at no cost.
  readonly #list = new Set<Session>();

  /**
   * Remembers a session.
   *
   * @param session The session; nothing happens if it waits already.
   */
  add(session: Session): void {
    if (session.waiting) return;
    session.waiting = true;
    // What only the session waits for, its credit or the end of its hold,
    // comes with a `retry` of its own.
    if (session.sendWindow > 0 && !session.held) this.#list.add(session);
  }

  /**
   * Lets one session try again.
   *
   * @param link Its connection.
   * @param session The session; nothing happens if it does not wait.
   * @param handler Hears that it may.
   */
  retry(link: Link, session: Session, handler: LinkHandler): void {
    if (!session.waiting) return;
    this.#list.delete(session);
    wake(link, session, handler);
  }

  /**
   * Lets the sessions try again one after the other, while the connection
   * takes bytes.
   *
   * @param link The connection.
   * @param handler Hears which of them may.
   */
  retryAll(link: Link, handler: LinkHandler): void {
    const list = this.#list;
    // Who cannot send all it has waits again, behind the others.
    let left = list.size;
    if (left === 0) return;
    for (const session of list) {
      if (left-- === 0 || link.streamRoom() <= 0 || link.sendWindow <= 0) {
        return;
      }
      list.delete(session);
      wake(link, session, handler);
    }
  }

  /** The connection is over. */
  clear(): void {
    this.#list.clear();
  }
}

function wake(link: Link, session: Session, handler: LinkHandler): void {
  session.waiting = false;
  if (session.state === "open") handler.onWritable(link, session);
}
