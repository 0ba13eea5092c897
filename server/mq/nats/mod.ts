/**
 * NATS, with JetStream or without.
 *
 * @module
 */

import type { NatsConfig } from "../../config/mod.ts";
import type { Producer } from "../producer.ts";
import { TopicHeaders } from "../topic_headers.ts";
import { CoreNatsProducer } from "./core_producer.ts";
import { ensureStream, JetStreamProducer } from "./jetstream_producer.ts";
import { NatsLink } from "./nats_connection.ts";

/**
 * Makes the producers of NATS: one for the subjects of JetStream, one for all
 * others. Each has a connection of its own, so that a stream which cannot be
 * had stops nothing else.
 *
 * @param config The configuration.
 * @returns The producers.
 */
export function natsProducers(config: NatsConfig): Producer[] {
  const { jetstream, lingerMs } = config;
  const headers = new TopicHeaders(config);
  const durable = jetstream.enable ? jetstream.producer.subjects : [];
  const core = config.producer.subjects.filter((subject) =>
    !durable.includes(subject)
  );
  const producers: Producer[] = [];
  if (durable.length > 0) {
    const link = new NatsLink(
      config,
      (connection) => ensureStream(connection, jetstream.name, durable),
    );
    producers.push(new JetStreamProducer(link, durable, headers, lingerMs));
  }
  if (core.length > 0) {
    const link = new NatsLink(config, () => Promise.resolve());
    producers.push(new CoreNatsProducer(link, core, headers, lingerMs));
  }
  return producers;
}
