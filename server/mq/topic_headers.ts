/**
 * What messages carry beside their data, by their topic.
 *
 * @module
 */

import type { BrokerConfig, BrokerHeadersConfig } from "../config/mod.ts";

/** Finds the headers of a topic: its own where it has some, else its broker's. */
export class TopicHeaders {
  readonly #usual: BrokerHeadersConfig;
  readonly #own: ReadonlyMap<string, BrokerHeadersConfig>;

  /**
   * @param config The broker's configuration.
   */
  constructor(config: Pick<BrokerConfig, "headers" | "perTopic">) {
    this.#usual = config.headers;
    this.#own = new Map(
      config.perTopic.map(({ topic, headers }) => [topic, headers]),
    );
  }

  /**
   * @param topic One of the broker's topics.
   * @returns Which headers its messages carry.
   */
  of(topic: string): BrokerHeadersConfig {
    return this.#own.get(topic) ?? this.#usual;
  }
}
