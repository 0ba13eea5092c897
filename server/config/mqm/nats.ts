/**
 * NATS as it stands in a file.
 *
 * @module
 */

import {
  bool,
  list,
  named,
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
import { subjectRule } from "../../mq/nats/subject.ts";

/** A NATS producer, with JetStream or without. */
export interface NatsConfig extends BrokerConfig {
  /**
   * Its user, or empty. A user in front of an address counts where this is
   * empty.
   */
  user: string;
  /** The user's password. */
  password: SecretConfig;
  /** A token instead of user and password. */
  token: SecretConfig;
  /** Subjects that edges may publish to and that JetStream does not take. */
  producer: { subjects: string[] };
  /**
   * JetStream: whether, its stream's name, and the subjects that edges may
   * publish to then.
   */
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
  user: text(),
  password: secret(SECRET_VARIABLES),
  token: secret(SECRET_VARIABLES),
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
  const { jetstream, producer } = config;
  const durable = jetstream.enable ? jetstream.producer.subjects : [];
  const subjects = [...new Set([...durable, ...producer.subjects])];
  const problems = commonProblems(
    "nats",
    config,
    subjects,
    jetstream.enable ? "jetstream.producer.subjects" : "producer.subjects",
  );
  if (!config.enable) return problems;
  const places = [
    ["jetstream.producer.subjects", durable],
    ["producer.subjects", producer.subjects],
  ] as const;
  for (const [key, list] of places) {
    list.forEach((subject, i) => {
      const rule = subjectRule(subject);
      if (rule === "" || subject === "") return;
      problems.push({
        key: `mqm.nats.${key}[${i}]`,
        message: `Cannot publish to "${subject}": ${rule}`,
      });
    });
  }
  if (jetstream.enable && !/^[^\s.*>/\\]+$/.test(jetstream.name)) {
    problems.push({
      key: "mqm.nats.jetstream.name",
      message: jetstream.name === ""
        ? 'Cannot use JetStream without a stream: set "mqm.nats.jetstream.name"'
        : `Cannot name a stream "${jetstream.name}": a name has no blanks, dots, wildcards and slashes`,
    });
  }
  return problems;
}
