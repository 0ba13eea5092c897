/**
 * Sessions that want to send.
 *
 * @module
 */

/** What {@linkcode WaitingSessions} need of a session. */
export interface Waiter {
  /** Where it is in its life. */
  readonly state: string;
  /** Bytes its peer still lets it send. */
  readonly sendWindow: number;
  /** Whether it is held back until its peer listens. */
  readonly held: boolean;
  /** Whether it is in the list; owned by the list. */
  waiting: boolean;
}

/** What {@linkcode WaitingSessions} need of their connection. */
export interface Sender {
  /** Bytes all its sessions together may still send. */
  readonly sendWindow: number;
  /**
   * Tells how much may be written.
   *
   * @returns Raw bytes that its outbox takes.
   */
  streamRoom(): number;
}

/** Hears that a session may try again. */
export interface Woken<S> {
  /**
   * A session can take bytes again.
   *
   * @param session One that was added, and is open.
   */
  onWritable(session: S): void;
}

/**
 * The sessions of one connection that could not send what they had, in the
 * order in which they are served: all of them once, before one of them twice.
 */
export class WaitingSessions<S extends Waiter> {
  // In the order in which they came; any of them can leave at no cost.
  readonly #list = new Set<S>();

  /**
   * Remembers a session.
   *
   * @param session The session; nothing happens if it waits already.
   */
  add(session: S): void {
    if (session.waiting) return;
    session.waiting = true;
    // What only the session waits for, its credit or the end of its hold,
    // comes with a `retry` of its own.
    if (session.sendWindow > 0 && !session.held) this.#list.add(session);
  }

  /**
   * Lets one session try again.
   *
   * @param session The session; nothing happens if it does not wait.
   * @param handler Hears that it may.
   */
  retry(session: S, handler: Woken<S>): void {
    if (!session.waiting) return;
    this.#list.delete(session);
    wake(session, handler);
  }

  /**
   * Lets the sessions try again one after the other, while the connection
   * takes bytes.
   *
   * @param link The connection.
   * @param handler Hears which of them may.
   */
  retryAll(link: Sender, handler: Woken<S>): void {
    const list = this.#list;
    // Who cannot send all it has waits again, behind the others.
    let left = list.size;
    if (left === 0) return;
    for (const session of list) {
      if (left-- === 0 || link.streamRoom() <= 0 || link.sendWindow <= 0) {
        return;
      }
      list.delete(session);
      wake(session, handler);
    }
  }

  /** The connection is over. */
  clear(): void {
    this.#list.clear();
  }
}

function wake<S extends Waiter>(session: S, handler: Woken<S>): void {
  session.waiting = false;
  if (session.state === "open") handler.onWritable(session);
}
