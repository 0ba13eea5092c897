/**
 * What publishing to NATS has in common, with JetStream or without.
 *
 * @module
 */

import type { ClientKeeper } from "../client_keeper.ts";
import { KeptProducer, usualBatch } from "../kept_producer.ts";
import type { TopicHeaders } from "../topic_headers.ts";
import { sizeRule } from "./message.ts";
import type { NatsLink } from "./nats_connection.ts";

/** A producer over one connection to NATS. */
export abstract class NatsProducer extends KeptProducer {
  /** @inheritdoc */
  readonly kind = "nats";
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
    super(topics, usualBatch(lingerMs));
    this.link = link;
    this.#headers = headers;
    link.onState = () => this.onState?.();
  }

  /** @inheritdoc */
  protected override get keeper(): ClientKeeper {
    return this.link.keeper;
  }

  /** @inheritdoc */
  override refusal(topic: string, bytes: number): string {
    const most = this.link.connection?.info?.max_payload;
    return sizeRule(bytes, most, this.#headers.of(topic));
  }
}
