/**
 * What a gateway or a peer's library says about an error that it made itself:
 * a key of answers between our own peers that negotiated `verdict`.
 *
 * Source: docs/PROTOCOL.md, "Extensions".
 *
 * @module
 */

/**
 * What is known of an operation that failed.
 *
 * - `"not-run"`: surely nobody has begun to work on it.
 * - `"unknown"`: it may have run, and its outcome is lost.
 * - `""`: nothing is said; between peers that negotiated `verdict` the error is
 *   then that of the application.
 */
export type Verdict = "" | "not-run" | "unknown";

/** The name of the key in a body. It is ours, so it has this one spelling. */
export const VERDICT_KEY = "verdict";

const encoder = new TextEncoder();

function member(verdict: Verdict): Uint8Array {
  return encoder.encode(`"${VERDICT_KEY}":"${verdict}"`);
}

const NOT_RUN = member("not-run");
const UNKNOWN = member("unknown");

/**
 * Gives the member that states a verdict.
 *
 * @param verdict Not empty.
 * @returns The key and its value in JSON.
 */
export function verdictMember(verdict: Verdict): Uint8Array {
  return verdict === "not-run" ? NOT_RUN : UNKNOWN;
}

/**
 * Tells whether a text is a verdict that we know.
 *
 * @param text What a peer wrote.
 * @returns It, or empty: what is not known says nothing.
 */
export function asVerdict(text: string): Verdict {
  return text === "not-run" || text === "unknown" ? text : "";
}
