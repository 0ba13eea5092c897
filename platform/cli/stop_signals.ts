/**
 * SIGTERM and SIGINT: stop, and stop at once.
 *
 * @module
 */

/** The signals that stop the program, where the system has them. */
const STOPPING: readonly Deno.Signal[] = Deno.build.os === "windows"
  ? ["SIGINT", "SIGBREAK"]
  : ["SIGINT", "SIGTERM"];

/**
 * Milliseconds within which signals count as one. Whoever starts the program
 * through others (npx, a task runner, a shell) presses Ctrl-C once, and it
 * arrives from the terminal and from each of them.
 */
const SAME_PRESS_MS = 500;

/** Listens for the signals that stop the program. */
export class StopSignals implements Disposable {
  /** Resolves with the first signal. */
  readonly first: Promise<Deno.Signal>;
  #listeners: [Deno.Signal, () => void][] = [];
  #firstAt: number | undefined;

  /**
   * Begins to listen.
   *
   * @param onSecond Called at a second signal: someone is in a hurry.
   */
  constructor(onSecond: (signal: Deno.Signal) => void) {
    const { promise, resolve } = Promise.withResolvers<Deno.Signal>();
    this.first = promise;
    for (const signal of STOPPING) {
      const listener = () => {
        const now = performance.now();
        if (this.#firstAt === undefined) {
          this.#firstAt = now;
          resolve(signal);
        } else if (now - this.#firstAt > SAME_PRESS_MS) {
          onSecond(signal);
        }
      };
      Deno.addSignalListener(signal, listener);
      this.#listeners.push([signal, listener]);
    }
  }

  /** Stops listening: from now on a signal does what it does by itself. */
  [Symbol.dispose](): void {
    for (const [signal, listener] of this.#listeners) {
      Deno.removeSignalListener(signal, listener);
    }
    this.#listeners = [];
  }
}
