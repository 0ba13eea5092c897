/**
 * What the sections of all brokers have in common.
 *
 * @module
 */

import {
  bool,
  type Fields,
  int,
  list,
  type Section,
  section,
  text,
  TLS,
  type TlsSettings,
} from "@frontier/platform/config";

/** How many messages for a broker may wait. */
export interface BrokerQueueConfig {
  /** Messages that wait or are under way, of all edges together. */
  maxMessages: number;
  /**
   * Bytes of messages that wait or are under way, of all edges together; one
   * edge alone has at most half.
   */
  maxBytes: number;
}

/** What a message carries beside its data, where the broker has headers. */
export interface BrokerHeadersConfig {
  /** Whether it carries the edge's id, in decimal. */
  edgeId: boolean;
  /**
   * Whether it carries the edge's meta. Allow it only where whoever reads the
   * broker may see what edges say of themselves.
   */
  meta: boolean;
  /** Whether it carries the message's id. */
  messageId: boolean;
  /** Its content type; empty for none. */
  contentType: string;
}

/** What differs for one topic from the rest of its broker. */
export interface TopicConfig {
  /** The topic, one of the broker's. */
  topic: string;
  /** What messages carry beside their data, instead of the broker's `headers`. */
  headers: BrokerHeadersConfig;
}

/** What the configurations of all brokers have in common. */
export interface BrokerConfig {
  /** Whether it is wanted. */
  enable: boolean;
  /** Its addresses. */
  addrs: string[];
  /** The queue in front of it. */
  queue: BrokerQueueConfig;
  /** Milliseconds until a message is answered, whatever the broker does. */
  deadlineMs: number;
  /** Milliseconds that a batch which is not full waits for more messages. */
  lingerMs: number;
  /** What messages carry beside their data. */
  headers: BrokerHeadersConfig;
  /** Topics that differ from that. */
  perTopic: TopicConfig[];
  /** TLS towards it; `enable` is false for plain TCP. */
  tls: TlsSettings;
}

/** Something wrong with a broker's configuration. */
export interface BrokerProblem {
  /** The key, from `mqm` on. */
  readonly key: string;
  /** What is wrong, as a sentence without a full stop. */
  readonly message: string;
  /** Whether the broker can be used all the same. */
  readonly harmless?: boolean;
}

const QUEUE: Section<BrokerQueueConfig> = section<BrokerQueueConfig>({
  maxMessages: int(65_536, { min: 1 }),
  maxBytes: int(67_108_864, { min: 65_536 }),
});

const HEADERS: Section<BrokerHeadersConfig> = section<BrokerHeadersConfig>({
  edgeId: bool(),
  meta: bool(),
  messageId: bool(),
  contentType: text(),
});

const PER_TOPIC: Section<TopicConfig> = section<TopicConfig>({
  topic: text(),
  headers: HEADERS,
});

/**
 * The fields that all brokers have, beside `enable` and `addrs`.
 *
 * @param lingerMs The default of `linger_ms`.
 * @returns The fields.
 */
export function common(
  lingerMs: number,
): Fields<Omit<BrokerConfig, "enable" | "addrs">> {
  return {
    queue: QUEUE,
    deadlineMs: int(15_000, { min: 100, max: 29_000 }),
    lingerMs: int(lingerMs, { min: 0, max: 1_000 }),
    headers: HEADERS,
    perTopic: list(PER_TOPIC),
    tls: TLS,
  };
}

/**
 * What is wrong with what all brokers have in common.
 *
 * @param kind The broker's key below `mqm`.
 * @param config Its configuration.
 * @param topics Patterns, as the file lists them; every broker needs one.
 * @param topicsKey The key of its topics, below the broker's.
 * @returns The problems; none for a broker that is not enabled.
 */
export function commonProblems(
  kind: string,
  config: BrokerConfig,
  topics: readonly string[],
  topicsKey: string,
): BrokerProblem[] {
  if (!config.enable) return [];
  const problems: BrokerProblem[] = [];
  if (config.addrs.length === 0) {
    problems.push({
      key: `mqm.${kind}.addrs`,
      message:
        `Cannot reach ${kind} without an address: set "mqm.${kind}.addrs"`,
    });
  }
  if (topics.length === 0) {
    problems.push({
      key: `mqm.${kind}.${topicsKey}`,
      message:
        `Cannot publish to ${kind} without a topic: list what it takes in "mqm.${kind}.${topicsKey}"`,
    });
  }
  topics.forEach((topic, i) => {
    const key = `mqm.${kind}.${topicsKey}[${i}]`;
    if (topic === "") {
      problems.push({ key, message: "Cannot take a topic without a name" });
    } else if (topics.indexOf(topic) !== i) {
      problems.push({ key, message: `Topic "${topic}" is there twice` });
    }
  });
  config.perTopic.forEach(({ topic }, i) => {
    const key = `mqm.${kind}.per_topic[${i}]`;
    if (!topics.includes(topic)) {
      problems.push({
        key: `${key}.topic`,
        message: `Topic "${topic}" is none of "mqm.${kind}.${topicsKey}"`,
      });
    } else if (config.perTopic.findIndex((o) => o.topic === topic) !== i) {
      problems.push({
        key: `${key}.topic`,
        message: `Topic "${topic}" is there twice`,
      });
    }
  });
  return problems;
}
