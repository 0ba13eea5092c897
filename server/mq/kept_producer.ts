/**
 * What the producers of all brokers have in common.
 *
 * @module
 */

import type { ClientKeeper } from "./client_keeper.ts";
import type {
  BatchRule,
  BrokerKind,
  Producer,
  ProducerState,
} from "./producer.ts";
import type { Outcome, Publication } from "./publication.ts";

/** A producer whose client is kept by a {@linkcode ClientKeeper}. */
export abstract class KeptProducer implements Producer {
  /** @inheritdoc */
  abstract readonly kind: BrokerKind;
  /** @inheritdoc */
  abstract readonly name: string;
  /** @inheritdoc */
  readonly topics: readonly string[];
  /** @inheritdoc */
  readonly batch: BatchRule;
  /** @inheritdoc */
  onState: (() => void) | undefined = undefined;

  /**
   * @param topics The topics it takes.
   * @param batch How it wants its messages.
   */
  constructor(topics: readonly string[], batch: BatchRule) {
    this.topics = topics;
    this.batch = batch;
  }

  /** Makes its clients, one after the other. */
  protected abstract get keeper(): ClientKeeper;

  /** @inheritdoc */
  get state(): ProducerState {
    return this.keeper.state;
  }

  /** @inheritdoc */
  start(): void {
    this.keeper.start();
  }

  /** @inheritdoc */
  abstract refusal(topic: string, bytes: number): string;

  /** @inheritdoc */
  abstract publish(
    batch: readonly Publication[],
  ): Promise<readonly Outcome[]>;

  /** @inheritdoc */
  close(): Promise<void> {
    return this.keeper.close();
  }
}

/**
 * @param lingerMs How long a batch that is not full waits, in milliseconds.
 * @returns The rule of a broker that has none of its own.
 */
export function usualBatch(lingerMs: number): BatchRule {
  return {
    maxMessages: 512,
    maxBytes: 4_194_304,
    lingerMs,
    concurrent: 1,
  };
}

/**
 * The rule of a broker about the size of a message.
 *
 * @param broker What to call the broker.
 * @param most Bytes of data that it takes.
 * @param setting Where that is set.
 * @param bytes Length of the data.
 * @returns The rule in words; empty when the message fits.
 */
export function sizeLimit(
  broker: string,
  most: number,
  setting: string,
  bytes: number,
): string {
  return bytes > most
    ? `${broker} takes at most ${most} bytes of data (${setting}), not ${bytes}`
    : "";
}

/**
 * The outcome of messages that all have to be sent again.
 *
 * @param batch The messages.
 * @param reason Why.
 * @param stored Whether the broker may have them.
 * @returns The same outcome for each.
 */
export function allAgain(
  batch: readonly Publication[],
  reason: string,
  stored: "maybe" | "no",
): Outcome[] {
  return batch.map(() => ({ kind: "again", reason, stored }));
}
