/**
 * Connections on the edges' port that do not speak the protocol.
 *
 * @module
 */

import { formatAddress, type Transport } from "@frontier/platform";
import type { Logger } from "@frontier/platform/log";
import type { DialConfig, TlsDialConfig } from "../config/types.ts";
import { proxy } from "./proxy.ts";
import { sniff } from "./sniff.ts";

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
  /**
   * Milliseconds a peer may take for its first bytes.
   * @default 5_000
   */
  readonly sniffTimeoutMs?: number;
}

/**
 * Lets an older gateway live behind the same port: each connection is looked
 * at, and what does not speak the protocol is passed on, byte for byte, to one
 * of the configured addresses, chosen at random for each connection.
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

  /** Connections that are being looked at or passed on, targets included. */
  get size(): number {
    return this.#open.size;
  }

  /**
   * Takes a connection.
   *
   * @param transport The connection.
   * @returns What was read of a connection that speaks the protocol, which is
   * the caller's from now on; `undefined` once any other is over and closed.
   * Never rejects: what goes wrong is logged.
   */
  async handle(
    transport: Transport,
  ): Promise<{ first: Uint8Array } | undefined> {
    this.#track(transport);
    try {
      const { protocol, first } = await sniff(
        transport,
        this.#options.sniffTimeoutMs,
      );
      if (this.#stop.signal.aborted) throw closedError();
      if (protocol) return { first };
      await this.#proxy(transport, first);
    } catch (error) {
      transport.close();
      if (!this.#stop.signal.aborted) {
        this.#options.log.warn("Bypass failed", {
          peer: formatAddress(transport.remoteAddr),
          error: error instanceof Error ? error.message : String(error),
        });
      }
    } finally {
      this.#open.delete(transport);
    }
    return undefined;
  }

  /** Ends everything under way; what comes later is closed at once. */
  close(): void {
    this.#stop.abort(closedError());
    for (const transport of this.#open) transport.close();
  }

  async #proxy(client: Transport, first: Uint8Array): Promise<void> {
    const { config, log, random, dial } = this.#options;
    const { addrs, tls } = config;
    const addr = addrs[Math.floor(random() * addrs.length)];
    if (addr === undefined) throw new Error("illegal bypass addrs");
    let target: Transport | undefined = undefined;
    try {
      const counts = await proxy(client, first, async () => {
        const { signal } = this.#stop;
        target = await dial(addr, tls, { signal, log });
        this.#track(target);
        return target;
      });
      log.info("Bypass ended", {
        peer: formatAddress(client.remoteAddr),
        target: addr,
        ...counts,
      });
    } finally {
      if (target !== undefined) this.#open.delete(target);
    }
  }

  #track(transport: Transport): void {
    this.#open.add(transport);
    if (this.#stop.signal.aborted) transport.close();
  }
}

function closedError(): Error {
  return new Error("The gateway is closed");
}
