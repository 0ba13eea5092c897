/**
 * What a limit may be, in a file and in a program alike.
 *
 * @module
 */

import { DEFAULT_LIMITS, type Limits } from "./limits.ts";

/** What a limit counts. */
export type LimitUnit = "count" | "bytes" | "milliseconds";

/** Which numbers a limit may have. */
export interface LimitRule {
  /** What it counts. */
  readonly unit: LimitUnit;
  /** The smallest value that leaves a working gateway. */
  readonly least: number;
  /** The largest value that means something. */
  readonly most: number;
  /** Whether 0 is another way to say that there is no limit. */
  readonly zeroIsNone: boolean;
}

/**
 * What stands for no limit of a time: as good as none, for it takes 24 days. A
 * timer of the runtime cannot measure more than 2 147 483 647 ms, and who adds
 * a second to a limit must not get beyond that.
 */
export const ENDLESS_MS = 2_147_000_000;

/** What stands for no limit of anything else. */
export const ENDLESS_COUNT: number = Number.MAX_SAFE_INTEGER;

/**
 * The longest time that a timer of the runtime can measure, in milliseconds.
 */
const LONGEST_TIMER_MS = 0x7fff_ffff;

/** The largest length that the protocol can express, in bytes. */
const LONGEST_LENGTH = 0x7fff_ffff;

function unitOf(name: keyof Limits): LimitUnit {
  if (name.endsWith("Ms")) return "milliseconds";
  return name === "maxMemory" || name.endsWith("Bytes") ? "bytes" : "count";
}

const LEAST: Partial<Limits> = {
  // Room for one frame of the default size; whoever writes 256 means MiB.
  maxMemory: 16_777_216,
  maxConnectionsPerAddress: 0,
  maxFrameBytes: 1024,
  sessionWindowBytes: 1024,
};

const MOST: Partial<Limits> = {
  maxFrameBytes: LONGEST_LENGTH,
  sessionWindowBytes: LONGEST_LENGTH,
  connectionWindowBytes: LONGEST_LENGTH,
};

function numberOr(value: number | "auto" | undefined, other: number): number {
  return typeof value === "number" ? value : other;
}

function ruleOf(name: keyof Limits): LimitRule {
  const unit = unitOf(name);
  const least = numberOr(LEAST[name], 1);
  const endless = unit === "milliseconds" ? ENDLESS_MS : ENDLESS_COUNT;
  return {
    unit,
    least,
    most: numberOr(MOST[name], endless),
    zeroIsNone: least === 0,
  };
}

/** Every limit's name, in the order of the documents. */
export const LIMIT_NAMES: readonly (keyof Limits)[] = Object.freeze(
  Object.keys(DEFAULT_LIMITS) as (keyof Limits)[],
);

/** The rule of every limit. */
export const LIMIT_RULES: Readonly<Record<keyof Limits, LimitRule>> = Object
  .freeze(
    Object.fromEntries(
      LIMIT_NAMES.map((name) => [name, ruleOf(name)]),
    ) as Record<keyof Limits, LimitRule>,
  );

/** What a message about a limit speaks of. */
export interface LimitWords {
  /** The limit's full name, such as `limits.max_connections`. */
  readonly key: string;
  /** The value as it was given. */
  readonly value: string;
  /** Whether it stands in a configuration file; else in a program. */
  readonly inFile: boolean;
}

/**
 * Takes a number for a limit.
 *
 * @param name The limit.
 * @param value The number, `Infinity` for no limit.
 * @param words How to speak of it.
 * @returns The number to use, always finite.
 * @throws {RangeError} If the limit cannot have this value. The message names
 * key, value and what is allowed.
 */
export function acceptLimit(
  name: keyof Limits,
  value: number,
  words: LimitWords,
): number {
  const rule = LIMIT_RULES[name];
  const endless = value === Infinity ||
    (rule.unit === "milliseconds" && value > LONGEST_TIMER_MS);
  if (endless) return rule.most;
  if (
    Number.isSafeInteger(value) && value >= rule.least &&
    (value <= rule.most || rule.unit === "milliseconds")
  ) return Math.min(value, rule.most);
  throw new RangeError(refusal(name, words));
}

/**
 * What to say of a value that a limit cannot have.
 *
 * @param name The limit.
 * @param words How to speak of it.
 * @returns The message, without a full stop.
 */
export function refusal(name: keyof Limits, words: LimitWords): string {
  const { unit, least, most, zeroIsNone } = LIMIT_RULES[name];
  const { key, value, inFile } = words;
  const size = unit === "bytes" && inFile ? " or a size such as 256MiB" : "";
  const what = `a whole number${unit === "count" ? "" : ` of ${unit}`}${size}`;
  const range = most === ENDLESS_COUNT || most === ENDLESS_MS
    ? `at least ${least}`
    : `from ${least} to ${most}`;
  const endless = inFile ? ".inf" : "Infinity";
  const none = `${zeroIsNone ? "0 or " : ""}${endless} for no limit`;
  const auto = name === "maxMemory"
    ? `, ${inFile ? "auto" : '"auto"'} for half of the machine's memory`
    : "";
  return `Cannot use ${value} as "${key}": expected ${what}, ${range}${auto}, or ${none}`;
}
