/**
 * Redis as it stands in a file.
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

/** A Redis publisher. */
export interface RedisConfig extends BrokerConfig {
  /** Number of the database; channels have none. */
  db: number;
  /** Its user, or empty for the default one. */
  user: string;
  /** The user's password. */
  password: SecretConfig;
  /** What edges may publish to. */
  producer: {
    /** Channels: whoever subscribes now gets the message. */
    channels: string[];
    /** Streams: the server stores the message. */
    streams: string[];
    /** Entries that a stream keeps, about; 0 keeps all. */
    streamMaxLen: number;
  };
}

/** The keys below `mqm.redis`. */
export const redis: Section<RedisConfig> = section<RedisConfig>({
  enable: bool(),
  addrs: list(text()),
  ...common(0),
  db: int(0, { min: 0 }),
  user: text(),
  password: secret(SECRET_VARIABLES),
  producer: section<RedisConfig["producer"]>({
    channels: list(text()),
    streams: list(text()),
    streamMaxLen: int(0, { min: 0 }),
  }),
});

/**
 * @param config The configuration of redis.
 * @returns What is wrong with it.
 */
export function redisProblems(config: RedisConfig): BrokerProblem[] {
  const { channels, streams } = config.producer;
  const problems = commonProblems(
    "redis",
    config,
    [...new Set([...channels, ...streams])],
    "producer.channels",
  );
  if (!config.enable) return problems;
  streams.forEach((name, i) => {
    if (!channels.includes(name)) return;
    problems.push({
      key: `mqm.redis.producer.streams[${i}]`,
      message:
        `Cannot publish "${name}" to a stream and a channel: take it out of one of the lists`,
    });
  });
  return problems;
}
