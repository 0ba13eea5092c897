/**
 * Services at the wrong port.
 *
 * @module
 */

import type { Logger } from "@frontier/platform/log";
import type { EdgePeer } from "../directory/peer.ts";

/** Milliseconds between two warnings about one address. */
const QUIET_MS = 60_000;
/** Addresses that are remembered. */
const MAX_ADDRESSES = 256;
/** A service's meta is small; larger ones are an edge's own. */
const MAX_META = 16_384;
const OPENING_BRACE = 0x7b;

const decoder = new TextDecoder();

/**
 * Warns about services that connect where edges should. They are admitted, for
 * an edge may say of itself what it likes, but nothing is ever routed to them:
 * without a word in the log that is hard to find.
 */
export class StrayServices {
  readonly #log: Logger;
  /** When each address was warned about, the longest ago first. */
  readonly #warned: Map<string, number> = new Map();

  /**
   * @param log Where to warn.
   */
  constructor(log: Logger) {
    this.#log = log;
  }

  /**
   * Looks at what an edge says of itself.
   *
   * @param edge The edge.
   * @param now Milliseconds of the clock.
   */
  look(edge: EdgePeer, now: number): void {
    const { meta } = edge;
    if (meta === undefined || meta[0] !== OPENING_BRACE) return;
    if (!isServiceMeta(meta)) return;
    const { hostname } = edge.address;
    const last = this.#warned.get(hostname);
    if (last !== undefined && now - last < QUIET_MS) return;
    this.#warned.delete(hostname);
    this.#warned.set(hostname, now);
    if (this.#warned.size > MAX_ADDRESSES) {
      this.#warned.delete(this.#warned.keys().next().value!);
    }
    this.#log.warn(
      "An edge introduces itself as a service does: services connect to the servicebound port",
      { peer: edge.describe() },
    );
  }
}

/**
 * Whether bytes are what a service says of itself: JSON with a text `service`.
 *
 * @param meta The meta of a connection.
 * @returns Whether a service would introduce itself so.
 */
export function isServiceMeta(meta: Uint8Array): boolean {
  if (meta.length > MAX_META) return false;
  const text = decoder.decode(meta);
  // Edges like JSON too; most of it need not be parsed.
  if (!/"service"/i.test(text)) return false;
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== "object" || value === null) return false;
    return Object.entries(value).some(([key, field]) =>
      key.toLowerCase() === "service" && typeof field === "string"
    );
  } catch {
    return false;
  }
}
