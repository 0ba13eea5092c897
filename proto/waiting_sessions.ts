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
  #list: Session[] = [];

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
    if (session.sendWindow > 0 && !session.held) this.#list.push(session);
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
    const index = this.#list.indexOf(session);
    if (index >= 0) this.#list.splice(index, 1);
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
    if (list.length === 0 || link.streamRoom() <= 0) return;
    this.#list = [];
    for (let i = 0; i < list.length; i++) {
      if (link.streamRoom() <= 0 || link.sendWindow <= 0) {
        // Those not served yet come first next time.
        this.#list = [...list.slice(i), ...this.#list];
        return;
      }
      wake(link, list[i]!, handler);
    }
  }

  /** The connection is over. */
  clear(): void {
    this.#list = [];
  }
}

function wake(link: Link, session: Session, handler: LinkHandler): void {
  session.waiting = false;
  if (session.state === "open") handler.onWritable(link, session);
}
