/**
 * What both sides of a terminal say to each other beside its bytes: messages on
 * the stream that carries those.
 *
 * @module
 */

/** How large a terminal is. */
export interface WindowSize {
  /** Columns. */
  readonly cols: number;
  /** Rows. */
  readonly rows: number;
}

/** The first message of the service: begins the terminal. */
export interface Start extends WindowSize {
  /** Kind of the terminal, as `TERM` has it. */
  readonly term: string;
  /** What to run; the shell itself when it is empty. */
  readonly command: string;
}

/** Topic of {@linkcode Start}. */
export const START = "start";
/** Topic of a {@linkcode WindowSize}, from the service, any time later. */
export const RESIZE = "resize";
/** Topic of the exit code in decimal, from the edge, after all bytes. */
export const EXIT = "exit";

const MAX_SIZE = 10_000;

/**
 * Reads how large a terminal is.
 *
 * @param value What has arrived.
 * @returns The size.
 * @throws {RangeError} If there is no such terminal.
 */
export function readSize(value: unknown): WindowSize {
  const { cols, rows } = Object(value);
  for (const side of [cols, rows]) {
    if (!Number.isInteger(side) || side < 1 || side > MAX_SIZE) {
      throw new RangeError(`Cannot use ${cols} by ${rows} as a window size`);
    }
  }
  return { cols, rows };
}

/**
 * Reads how a terminal begins.
 *
 * @param value What has arrived.
 * @returns How.
 * @throws {RangeError} If there is no such terminal.
 */
export function readStart(value: unknown): Start {
  const { term, command } = Object(value);
  return {
    ...readSize(value),
    term: typeof term === "string" && /^[\w.+-]{1,64}$/.test(term)
      ? term
      : "dumb",
    command: typeof command === "string" ? command : "",
  };
}

/**
 * Reads how a terminal has ended.
 *
 * @param text What has arrived.
 * @returns The exit code.
 * @throws {RangeError} If it is none.
 */
export function readExit(text: string): number {
  const code = /^\d{1,3}$/.test(text) ? Number(text) : NaN;
  if (code <= 255) return code;
  throw new RangeError(`Cannot use ${text} as an exit code`);
}
