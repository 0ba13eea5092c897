/**
 * Values of flags that are not just texts.
 *
 * @module
 */

/** Most seconds that a timer can wait: a longer one would be over at once. */
export const MAX_SECONDS = 2_147_483;

/** The most that a number may be where nobody says less. */
const MOST = 999_999_999;

/**
 * Reads a whole number.
 *
 * @param flag The flag, for messages.
 * @param text What was given, if anything was.
 * @param otherwise What holds where nothing was.
 * @param least The least number that makes sense.
 * @param most The greatest one.
 * @returns The number.
 * @throws {SyntaxError} If it is none, too small or too great.
 */
export function whole(
  flag: string,
  text: string | undefined,
  otherwise: number,
  least: number,
  most = MOST,
): number {
  if (text === undefined) return otherwise;
  const number = /^\d{1,9}$/.test(text) ? Number(text) : -1;
  if (number >= least && number <= most) return number;
  throw new SyntaxError(
    `Cannot use "${text}" for ${flag}: need a whole number from ${least} to ${most}`,
  );
}

/**
 * Reads one of a few words, in any case of letters.
 *
 * @param flag The flag, for messages.
 * @param text What was given, if anything was.
 * @param choices The words.
 * @returns The word; `undefined` where nothing was given.
 * @throws {SyntaxError} If it is none of them.
 */
export function choose<T extends string>(
  flag: string,
  text: string | undefined,
  choices: readonly T[],
): T | undefined {
  if (text === undefined) return undefined;
  const found = choices.find((choice) => choice === text.toLowerCase());
  if (found !== undefined) return found;
  throw new SyntaxError(
    `Cannot use "${text}" for ${flag}: need ${choices.join(", ")}`,
  );
}

/** The levels of a log, as flags name them. */
export const LOG_LEVELS = ["debug", "info", "warn", "error"] as const;

/** The formats of a log, as flags name them. */
export const LOG_FORMATS = ["text", "json"] as const;
