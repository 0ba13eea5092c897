/**
 * Why a connection cannot be forwarded.
 *
 * @module
 */

/**
 * What went wrong with a forwarded connection.
 *
 * | code | meaning |
 * | --- | --- |
 * | `unknown-target` | the agent has no target of that name |
 * | `unreachable` | the agent could not connect to its target |
 * | `busy` | the agent forwards as many connections as it may |
 * | `version` | the agent does not know this version of the frames |
 * | `no-answer` | the edge has accepted the stream and says nothing: no agent runs there |
 * | `protocol` | the other side speaks something else |
 * | `cut` | the connection was lost before both sides had finished |
 */
export type ForwardErrorCode =
  | "unknown-target"
  | "unreachable"
  | "busy"
  | "version"
  | "no-answer"
  | "protocol"
  | "cut";

/** The codes that travel, by their number on the wire. */
const WIRE_CODES: readonly (ForwardErrorCode | undefined)[] = [
  undefined,
  "unknown-target",
  "unreachable",
  "busy",
  "version",
  "protocol",
];

/**
 * An error of a forwarded connection.
 *
 * @example What the agent has refused
 * ```ts
 * import { ForwardError } from "@frontier/client/forward";
 * import { assertEquals } from "@std/assert";
 *
 * const error = new ForwardError("unknown-target", "Cannot forward to x");
 * assertEquals(error.code, "unknown-target");
 * ```
 */
export class ForwardError extends Error {
  /** Always `ForwardError`. */
  override readonly name = "ForwardError";
  /** What went wrong. */
  readonly code: ForwardErrorCode;

  /**
   * Makes an error.
   *
   * @param code What went wrong.
   * @param message The same for people.
   * @param options The error behind it.
   */
  constructor(
    code: ForwardErrorCode,
    message: string,
    options?: { cause?: unknown },
  ) {
    super(message, options);
    this.code = code;
  }
}

/**
 * Writes a code for the wire.
 *
 * @param code The code.
 * @returns Its number; those that do not travel are `protocol`.
 */
export function wireCode(code: ForwardErrorCode): number {
  const found = WIRE_CODES.indexOf(code);
  return found < 0 ? WIRE_CODES.indexOf("protocol") : found;
}

/**
 * Reads a code from the wire.
 *
 * @param number What came.
 * @returns The code; an unknown number is of a newer agent, and means `unreachable`.
 */
export function codeOfWire(number: number | undefined): ForwardErrorCode {
  return WIRE_CODES[number ?? 0] ?? "unreachable";
}
