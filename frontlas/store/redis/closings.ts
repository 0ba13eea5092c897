/**
 * Connections that begin and end.
 *
 * @module
 */

/** A connection, as far as it can be given up. */
interface Loseable {
  /** Gives it up. */
  lose(why: string): void;
}

/** Knows what is being connected and what is ending, so that the end of all can be had. */
export class Closings {
  readonly #opening: Set<Loseable> = new Set();
  readonly #ending: Set<Promise<void>> = new Set();

  /** A connection is being made. */
  opening(connection: Loseable): void {
    this.#opening.add(connection);
  }

  /** It is there, or has failed. */
  opened(connection: Loseable): void {
    this.#opening.delete(connection);
  }

  /** A connection has begun to end. */
  add(closing: Promise<void>): void {
    this.#ending.add(closing);
    void closing.finally(() => this.#ending.delete(closing));
  }

  /** Gives up what is being connected. */
  stop(): void {
    for (const connection of this.#opening) connection.lose("closed");
  }

  /** Waits until all that ends has ended. */
  async wait(): Promise<void> {
    while (this.#ending.size > 0) await Promise.all(this.#ending);
  }
}
