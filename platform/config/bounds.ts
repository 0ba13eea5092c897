/**
 * What a limit may be, in a file and in a program alike.
 *
 * @module
 */

/** What a limit counts. */
export type BoundUnit = "count" | "bytes" | "milliseconds";

/** Which numbers a limit may have. */
export interface Bound {
  /** What it counts. */
  readonly unit: BoundUnit;
  /** The smallest value that leaves a working program. */
  readonly least: number;
  /** The largest value that means something. */
  readonly most: number;
  /** Whether 0 is another way to say that there is no limit. */
  readonly zeroIsNone: boolean;
  /**
   * What `auto` stands for, such as `half of the machine's memory`; absent where
   * it is no value.
   */
  readonly auto?: string;
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

/**
 * The unit of a limit, by the end of its name.
 *
 * @param name The limit, in camel case: `maxFrameBytes`, `writeStallMs`.
 * @returns The unit; a count where the name says nothing else.
 */
export function unitOf(name: string): BoundUnit {
  if (name.endsWith("Ms")) return "milliseconds";
  return name.endsWith("Bytes") ? "bytes" : "count";
}

/**
 * The bound of a limit.
 *
 * @param unit What it counts.
 * @param special What differs from a limit of at least 1 without an end.
 * @returns The bound.
 */
export function bound(
  unit: BoundUnit,
  special: Partial<Pick<Bound, "least" | "most" | "auto">> = {},
): Bound {
  const { least = 1, auto } = special;
  const endless = unit === "milliseconds" ? ENDLESS_MS : ENDLESS_COUNT;
  return {
    unit,
    least,
    most: special.most ?? endless,
    zeroIsNone: least === 0,
    ...(auto !== undefined && { auto }),
  };
}

/** What a message about a limit speaks of. */
export interface BoundWords {
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
 * @param bound What the limit may be.
 * @param value The number, `Infinity` for no limit.
 * @param words How to speak of it.
 * @returns The number to use, always finite.
 * @throws {RangeError} If the limit cannot have this value. The message names
 * key, value and what is allowed.
 */
export function acceptBounded(
  bound: Bound,
  value: number,
  words: BoundWords,
): number {
  const endless = value === Infinity ||
    (bound.unit === "milliseconds" && value > LONGEST_TIMER_MS);
  if (endless) return bound.most;
  if (
    Number.isSafeInteger(value) && value >= bound.least &&
    (value <= bound.most || bound.unit === "milliseconds")
  ) return Math.min(value, bound.most);
  throw new RangeError(refusal(bound, words));
}

/**
 * What to say of a value that a limit cannot have.
 *
 * @param bound What the limit may be.
 * @param words How to speak of it.
 * @returns The message, without a full stop.
 */
export function refusal(bound: Bound, words: BoundWords): string {
  const { unit, least, most, zeroIsNone } = bound;
  const { key, value, inFile } = words;
  const size = unit === "bytes" && inFile ? " or a size such as 256MiB" : "";
  const what = `a whole number${unit === "count" ? "" : ` of ${unit}`}${size}`;
  const range = most === ENDLESS_COUNT || most === ENDLESS_MS
    ? `at least ${least}`
    : `from ${least} to ${most}`;
  const endless = inFile ? ".inf" : "Infinity";
  const none = `${zeroIsNone ? "0 or " : ""}${endless} for no limit`;
  const auto = bound.auto === undefined
    ? ""
    : `, ${inFile ? "auto" : '"auto"'} for ${bound.auto}`;
  return `Cannot use ${value} as "${key}": expected ${what}, ${range}${auto}, or ${none}`;
}
