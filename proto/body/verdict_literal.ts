/**
 * Verdicts as texts that are written and looked for.
 *
 * @module
 */

import { Literal } from "../wire/byte_copy.ts";
import { type Verdict, VERDICT_KEY } from "../errors/verdict.ts";

const NOT_RUN = new Literal(`"${VERDICT_KEY}":"not-run"`);
const UNKNOWN = new Literal(`"${VERDICT_KEY}":"unknown"`);

/**
 * Gives the member that states a verdict.
 *
 * @param verdict Not empty.
 * @returns The key and its value in JSON.
 */
export function verdictLiteral(verdict: Verdict): Literal {
  return verdict === "not-run" ? NOT_RUN : UNKNOWN;
}
