/**
 * The port for gateways of a Frontlas, in this process.
 *
 * @module
 */

import { type PeerAddress, systemTimers } from "@frontier/platform/internal";
import { NULL_LOGGER } from "@frontier/platform/log";
import { type ListenOptions, openListener } from "@frontier/platform/ports";
import {
  Frontierbound,
  type FrontierboundLimits,
} from "../../frontlas/frontierbound/frontierbound.ts";
import { Presence } from "../../frontlas/presence/presence.ts";
import { MemoryStore } from "../../frontlas/store/memory/mod.ts";
import type { PresenceStore } from "../../frontlas/store/presence_store.ts";

/** What differs from a plain port over a store in memory. */
export interface PlaneOptions {
  /** Where the records are. */
  readonly store?: PresenceStore;
  /** Where to listen, and how. */
  readonly listen?: Partial<ListenOptions>;
  /** Bounds. */
  readonly limits?: Partial<FrontierboundLimits>;
}

/** A running port. */
export interface Plane extends AsyncDisposable {
  /** Where it listens. */
  readonly addr: PeerAddress;
  /** Where the records are. */
  readonly store: PresenceStore;
  /** What is decided about gateways. */
  readonly presence: Presence;
  /** The port. */
  readonly port: Frontierbound;
}

/**
 * Opens a port for gateways on loopback.
 *
 * @param options What differs from the usual.
 * @returns The port; closing it closes a store of its own as well.
 */
export async function openPlane(options: PlaneOptions = {}): Promise<Plane> {
  const store = options.store ?? new MemoryStore({ mode: "ttl" });
  const presence = new Presence({
    store,
    timers: systemTimers,
    random: Math.random,
    log: NULL_LOGGER,
  });
  store.onState = (state) => presence.storeIs(state);
  const listener = await openListener(
    { hostname: "127.0.0.1", port: 0, ...options.listen },
    NULL_LOGGER,
  );
  const port = new Frontierbound({
    listener,
    limits: {
      maxConnections: 8_192,
      maxConnectionsPerAddress: 0,
      handshakeTimeoutMs: 10_000,
      maxFrameBytes: 4_194_304,
      ...options.limits,
    },
    presence,
    timers: systemTimers,
    random: Math.random,
    wallClock: Date.now,
    log: NULL_LOGGER,
  });
  return {
    addr: port.addr,
    store,
    presence,
    port,
    async [Symbol.asyncDispose]() {
      presence.close();
      await port.close();
      if (options.store === undefined) await store[Symbol.asyncDispose]();
    },
  };
}
