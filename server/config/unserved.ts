/**
 * What a configuration asks for and the gateway does not do.
 *
 * @module
 */

import type { FrontierConfig } from "./types.ts";

/** A part that a configuration asks for and this version does not have. */
export interface UnservedPart {
  /** The key that asks for it. */
  readonly key: string;
  /** What to say about it, as a sentence without a full stop. */
  readonly message: string;
}

/**
 * The parts a configuration asks for that this version does not have.
 *
 * @param config The configuration.
 * @returns The parts, none if everything asked for is served.
 */
export function unservedParts(config: FrontierConfig): UnservedPart[] {
  const wanted: [string, boolean][] = [
    [
      "controlplane.listen.advertised_addr",
      config.controlplane.advertisedAddr !== "",
    ],
  ];
  return wanted.filter(([, on]) => on).map(([key]) => ({
    key,
    message:
      `This version does not serve what "${key}" asks for; the gateway runs without it`,
  }));
}
