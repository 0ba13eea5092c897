/**
 * The calls of one peer.
 *
 * @module
 */

import type { Call, PartyCalls } from "./call.ts";
import { CallTable } from "./call_table.ts";

/**
 * What one peer asked and has no answer to, and counts of what it asked and was
 * asked, those inside its streams included. One record, so that a call touches
 * one, and made at the first: most idle peers have none.
 */
export class PeerCalls extends CallTable implements PartyCalls {
  /** @inheritdoc */
  callsIn = 0;
  /** @inheritdoc */
  callsOut = 0;
  /** @inheritdoc */
  messagesIn = 0;
  /** @inheritdoc */
  messagesOut = 0;
  /** @inheritdoc */
  messages: Call | undefined = undefined;

  /** @returns Everything that has no answer yet. */
  all(): Call[] {
    const list = this.requests();
    for (let call = this.messages; call !== undefined; call = call.next) {
      list.push(call);
    }
    return list;
  }
}
