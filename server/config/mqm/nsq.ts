import { bool, list, text } from "../field.ts";
import { type Section, section } from "../section.ts";
import {
  type BrokerConfig,
  type BrokerProblem,
  common,
  commonProblems,
} from "./common.ts";

/** An NSQ producer. */
export interface NsqConfig extends BrokerConfig {
  /** Topics that edges may publish to. */
  producer: { topics: string[] };
}

/** The keys below `mqm.nsq`. */
export const nsq: Section<NsqConfig> = section<NsqConfig>({
  enable: bool(),
  addrs: list(text()),
  ...common(2),
  producer: section<NsqConfig["producer"]>({ topics: list(text()) }),
});

/**
 * @param config The configuration of nsq.
 * @returns What is wrong with it.
 */
export function nsqProblems(config: NsqConfig): BrokerProblem[] {
  return commonProblems(
    "nsq",
    config,
    config.producer.topics,
    "producer.topics",
  );
}
