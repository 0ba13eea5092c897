/**
 * What becomes of errors that nobody catches.
 *
 * @module
 */

import type { Logger } from "../log/mod.ts";

/**
 * Logs errors that nothing caught, and lets the process go on: one defect must
 * not end all connections. What can be attributed to one connection has ended
 * that connection before it could come here.
 */
export class CrashGuard implements Disposable {
  readonly #onError: (event: ErrorEvent) => void;
  readonly #onRejection: (event: PromiseRejectionEvent) => void;

  /**
   * Begins to listen.
   *
   * @param log Where they are reported.
   * @param noun What the process is, within a sentence.
   */
  constructor(log: Logger, noun: string) {
    const report = (error: unknown) =>
      log.error(`Uncaught error, please report it: ${noun} goes on`, {
        error: error instanceof Error
          ? error.stack ?? error.message
          : String(error),
      });
    this.#onError = (event) => {
      event.preventDefault();
      report(event.error);
    };
    this.#onRejection = (event) => {
      event.preventDefault();
      report(event.reason);
    };
    globalThis.addEventListener("error", this.#onError);
    globalThis.addEventListener("unhandledrejection", this.#onRejection);
  }

  /** Stops listening: from now on an uncaught error ends the process. */
  [Symbol.dispose](): void {
    globalThis.removeEventListener("error", this.#onError);
    globalThis.removeEventListener("unhandledrejection", this.#onRejection);
  }
}
