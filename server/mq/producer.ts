/**
 * What every broker's client looks like to the gateway.
 *
 * @module
 */

import type { Outcome, Publication } from "./publication.ts";

/** A kind of broker. */
export type BrokerKind = "amqp" | "kafka" | "nsq" | "nats" | "redis";

/** The kinds of brokers, in the order in which they are candidates for a topic. */
export const BROKER_KINDS: readonly BrokerKind[] = [
  "amqp",
  "kafka",
  "nsq",
  "nats",
  "redis",
];

/** Whether a broker can be published to now, and if not, why. */
export type ProducerState =
  | { readonly kind: "connecting" }
  | { readonly kind: "up" }
  /** `problem` is for operators: it may name addresses. */
  | { readonly kind: "down"; readonly problem: string }
  | { readonly kind: "closed" };

/** How many messages a producer takes at a time. */
export interface BatchRule {
  /** Messages of one batch, at least 1. */
  readonly maxMessages: number;
  /** Bytes of data of one batch; a single message may be larger. */
  readonly maxBytes: number;
  /** Milliseconds that a batch which is not full waits for more. */
  readonly lingerMs: number;
  /** Batches under way at a time; more than one gives up the order of what is tried again. */
  readonly concurrent: number;
}

/**
 * A client of one broker. It connects by itself, reconnects for ever with
 * growing pauses, and holds nothing but the batches it was handed.
 *
 * Every implementation passes `tests/brokers/compliance.ts` against its real
 * broker.
 */
export interface Producer {
  /** What kind of broker. */
  readonly kind: BrokerKind;
  /** What to call it in logs, metrics and readiness: the kind, or the kind and a part of it such as `nats-jetstream`. */
  readonly name: string;
  /** The topics it takes, exact and case-sensitive. */
  readonly topics: readonly string[];
  /** How it wants its messages. */
  readonly batch: BatchRule;
  /** Whether it can be published to now. */
  readonly state: ProducerState;
  /** Called after each change of {@linkcode Producer.state}; set by whoever uses the producer. */
  onState: (() => void) | undefined;
  /**
   * Begins to connect. Returns at once; a broker that is down is no error.
   */
  start(): void;
  /**
   * Says why the broker would not take a message, before it is sent.
   *
   * @param topic One of its topics.
   * @param bytes Length of the data.
   * @returns The broker's rule in words, without a full stop; empty when the
   * message may be sent.
   */
  refusal(topic: string, bytes: number): string;
  /**
   * Publishes messages in their order.
   *
   * @param batch Messages, within {@linkcode Producer.batch}. Called while the
   * state is `up`.
   * @returns What became of each, at the same index. The promise settles in
   * bounded time, whatever the broker does, and does not reject.
   */
  publish(batch: readonly Publication[]): Promise<readonly Outcome[]>;
  /**
   * Ends the connection. Batches under way settle first.
   *
   * @returns When nothing of the client is left. It takes at most a few
   * seconds, even when the broker is frozen.
   */
  close(): Promise<void>;
}
