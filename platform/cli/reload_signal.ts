/**
 * SIGHUP: read files anew.
 *
 * @module
 */

/**
 * Listens for SIGHUP, where the system has it, from its construction on: as
 * long as it listens, the signal cannot end the program.
 *
 * Signals are obeyed one after the other. However many come while one is
 * obeyed, it is done once more afterwards, so that the last signal always sees
 * the files as they were when it was sent. One that comes before
 * {@linkcode ReloadSignal.obey} waits for it.
 */
export class ReloadSignal implements Disposable {
  readonly #listener = () => this.#onSignal();
  #reload: (() => Promise<void>) | undefined;
  #wanted = false;
  #running = false;

  /** Begins to listen. */
  constructor() {
    if (Deno.build.os !== "windows") {
      Deno.addSignalListener("SIGHUP", this.#listener);
    }
  }

  /**
   * Says what to do at each signal.
   *
   * @param reload Reads anew what may have changed. It reports its own
   * failures.
   */
  obey(reload: () => Promise<void>): void {
    this.#reload = reload;
    if (this.#wanted) void this.#run();
  }

  /**
   * Stops listening: from now on a signal does what it does by itself, end the
   * program.
   */
  [Symbol.dispose](): void {
    this.#reload = undefined;
    if (Deno.build.os !== "windows") {
      Deno.removeSignalListener("SIGHUP", this.#listener);
    }
  }

  #onSignal(): void {
    this.#wanted = true;
    void this.#run();
  }

  async #run(): Promise<void> {
    if (this.#running) return;
    this.#running = true;
    try {
      while (this.#wanted && this.#reload !== undefined) {
        this.#wanted = false;
        await this.#reload();
      }
    } finally {
      this.#running = false;
    }
  }
}
