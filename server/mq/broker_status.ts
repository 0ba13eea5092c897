/**
 * What a broker is doing, for operators.
 *
 * @module
 */

import type { Broker } from "./broker.ts";
import type { BrokerKind } from "./producer.ts";

/** What a broker is doing. */
export interface BrokerStatus {
  /** Its name: the kind, or the kind and a part of it. */
  readonly name: string;
  /** What kind of broker. */
  readonly kind: BrokerKind;
  /** Whether it can be published to. */
  readonly state: "connecting" | "up" | "down" | "closed";
  /** Why it is down; empty otherwise. May name addresses, never credentials. */
  readonly problem: string;
  /** Messages that wait or are under way. */
  readonly queued: number;
  /** Bytes of them. */
  readonly queuedBytes: number;
  /** Messages that the broker has been sent and has not answered. */
  readonly underWay: number;
  /** Messages that it has acknowledged. */
  readonly published: number;
  /** Messages that it does not take. */
  readonly refused: number;
  /** Messages refused because it could not be reached. */
  readonly unavailable: number;
  /** Messages refused because the queue, or an edge's share of it, was full. */
  readonly full: number;
  /** Messages of which it is not known whether it has them. */
  readonly unknown: number;
}

/**
 * @param broker One that was started, connected or not.
 * @returns What it is doing.
 */
export function brokerStatus(broker: Broker): BrokerStatus {
  const { producer, figures } = broker;
  const { state } = producer;
  return {
    name: producer.name,
    kind: producer.kind,
    state: state.kind,
    problem: state.kind === "down" ? state.problem : "",
    queued: broker.queued,
    queuedBytes: broker.queuedBytes,
    underWay: broker.underWay,
    published: figures.published,
    refused: figures.refused,
    unavailable: figures.unavailable,
    full: figures.full,
    unknown: figures.unknown,
  };
}

/**
 * What is wrong with a broker, for health checks.
 *
 * @param status What it is doing.
 * @returns The problem in words; empty when it can be published to.
 */
export function brokerProblem({ state, problem }: BrokerStatus): string {
  if (state === "up") return "";
  return problem === "" ? state : problem;
}
