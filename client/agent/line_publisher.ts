/**
 * Publishing lines, each until it is acknowledged.
 *
 * @module
 */

import { FrontierError, type FrontierErrorCode } from "@frontier/proto";
import { Backoff, type Logger } from "@frontier/platform/internal";
import { sleep } from "../connection/abortable.ts";

/** Lines under way at a time. */
const WINDOW = 32;

/** What says that the line itself is at fault: it would be refused again. */
const FINAL: ReadonlySet<FrontierErrorCode> = new Set([
  "remote",
  "refused",
  "payload-too-large",
  "protocol",
]);

/** A line under way. */
interface Sending {
  readonly line: Uint8Array;
  failed: FrontierError | undefined;
}

/** What a {@linkcode LinePublisher} needs. */
export interface LinePublisherOptions {
  /** Publishes a line; resolved when it is acknowledged. */
  readonly publish: (line: Uint8Array) => Promise<void>;
  /** Hears of lines that are refused, and of those that wait. */
  readonly log: Logger;
  /** Gives up what is not acknowledged. */
  readonly signal: AbortSignal;
}

/**
 * Publishes lines in their order, up to 32 under way. No more are read while
 * those wait: whoever writes them is stopped by the pipe.
 *
 * A line that nobody takes, or whose connection is lost, is published again
 * until it is acknowledged. Then it may arrive twice, and those that were under
 * way beside it may arrive before it. A line that its receiver refuses is
 * reported and dropped.
 */
export class LinePublisher {
  /** Lines acknowledged. */
  published = 0;
  /** Lines refused by their receiver. */
  refused = 0;
  readonly #options: LinePublisherOptions;
  /** In their order; those at the front that are done have left. */
  #window: Sending[] = [];
  readonly #running = new Set<Promise<void>>();
  #recovering: Promise<void> | undefined = undefined;

  /** @param options How lines are published. */
  constructor(options: LinePublisherOptions) {
    this.#options = options;
  }

  /** Lines read and not acknowledged. */
  get waiting(): number {
    return this.#window.length;
  }

  /**
   * Publishes lines until there are no more.
   *
   * @param lines The lines.
   * @returns Whether all were acknowledged; not when they were given up.
   */
  async run(lines: AsyncIterable<Uint8Array>): Promise<boolean> {
    const { signal } = this.#options;
    for await (const line of lines) {
      if (signal.aborted) break;
      await this.#room();
      if (signal.aborted) break;
      this.#send({ line, failed: undefined });
    }
    await this.#settled();
    return this.#window.length === 0 && this.refused === 0;
  }

  async #room(): Promise<void> {
    // What is given up leaves the window full, and nothing running.
    while (!this.#options.signal.aborted) {
      if (this.#recovering !== undefined) await this.#recovering;
      else if (this.#window.length >= WINDOW) {
        await Promise.race(this.#running);
      } else return;
    }
  }

  async #settled(): Promise<void> {
    while (this.#running.size > 0 || this.#recovering !== undefined) {
      await Promise.all([...this.#running, this.#recovering]);
    }
  }

  #send(sending: Sending): void {
    this.#window.push(sending);
    const running = this.#attempt(sending).then((done) => {
      this.#running.delete(running);
      if (!done) this.#recovering ??= this.#recover();
    });
    this.#running.add(running);
  }

  /** One attempt; returns whether the line is done with. */
  async #attempt(sending: Sending): Promise<boolean> {
    try {
      await this.#options.publish(sending.line);
      this.published++;
    } catch (error) {
      const failure = FrontierError.from(error, "force-closed");
      if (!FINAL.has(failure.code)) {
        sending.failed = failure;
        return false;
      }
      this.refused++;
      this.#options.log.warn("Line refused", {
        peer: "lines",
        error: failure.message,
      });
    }
    this.#window = this.#window.filter((other) => other !== sending);
    return true;
  }

  /** Publishes anew what has failed, one line after the other, until it is through. */
  async #recover(): Promise<void> {
    const { log, signal } = this.#options;
    await Promise.all(this.#running);
    log.warn("Lines wait to be published again", {
      peer: "lines",
      lines: this.#window.length,
      error: this.#window[0]?.failed?.message ?? "",
    });
    const backoff = new Backoff();
    let free = false;
    for (const sending of [...this.#window]) {
      // Once one is through, the others need not wait.
      while (!signal.aborted) {
        if (!free) await sleep(backoff.next(), signal);
        free = !signal.aborted && await this.#attempt(sending);
        if (free) break;
      }
    }
    this.#recovering = undefined;
  }
}
