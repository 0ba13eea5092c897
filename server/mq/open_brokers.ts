/**
 * The brokers of a configuration.
 *
 * @module
 */

import { describeError } from "@frontier/platform/internal";
import type { Routing } from "../routing.ts";
import type { BrokerConfig, MqmConfig } from "../config/mod.ts";
import { Broker, type BrokerContext } from "./broker.ts";
import { TopicHeaders } from "./topic_headers.ts";
import { withoutEnvironment } from "@frontier/platform/environment";
import { BROKER_KINDS, type BrokerKind, type Producer } from "./producer.ts";

/** A producer with the part of the configuration that made it. */
export interface ConfiguredProducer {
  /** The producer, not started yet. */
  readonly producer: Producer;
  /** Its queue, its deadline and its headers. */
  readonly config: BrokerConfig;
}

/**
 * Loads the code of a kind of broker and makes its producers: one, or one for
 * each way its topics go.
 */
type Maker<Config> = (config: Config) => Promise<readonly Producer[]>;

/** How the producers of each kind are made. Nothing of a kind is loaded before its maker is called. */
const MAKERS: { readonly [Kind in BrokerKind]: Maker<MqmConfig[Kind]> } = {
  amqp: async (config) => (await import("./amqp/mod.ts")).amqpProducers(config),
  kafka: async (config) =>
    (await withoutEnvironment(() => import("./kafka/mod.ts"))).kafkaProducers(
      config,
    ),
  nsq: async (config) => (await import("./nsq/mod.ts")).nsqProducers(config),
  nats: async (config) => (await import("./nats/mod.ts")).natsProducers(config),
  redis: async (config) =>
    (await withoutEnvironment(() => import("./redis/mod.ts"))).redisProducers(
      config,
    ),
};

/**
 * @param mqm The configuration.
 * @returns Whether any broker is wanted.
 */
export function wantsBrokers(mqm: MqmConfig): boolean {
  return BROKER_KINDS.some((kind) => mqm[kind].enable);
}

/**
 * Makes the producers of every broker that is enabled, in the order in which
 * brokers are candidates for a topic.
 *
 * @param mqm The configuration.
 * @returns The producers, not started.
 * @throws {Error} If a client cannot be loaded.
 */
export async function makeProducers(
  mqm: MqmConfig,
): Promise<ConfiguredProducer[]> {
  const made: ConfiguredProducer[] = [];
  for (const kind of BROKER_KINDS) {
    const config = mqm[kind];
    if (!config.enable) continue;
    for (const producer of await makeKind(kind, config)) {
      made.push({ producer, config });
    }
  }
  return made;
}

/**
 * Makes the producers of one kind of broker.
 *
 * @param kind Which.
 * @param config Its part of the configuration.
 * @returns The producers, not started.
 * @throws {Error} If its client cannot be loaded, as without a permission that it needs.
 */
export async function makeKind(
  kind: BrokerKind,
  config: BrokerConfig,
): Promise<readonly Producer[]> {
  try {
    return await (MAKERS[kind] as Maker<BrokerConfig>)(config);
  } catch (cause) {
    throw new Error(
      `Cannot load the client of ${kind}: ${describeError(cause)}`,
      { cause },
    );
  }
}

/**
 * Starts producers and makes their topics routable.
 *
 * @param producers With the topics that each takes.
 * @param routing Where the topics are entered.
 * @param context What all brokers share, beside what they share with calls.
 * @returns The brokers, one for each producer.
 */
export function openBrokers(
  producers: readonly ConfiguredProducer[],
  routing: Pick<Routing, "directory" | "exchange">,
  context: Omit<BrokerContext, "ledger" | "calls" | "answers">,
): Broker[] {
  const { directory, exchange } = routing;
  return producers.map(({ producer, config }) => {
    const { queue, deadlineMs } = config;
    const headers = new TopicHeaders(config);
    const broker = exchange.broker((shared) =>
      new Broker(producer, { ...queue, deadlineMs }, headers, {
        ...shared,
        ...context,
      })
    );
    for (const topic of producer.topics) {
      directory.addBrokerTopic(broker, topic);
    }
    return broker;
  });
}
