/**
 * What a limit may be, in a file and in a program alike.
 *
 * @module
 */

import { type Bound, bound, unitOf } from "@frontier/platform/config";
import { DEFAULT_LIMITS, type Limits } from "./limits.ts";

/** The largest length that the protocol can express, in bytes. */
const LONGEST_LENGTH = 0x7fff_ffff;

/** Limits that are not of at least 1 without an end. */
const SPECIAL: { readonly [K in keyof Limits]?: Partial<Bound> } = {
  // Room for one frame of the default size; whoever writes 256 means MiB.
  maxMemory: {
    unit: "bytes",
    least: 16_777_216,
    auto: "half of the machine's memory",
  },
  maxConnectionsPerAddress: { least: 0 },
  maxFrameBytes: { least: 1024, most: LONGEST_LENGTH },
  sessionWindowBytes: { least: 1024, most: LONGEST_LENGTH },
  connectionWindowBytes: { most: LONGEST_LENGTH },
};

/** Every limit's name, in the order of the documents. */
const LIMIT_NAMES: readonly (keyof Limits)[] = Object.freeze(
  Object.keys(DEFAULT_LIMITS) as (keyof Limits)[],
);

function ruleOf(name: keyof Limits): Bound {
  const special = SPECIAL[name] ?? {};
  return bound(special.unit ?? unitOf(name), special);
}

/** The rule of every limit. */
export const LIMIT_RULES: Readonly<Record<keyof Limits, Bound>> = Object
  .freeze(
    Object.fromEntries(
      LIMIT_NAMES.map((name) => [name, ruleOf(name)]),
    ) as Record<keyof Limits, Bound>,
  );
