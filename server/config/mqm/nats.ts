import { bool, list, named, text } from "../field.ts";
import { type Section, section } from "../section.ts";
import {
  type BrokerConfig,
  type BrokerProblem,
  common,
  commonProblems,
} from "./common.ts";

/** A NATS producer, with JetStream or without. */
export interface NatsConfig extends BrokerConfig {
  /** Subjects that edges may publish to while JetStream is off. */
  producer: { subjects: string[] };
  /** JetStream: whether, its stream's name, and the subjects that edges may publish to then. */
  jetstream: {
    enable: boolean;
    name: string;
    producer: { subjects: string[] };
  };
}

/** The keys below `mqm.nats`. */
export const nats: Section<NatsConfig> = section<NatsConfig>({
  enable: bool(),
  addrs: list(text()),
  ...common(0),
  producer: section<NatsConfig["producer"]>({ subjects: list(text()) }),
  jetstream: named(
    section<NatsConfig["jetstream"]>({
      enable: bool(),
      name: text(),
      producer: section<NatsConfig["jetstream"]["producer"]>({
        subjects: list(text()),
      }),
    }),
    "jetstream",
    "jetStream",
    "jet_stream",
  ),
});

/**
 * @param config The configuration of nats.
 * @returns What is wrong with it.
 */
export function natsProblems(config: NatsConfig): BrokerProblem[] {
  return commonProblems(
    "nats",
    config,
    [
      ...config.producer.subjects,
      ...(config.jetstream.enable ? config.jetstream.producer.subjects : []),
    ],
    "producer.subjects",
  );
}
