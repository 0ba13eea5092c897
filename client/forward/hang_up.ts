/**
 * SIGHUP of whoever has started us as its ProxyCommand.
 *
 * @module
 */

/** Milliseconds that what is under way may still take. */
const GRACE_MS = 1_000;

/**
 * Listens for SIGHUP, where the system has it. `ssh` sends it as soon as its
 * session is over and its ends of our pipes are closed: without a moment to pass
 * these ends on, each session would look cut at the other side.
 */
export class HangUp implements Disposable {
  /** Resolved when the signal has come and the time is over. */
  readonly over: Promise<void>;
  #listener = () => {};
  #timer: ReturnType<typeof setTimeout> | undefined = undefined;

  /** Begins to listen. */
  constructor() {
    this.over = new Promise((resolve) => {
      this.#listener = () => this.#timer ??= setTimeout(resolve, GRACE_MS);
    });
    if (Deno.build.os !== "windows") {
      Deno.addSignalListener("SIGHUP", this.#listener);
    }
  }

  /** Stops listening. */
  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
    if (Deno.build.os !== "windows") {
      Deno.removeSignalListener("SIGHUP", this.#listener);
    }
  }
}
