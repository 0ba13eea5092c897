/**
 * Accepts connections.
 *
 * @module
 */

import type { Logger } from "@frontier/platform/log";
import type { Transport, TransportListener } from "@frontier/platform";

/** Milliseconds to wait after a failed accept, at first and at most. */
const PAUSE_MS = 50;
const MAX_PAUSE_MS = 1_000;

/** What an {@linkcode Acceptor} needs. */
export interface AcceptorOptions {
  /** Where connections come from. */
  readonly listener: TransportListener;
  /** What it is called in the log. */
  readonly name: string;
  /** Takes each connection. */
  readonly onTransport: (transport: Transport) => void;
  /** Where to report. */
  readonly log: Logger;
}

/**
 * Accepts connections until it is closed. A failed accept, for want of
 * descriptors or because the peer has gone already, is logged and survived.
 */
export class Acceptor {
  readonly #options: AcceptorOptions;
  readonly #done: Promise<void>;
  #closed = false;
  #wake: (() => void) | undefined = undefined;

  /**
   * @param options What it needs.
   */
  constructor(options: AcceptorOptions) {
    this.#options = options;
    this.#done = this.#run();
  }

  /**
   * Stops accepting; connections already accepted stay.
   *
   * @returns When nothing more will be accepted.
   */
  async close(): Promise<void> {
    if (!this.#closed) {
      this.#closed = true;
      this.#options.listener.close();
      this.#wake?.();
    }
    await this.#done;
  }

  async #run(): Promise<void> {
    const { listener, name, onTransport, log } = this.#options;
    let pause = PAUSE_MS;
    while (!this.#closed) {
      let transport: Transport;
      try {
        transport = await listener.accept();
      } catch (error) {
        if (this.#closed) return;
        log.error(`Cannot accept on ${name}: pausing`, {
          error: error instanceof Error ? error.message : String(error),
          pauseMs: pause,
        });
        await this.#sleep(pause);
        pause = Math.min(pause * 2, MAX_PAUSE_MS);
        continue;
      }
      pause = PAUSE_MS;
      try {
        onTransport(transport);
      } catch (error) {
        log.error(`Cannot take a connection on ${name}`, {
          error: error instanceof Error ? error.message : String(error),
        });
        transport.close();
      }
    }
  }

  #sleep(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
