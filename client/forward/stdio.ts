/**
 * The standard input and output as a connection.
 *
 * @module
 */

import type { HalfCloseable } from "../forwarding/connection.ts";

/** Bytes of the buffer for the input. */
const BUFFER_BYTES = 65_536;

/** What `ssh` has of its ProxyCommand. */
export class StdioConnection implements HalfCloseable {
  /** @inheritdoc */
  readonly lost: Promise<Error>;
  readonly #buf = new Uint8Array(BUFFER_BYTES);
  readonly #cut: Promise<never>;
  #lose!: (error: Error) => void;

  /** Takes both; nobody else may use them. */
  constructor() {
    this.lost = new Promise((resolve) => this.#lose = resolve);
    this.#cut = this.lost.then((error) => {
      throw error;
    });
    this.#cut.catch(() => {});
  }

  /** @inheritdoc */
  async read(): Promise<Uint8Array | null> {
    // A read of a terminal or a pipe cannot be given up: it ends with the process.
    const count = await Promise.race([Deno.stdin.read(this.#buf), this.#cut]);
    return count === null ? null : this.#buf.subarray(0, count);
  }

  /** @inheritdoc */
  async write(bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.length;) {
      at += await Deno.stdout.write(bytes.subarray(at));
    }
  }

  /** @inheritdoc */
  end(): Promise<void> {
    Deno.stdout.close();
    return Promise.resolve();
  }

  /** @inheritdoc */
  close(): Promise<void> {
    return Promise.resolve();
  }

  /** A pipe knows no reset: the exit status of the program has to say it. */
  reset(): void {
    this.#lose(new Error("The standard input and output are given up"));
  }
}
