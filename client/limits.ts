/**
 * What bounds the memory of a service or an edge.
 *
 * @module
 */

import { ENDPOINT_LIMITS, type EndpointLimits } from "@frontier/endpoint";
import { resolveLimits as resolve } from "@frontier/endpoint/internal";

/** Limits of one service or edge. */
export interface ClientLimits extends EndpointLimits {
  /**
   * Operations that wait for a connection; more are rejected.
   *
   * @default {1_024}
   */
  readonly waiting: number;
  /**
   * Bytes of the operations that wait for a connection.
   *
   * @default {16_777_216}
   */
  readonly waitingBytes: number;
}

/** The defaults of {@linkcode ClientLimits}. */
export const CLIENT_LIMITS: ClientLimits = {
  ...ENDPOINT_LIMITS,
  waiting: 1_024,
  waitingBytes: 16_777_216,
};

/**
 * Completes and checks limits.
 *
 * @param given Those that differ from the defaults.
 * @returns All of them.
 * @throws {RangeError} If one is not positive, or a window has more than 31 bits.
 */
export function resolveLimits(given: Partial<ClientLimits> = {}): ClientLimits {
  return resolve(given, CLIENT_LIMITS);
}
