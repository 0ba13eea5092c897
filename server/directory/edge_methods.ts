/**
 * The methods of an edge.
 *
 * @module
 */

import type { Share } from "../quota/account.ts";

/** The methods that an edge has registered, and what they cost. */
export class EdgeMethods {
  /** Their names, as text. */
  readonly names: Set<string> = new Set();
  /** Bytes counted for them. */
  bytes = 0;
  /** Where those are counted. */
  share: Share | undefined = undefined;
}
