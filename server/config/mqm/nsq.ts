/**
 * NSQ as it stands in a file.
 *
 * @module
 */

import {
  bool,
  int,
  list,
  secret,
  type SecretConfig,
  type Section,
  section,
  text,
} from "@frontier/platform/config";
import { SECRET_VARIABLES } from "../secret_variables.ts";
import {
  type BrokerConfig,
  type BrokerProblem,
  common,
  commonProblems,
} from "./common.ts";

/** An NSQ producer. */
export interface NsqConfig extends BrokerConfig {
  /** What the gateway says to nsqd's authorization server, or empty. */
  authSecret: SecretConfig;
  /** What is published. */
  producer: {
    /** Topics that edges may publish to. */
    topics: string[];
    /**
     * Bytes of data that a message may have; 0 for 1 048 576. nsqd's
     * `-max-msg-size` must not be smaller.
     */
    maxMessageBytes: number;
  };
}

/** The keys below `mqm.nsq`. */
export const nsq: Section<NsqConfig> = section<NsqConfig>({
  enable: bool(),
  addrs: list(text()),
  ...common(2),
  authSecret: secret(SECRET_VARIABLES),
  producer: section<NsqConfig["producer"]>({
    topics: list(text()),
    maxMessageBytes: int(0, { min: 0 }),
  }),
});

/**
 * @param config The configuration of nsq.
 * @returns What is wrong with it.
 */
export function nsqProblems(config: NsqConfig): BrokerProblem[] {
  const { producer, headers } = config;
  const problems = commonProblems(
    "nsq",
    config,
    producer.topics,
    "producer.topics",
  );
  if (!config.enable) return problems;
  producer.topics.forEach((topic, i) => {
    // nsqd itself would take the part before a blank for the name.
    const ordinary = /^[.a-zA-Z0-9_-]+(#ephemeral)?$/.test(topic) &&
      topic.length <= 64;
    if (ordinary || topic === "") return;
    problems.push({
      key: `mqm.nsq.producer.topics[${i}]`,
      message:
        `Cannot publish to "${topic}": a topic has 1 to 64 letters, digits, dots, dashes and underscores`,
    });
  });
  const places = [
    ["headers", headers] as const,
    ...config.perTopic.map((one, i) =>
      [`per_topic[${i}].headers`, one.headers] as const
    ),
  ];
  for (const [place, { edgeId, meta, messageId, contentType }] of places) {
    const wanted = [
      ["edge_id", edgeId],
      ["meta", meta],
      ["message_id", messageId],
      ["content_type", contentType !== ""],
    ] as const;
    for (const [name, on] of wanted) {
      if (!on) continue;
      problems.push({
        key: `mqm.nsq.${place}.${name}`,
        message: "Cannot send headers to NSQ: its messages have none",
      });
    }
  }
  return problems;
}
