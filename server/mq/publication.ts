/**
 * A message on its way to a broker.
 *
 * @module
 */

import type { BrokerHeadersConfig } from "../config/mod.ts";

/**
 * What an edge published to a topic that a broker takes: everything a producer
 * may send, as copies that outlive the edge's connection.
 */
export interface Publication {
  /** The topic, as the edge wrote it. */
  readonly topic: string;
  /** The message's data, unchanged. */
  readonly data: Uint8Array;
  /** Id of the edge that published it. */
  readonly edge: bigint;
  /** The edge's meta; `undefined` where the configuration does not send it. */
  readonly meta: Uint8Array | undefined;
  /**
   * Names this message among all messages of all gateways. Every attempt to
   * store the message carries the same one.
   */
  readonly id: string;
  /** What it is to carry beside its data, where the broker has headers. */
  readonly headers: BrokerHeadersConfig;
  /** When it came, in Unix milliseconds. */
  readonly at: number;
}

/** What a producer says became of a message. */
export type Outcome =
  /** The broker has it, as far as its acknowledgement says. */
  | { readonly kind: "stored" }
  /** The broker does not have it and will not take it: trying again is no use. `reason` is the broker's rule; the edge reads it. */
  | { readonly kind: "refused"; readonly reason: string }
  /**
   * It is to be sent again under the same id. `stored` is `maybe` when the
   * broker may have it already, and `no` when it surely has not.
   */
  | {
    readonly kind: "again";
    readonly reason: string;
    readonly stored: "maybe" | "no";
  }
  /** The broker may have it or not, and sending it again would do harm. */
  | { readonly kind: "unknown"; readonly reason: string };

/** What a message is answered with in the end. */
export type Ending =
  | Exclude<Outcome, { kind: "again" }>
  /** Its time is over, and the broker surely does not have it. */
  | { readonly kind: "unsent"; readonly reason: string };

/** The broker has it. */
export const STORED: { readonly kind: "stored" } = { kind: "stored" };
