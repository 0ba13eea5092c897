/** Peers that have nothing to do with an accident, and must not notice it. */

import { assert, assertEquals } from "@std/assert";

/** Milliseconds an operation of a bystander may take on a busy machine. */
const SLOW_MS = 3_000;
const PAUSE_MS = 5;

/** An operation that is repeated until it is told to stop. */
export class Traffic implements AsyncDisposable {
  /** Operations done. */
  rounds = 0;
  readonly #name: string;
  readonly #failures: string[] = [];
  readonly #running: Promise<void>;
  #slowestMs = 0;
  #stopped = false;

  /**
   * Starts.
   *
   * @param name What it is called in failures.
   * @param operation What is repeated.
   */
  constructor(name: string, operation: () => Promise<void>) {
    this.#name = name;
    this.#running = this.#run(operation);
  }

  /** Ends, and fails unless every operation succeeded, none of them slowly. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#running;
    assertEquals(this.#failures, [], `${this.#name} was disturbed`);
    assert(this.rounds > 0, `${this.#name} did nothing`);
    assert(
      this.#slowestMs < SLOW_MS,
      `${this.#name} was held up for ${Math.round(this.#slowestMs)} ms`,
    );
  }

  /** Ends, whatever came of it. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopped = true;
    await this.#running;
  }

  async #run(operation: () => Promise<void>): Promise<void> {
    while (!this.#stopped) {
      const start = performance.now();
      try {
        await operation();
      } catch (error) {
        this.#failures.push(String(error));
      }
      this.#slowestMs = Math.max(this.#slowestMs, performance.now() - start);
      this.rounds++;
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
  }
}
