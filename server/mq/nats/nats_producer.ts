/**
 * What publishing to NATS has in common, with JetStream or without.
 *
 * @module
 */

import type { BatchRule, Producer, ProducerState } from "../producer.ts";
import type { Outcome, Publication } from "../publication.ts";
import type { TopicHeaders } from "../topic_headers.ts";
import { sizeRule } from "./message.ts";
import type { NatsLink } from "./nats_connection.ts";

/** A producer over one connection to NATS. */
export abstract class NatsProducer implements Producer {
  /** @inheritdoc */
  readonly kind = "nats";
  /** @inheritdoc */
  abstract readonly name: string;
  /** @inheritdoc */
  readonly topics: readonly string[];
  /** @inheritdoc */
  readonly batch: BatchRule;
  /** @inheritdoc */
  onState: (() => void) | undefined = undefined;
  /** The connection. */
  protected readonly link: NatsLink;
  readonly #headers: TopicHeaders;

  /**
   * @param link The connection.
   * @param topics The subjects it takes.
   * @param headers What messages carry beside their data.
   * @param lingerMs How long a batch that is not full waits, in milliseconds.
   */
  constructor(
    link: NatsLink,
    topics: readonly string[],
    headers: TopicHeaders,
    lingerMs: number,
  ) {
    this.link = link;
    this.topics = topics;
    this.#headers = headers;
    this.batch = {
      maxMessages: 512,
      maxBytes: 4_194_304,
      lingerMs,
      concurrent: 1,
    };
    link.onState(() => this.onState?.());
  }

  /** @inheritdoc */
  get state(): ProducerState {
    return this.link.state;
  }

  /** @inheritdoc */
  start(): void {
    this.link.start();
  }

  /** @inheritdoc */
  refusal(topic: string, bytes: number): string {
    const most = this.link.connection?.info?.max_payload;
    return sizeRule(bytes, most, this.#headers.of(topic));
  }

  /** @inheritdoc */
  abstract publish(
    batch: readonly Publication[],
  ): Promise<readonly Outcome[]>;

  /** @inheritdoc */
  close(): Promise<void> {
    return this.link.close();
  }
}
