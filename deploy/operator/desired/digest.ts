/**
 * A short text that stands for long ones.
 *
 * @module
 */

import { createHash } from "node:crypto";

/**
 * @param texts What it stands for.
 * @returns 32 hexadecimal digits.
 */
export function digest(...texts: readonly string[]): string {
  return createHash("sha256").update(JSON.stringify(texts)).digest("hex")
    .slice(0, 32);
}
