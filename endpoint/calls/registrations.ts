/**
 * The registers of one connection.
 *
 * @module
 */

import type { Link, Session } from "@frontier/proto/internal";
import type { Register } from "./register.ts";

/**
 * What the peer knows of our methods. Several registers of one method send one
 * packet: the others wait for the same answer, each within its own time.
 */
export class Registrations {
  readonly #known = new Set<string>();
  /** Registers that wait, by method; the packet of the first is under way. */
  readonly #waiting = new Map<string, Register[]>();

  /**
   * Tells whether the peer has confirmed a method.
   *
   * @param method Its name; upper and lower case differ.
   * @returns Whether it has, on this connection.
   */
  knows(method: string): boolean {
    return this.#known.has(method);
  }

  /**
   * Asks the peer, unless it was asked already.
   *
   * @param register What waits for the confirmation, each within its own time.
   * @param link The connection.
   * @param session The default session of that connection.
   */
  submit(register: Register, link: Link, session: Session): void {
    const { method } = register;
    if (this.#known.has(method)) {
      register.succeed();
      return;
    }
    const others = this.#waiting.get(method);
    register.onSettled = () => this.#onSettled(register);
    if (others === undefined) {
      this.#waiting.set(method, [register]);
      register.send(link, session);
    } else {
      others.push(register);
      register.follow(link, session);
    }
  }

  #onSettled(register: Register): void {
    const { method } = register;
    const waiting = this.#waiting.get(method);
    const at = waiting?.indexOf(register) ?? -1;
    if (waiting === undefined || at < 0) return;
    waiting.splice(at, 1);
    if (register.confirmed) {
      this.#known.add(method);
      this.#waiting.delete(method);
      for (const other of waiting) other.succeed();
    } else if (waiting.length === 0) this.#waiting.delete(method);
    // Whoever asked has given up: its answer would not be heard.
    else if (at === 0) waiting[0]!.ask();
  }
}
