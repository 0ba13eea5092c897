import { bool, int, list, text } from "../field.ts";
import { type Section, section } from "../section.ts";
import {
  type BrokerConfig,
  type BrokerProblem,
  common,
  commonProblems,
  secret,
  type SecretConfig,
} from "./common.ts";

/** A Redis publisher. */
export interface RedisConfig extends BrokerConfig {
  /** Number of the database. */
  db: number;
  /** Its password, or empty. */
  password: SecretConfig;
  /** Channels that edges may publish to. */
  producer: { channels: string[] };
}

/** The keys below `mqm.redis`. */
export const redis: Section<RedisConfig> = section<RedisConfig>({
  enable: bool(),
  addrs: list(text()),
  ...common(0),
  db: int(0, { min: 0 }),
  password: secret(),
  producer: section<RedisConfig["producer"]>({ channels: list(text()) }),
});

/**
 * @param config The configuration of redis.
 * @returns What is wrong with it.
 */
export function redisProblems(config: RedisConfig): BrokerProblem[] {
  return commonProblems(
    "redis",
    config,
    config.producer.channels,
    "producer.channels",
  );
}
