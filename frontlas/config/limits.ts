/**
 * The bounds that protect a Frontlas.
 *
 * @module
 */

import { type Bound, bound, unitOf } from "@frontier/platform/config";

/**
 * Every bound of a Frontlas. In a configuration file they stand under `limits:`
 * in snake_case. `Infinity` (in a file `.inf`) is no limit; a complete
 * configuration has a finite number in its place.
 */
export interface FrontlasLimits {
  /**
   * Connections on the port for gateways, those in their handshake included. One
   * more is closed as soon as it is accepted.
   *
   * @default {8_192}
   */
  readonly maxConnections: number;
  /**
   * Connections on the port for gateways from one remote address; 0 is no limit.
   *
   * @default {0}
   */
  readonly maxConnectionsPerAddress: number;
  /**
   * Milliseconds from accept to the end of a gateway's handshake, TLS included.
   * What takes longer is closed.
   *
   * @default {10_000}
   */
  readonly handshakeTimeoutMs: number;
  /**
   * Payload bytes of one frame of a gateway, checked before any memory is taken.
   * A larger frame ends the gateway's connection.
   *
   * @default {4_194_304}
   */
  readonly maxFrameBytes: number;
  /**
   * Events of all gateways together that wait for the store. A gateway that
   * brings more is not read until there is room.
   *
   * @default {200_000}
   */
  readonly maxWaitingEvents: number;
  /**
   * Answers of the control plane that are kept for the time when the store does
   * not answer. One more takes the place of the oldest.
   *
   * @default {100_000}
   */
  readonly maxAnswers: number;
}

/** The value of every limit of a Frontlas that is not configured. */
export const DEFAULT_FRONTLAS_LIMITS: Readonly<FrontlasLimits> = Object.freeze({
  maxConnections: 8_192,
  maxConnectionsPerAddress: 0,
  handshakeTimeoutMs: 10_000,
  maxFrameBytes: 4_194_304,
  maxWaitingEvents: 200_000,
  maxAnswers: 100_000,
});

/** Every limit's name, in the order of the documents. */
const LIMIT_NAMES: readonly (keyof FrontlasLimits)[] = Object.freeze(
  Object.keys(DEFAULT_FRONTLAS_LIMITS) as (keyof FrontlasLimits)[],
);

/** Limits that are not of at least 1 without an end. */
const SPECIAL: { readonly [K in keyof FrontlasLimits]?: Partial<Bound> } = {
  maxConnectionsPerAddress: { least: 0 },
  // Room for a full batch of a gateway, and for the largest meta of a service.
  maxFrameBytes: { least: 1_048_576, most: 0x7fff_ffff },
  // Room for one batch.
  maxWaitingEvents: { least: 1_000 },
};

/** The rule of every limit. */
export const LIMIT_RULES: Readonly<Record<keyof FrontlasLimits, Bound>> = Object
  .freeze(
    Object.fromEntries(
      LIMIT_NAMES.map((name) => [name, bound(unitOf(name), SPECIAL[name])]),
    ) as Record<keyof FrontlasLimits, Bound>,
  );
