/**
 * The file in which others on the device see how the agent is.
 *
 * @module
 */

import { after, type Logger } from "@frontier/platform/internal";
import { writeAtomically } from "../program/atomic_file.ts";

/** Least milliseconds between two writes: a device has a flash memory to spare. */
const PACE_MS = 1_000;
/** Milliseconds after which it is written anyway: an old file tells of an agent that hangs. */
const REPEAT_MS = 30_000;

/** Writes what there is to tell whenever it changes, and now and then. */
export class StatusFile {
  readonly #path: string;
  readonly #tell: () => object;
  readonly #log: Logger;
  /** Gives up the write that is due. */
  #giveUp: () => void = () => {};
  /** Whether one is due because something has changed. */
  #due = false;
  #wrote = -Infinity;
  #writing: Promise<void> = Promise.resolve();
  #failed = false;
  #closed = false;

  /**
   * @param path The file.
   * @param tell Makes what it is to hold.
   * @param log Hears when it cannot be written.
   */
  constructor(path: string, tell: () => object, log: Logger) {
    this.#path = path;
    this.#tell = tell;
    this.#log = log;
  }

  /** Something has changed: it will be written soon. */
  changed(): void {
    if (this.#closed || this.#due) return;
    this.#due = true;
    this.#schedule(Math.max(0, this.#wrote + PACE_MS - performance.now()));
  }

  /**
   * Writes it a last time.
   *
   * @returns When it is written. Never rejects.
   */
  async close(): Promise<void> {
    this.#closed = true;
    this.#giveUp();
    await this.#write();
  }

  #schedule(ms: number): void {
    this.#giveUp();
    this.#giveUp = after(ms, () => void this.#write());
  }

  /** One write after the other. */
  #write(): Promise<void> {
    return this.#writing = this.#writing.then(() => this.#writeOnce());
  }

  async #writeOnce(): Promise<void> {
    // What changes from here on may not be in it.
    this.#due = false;
    this.#wrote = performance.now();
    const status = { ...this.#tell(), updatedAt: new Date().toISOString() };
    try {
      await writeAtomically(this.#path, `${JSON.stringify(status, null, 2)}\n`);
      this.#failed = false;
    } catch (error) {
      if (!this.#failed) {
        this.#log.error("Cannot write the status file", {
          path: this.#path,
          error,
        });
      }
      // A full disk is reported once.
      this.#failed = true;
    }
    if (!this.#closed && !this.#due) this.#schedule(REPEAT_MS);
  }
}
