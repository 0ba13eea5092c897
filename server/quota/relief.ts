/**
 * What happens when memory runs out.
 *
 * @module
 */

import type { Account, Holder } from "./account.ts";
import type { Ledger } from "./ledger.ts";

/** One step against the biggest holder. */
export interface ReliefAction {
  /** Who holds most. */
  readonly holder: Holder;
  /**
   * `withhold`: the ledger gives it nothing more until it holds half as much.
   * `dismiss`: its streams are to end. `cut`: its connection is to end.
   */
  readonly action: "withhold" | "dismiss" | "cut";
  /** Bytes it holds. */
  readonly bytes: number;
}

/**
 * Goes against the biggest holder, one step at a time: it is given nothing more, then
 * loses its streams, then its connection. Steps beyond the first need memory to
 * be full, and time in between for what was taken to come back.
 */
export class Relief {
  readonly #ledger: Ledger;
  /** Number of this time of need; steps taken in an earlier one do not count. */
  #need = 0;

  /**
   * @param ledger Whose memory runs out.
   */
  constructor(ledger: Ledger) {
    this.#ledger = ledger;
  }

  /**
   * @returns The step to take now; `undefined` when there is none. To be asked
   * again every quarter of a second while the ledger's level is 2 or 3, and once
   * afterwards.
   */
  next(): ReliefAction | undefined {
    const ledger = this.#ledger;
    if (ledger.level < 2) {
      this.#need++;
      return undefined;
    }
    const account = ledger.biggest();
    if (account === undefined) return undefined;
    if (account.need !== this.#need) {
      account.need = this.#need;
      account.steps = 0;
    }
    if (account.steps > 0 && ledger.level < 3) return undefined;
    account.steps++;
    if (account.steps > 1) {
      return action(account, account.steps === 2 ? "dismiss" : "cut");
    }
    ledger.withhold(account);
    return action(account, "withhold");
  }
}

function action(
  { holder, bytes }: Account,
  what: ReliefAction["action"],
): ReliefAction {
  return { holder, action: what, bytes };
}
