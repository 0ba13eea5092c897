/**
 * The lines of the standard input, published.
 *
 * @module
 */

import { after, type Logger } from "@frontier/platform/internal";
import type { Agent } from "./agent.ts";
import { LinePublisher } from "./line_publisher.ts";
import { lines } from "./lines.ts";

/** Most bytes of one line. */
const LINE_BYTES = 1_048_576;

/** Publishes lines through an agent. */
export class StandardInput {
  readonly #publisher: LinePublisher;
  readonly #log: Logger;
  readonly #stop = new AbortController();
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  #dropped = 0;
  #running: Promise<boolean> | undefined = undefined;

  /**
   * @param agent What publishes them.
   * @param topic What they are about.
   * @param log Hears of lines that are not published.
   * @param source Where they come from.
   */
  constructor(
    agent: Agent,
    topic: string,
    log: Logger,
    source: ReadableStream<Uint8Array> = Deno.stdin.readable,
  ) {
    this.#log = log;
    this.#reader = source.getReader();
    this.#publisher = new LinePublisher({
      publish: (line) => agent.publish(topic, line),
      log,
      signal: this.#stop.signal,
    });
  }

  /** Numbers for the status. */
  get info(): { published: number; unpublished: number; rejected: number } {
    const { published, waiting, refused } = this.#publisher;
    return {
      published,
      unpublished: waiting,
      rejected: refused + this.#dropped,
    };
  }

  /**
   * Publishes lines until there are no more.
   *
   * @returns Whether all were acknowledged.
   */
  run(): Promise<boolean> {
    return this.#running ??= this.#run();
  }

  /**
   * Reads no more lines, and waits for those under way.
   *
   * @param timeoutMs Milliseconds they may take.
   * @returns Whether all were acknowledged.
   */
  async stop(timeoutMs: number): Promise<boolean> {
    // Not waited for: the system may hold a read for ever.
    void this.#reader.cancel().catch(() => {});
    const giveUp = after(timeoutMs, () => this.#stop.abort());
    const complete = await this.run();
    giveUp();
    const { unpublished } = this.info;
    if (unpublished > 0) {
      this.#log.error("Lines were read and not published", {
        lines: unpublished,
      });
    }
    return complete;
  }

  async #run(): Promise<boolean> {
    const complete = await this.#publisher.run(lines(this.#chunks(), {
      maxBytes: LINE_BYTES,
      onDropped: () => {
        this.#dropped++;
        this.#log.warn("Line dropped: it is too long", {
          peer: "lines",
          most: LINE_BYTES,
        });
      },
    }));
    return complete && this.#dropped === 0;
  }

  async *#chunks(): AsyncGenerator<Uint8Array, void, undefined> {
    for (;;) {
      const { value, done } = await this.#reader.read();
      if (done) return;
      yield value;
    }
  }
}
