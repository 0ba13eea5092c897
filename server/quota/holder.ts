/**
 * Whoever takes from the ledger, or is taken from.
 *
 * @module
 */

import type { Account } from "./account.ts";

/**
 * A peer, an address before admission, or the gateway itself.
 *
 * Of an edge and a service the edge pays for the memory of what passes between
 * them, whoever sends it: services are few and the operator's own, edges are
 * neither.
 */
export interface Holder {
  /** What it holds; the ledger's, and `undefined` while that is nothing. */
  account: Account | undefined;
  /** Whether memory is charged to it even when it is the target. */
  readonly charged: boolean;
  /** @returns What to call it in the log. */
  describe(): string;
}
