/**
 * Which keys there are, for callers without types.
 *
 * @module
 */

import {
  checkKeys,
  DIAL_KEYS,
  type KeysOf,
  keysOf,
  LISTEN_KEYS,
} from "@frontier/platform/config";
import type {
  EdgeboundConfig,
  FrontierConfig,
  FrontierOptions,
} from "./types.ts";

const EDGEBOUND = {
  ...LISTEN_KEYS,
  bypass: DIAL_KEYS,
  allocateEdgeIds: null,
  requireEdgeOnline: null,
  reaskIds: null,
} satisfies KeysOf<EdgeboundConfig>;

/**
 * Refuses options that a program has misspelt: with its default in its place
 * the gateway would do something else than was meant.
 *
 * @param options What a program has given.
 * @param base The defaults.
 * @throws {RangeError} If an option is not known; the message names it and the
 * nearest one.
 */
export function checkKnown(
  options: FrontierOptions,
  base: FrontierConfig,
): void {
  const keys = {
    servicebound: LISTEN_KEYS,
    edgebound: EDGEBOUND,
    hashBy: null,
    forwardDeadlines: null,
    // Checked where limits are, by their own rules.
    limits: null,
    log: keysOf(base.log),
    drainSeconds: null,
    drainRate: null,
    frontierId: null,
    controlplane: {
      ...keysOf(base.controlplane),
      listen: LISTEN_KEYS,
    },
    mqm: keysOf(base.mqm),
    observability: { enable: null, addr: null },
    // Complete, or the compiler's to refuse.
    daemon: null,
    dao: keysOf(base.dao),
    frontlas: {
      enable: null,
      dial: DIAL_KEYS,
      metrics: { enable: null, intervalSeconds: null },
      advertised: { servicebound: null, edgebound: null },
    },
    logger: null,
  } satisfies KeysOf<FrontierOptions>;
  checkKeys(options, keys);
}
