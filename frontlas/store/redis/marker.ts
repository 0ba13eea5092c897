/**
 * Notices that Redis has lost its data.
 *
 * @module
 */

import type { Reply, Word } from "./command.ts";
import { valueOf } from "./unavailable.ts";

/** Milliseconds between two looks at a server: so long a frozen one goes unnoticed that nobody asks anything, and so long a loss. */
export const KEEP_MS = 1_000;

/** Sends commands to the server that is looked at. */
type Ask = (commands: readonly (readonly Word[])[]) => Promise<Reply[]>;

/**
 * A key that is written once and never removed: when it has another value than
 * before, whatever was written before it is gone. It tells a server that was
 * flushed, or restarted empty behind the same connection.
 */
export class Marker {
  readonly #key: string;
  #seen: string | undefined = undefined;

  /**
   * @param key Where it is.
   */
  constructor(key: string) {
    this.#key = key;
  }

  /**
   * Looks at the server.
   *
   * @param ask Asks it.
   * @returns Whether data were lost since the last look.
   */
  async look(ask: Ask): Promise<boolean> {
    const get = ["GET", this.#key];
    let value = valueOf((await ask([get]))[0]);
    if (value === null) {
      // Two directories may do so at once: the first one's value counts.
      const set = ["SET", this.#key, crypto.randomUUID(), "NX"];
      value = (await ask([set, get])).map(valueOf)[1];
    }
    const lost = this.#seen !== undefined && this.#seen !== value;
    this.#seen = String(value);
    return lost;
  }
}
