/**
 * Connections on the edges' port that do not speak the protocol.
 *
 * @module
 */

import type { DialConfig, TlsDialConfig } from "@frontier/platform/config";
import {
  closeTransport,
  describeError,
  formatAddress,
  type Transport,
} from "@frontier/platform/internal";
import type { Logger } from "@frontier/platform/log";
import type { Connection } from "@frontier/platform/ports";
import { proxy } from "./proxy.ts";

/** Connects to a target. */
export type DialTarget = (
  addr: string,
  tls: TlsDialConfig | undefined,
  options: { signal: AbortSignal; log: Logger },
) => Promise<Transport>;

/** What a {@linkcode Bypass} needs. */
export interface BypassOptions {
  /** Where foreign connections go. */
  readonly config: DialConfig;
  /** Where to report. */
  readonly log: Logger;
  /** A number from 0 to below 1: chooses the address. */
  readonly random: () => number;
  /** Connects to an address. */
  readonly dial: DialTarget;
}

/**
 * Lets an older gateway live behind the same port: what does not speak the
 * protocol is passed on, byte for byte, to one of the configured addresses,
 * chosen at random for each connection.
 */
export class Bypass {
  readonly #options: BypassOptions;
  readonly #open: Set<Transport> = new Set();
  readonly #stop = new AbortController();

  /**
   * @param options What it needs.
   */
  constructor(options: BypassOptions) {
    this.#options = options;
  }

  /** Connections that are being passed on, targets included. */
  get size(): number {
    return this.#open.size;
  }

  /**
   * Takes a connection over.
   *
   * @param connection The connection, with what was read of it.
   * @returns When it is over, closed and released. Never rejects: what goes
   * wrong is logged.
   */
  async handle(connection: Connection): Promise<void> {
    const { transport } = connection;
    // Valid during the call only.
    const first = connection.first?.slice() ?? new Uint8Array(0);
    this.#track(transport);
    try {
      if (this.#stop.signal.aborted) throw closedError();
      await this.#proxy(connection, first);
    } catch (error) {
      if (!this.#stop.signal.aborted) {
        this.#options.log.warn("Bypass failed", {
          peer: formatAddress(connection.address),
          error: describeError(error),
        });
      }
    } finally {
      this.#open.delete(transport);
      connection.close();
    }
  }

  /** Ends everything under way; what comes later is closed at once. */
  close(): void {
    this.#stop.abort(closedError());
    for (const transport of this.#open) closeTransport(transport);
  }

  async #proxy(client: Connection, first: Uint8Array): Promise<void> {
    const { config, log, random, dial } = this.#options;
    const { addrs, tls } = config;
    const addr = addrs[Math.floor(random() * addrs.length)];
    if (addr === undefined) throw new Error("illegal bypass addrs");
    let target: Transport | undefined = undefined;
    try {
      const counts = await proxy(client.transport, first, async () => {
        const { signal } = this.#stop;
        target = await dial(addr, tls, { signal, log });
        this.#track(target);
        return target;
      });
      log.info("Bypass ended", {
        peer: formatAddress(client.address),
        target: addr,
        ...counts,
      });
    } finally {
      if (target !== undefined) this.#open.delete(target);
    }
  }

  #track(transport: Transport): void {
    this.#open.add(transport);
    if (this.#stop.signal.aborted) closeTransport(transport);
  }
}

function closedError(): Error {
  return new Error("The gateway is closed");
}
