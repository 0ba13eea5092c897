import type { FrontierConfig } from "./types.ts";

/**
 * The parts a configuration asks for that this version does not have, one sentence each.
 *
 * @param config The configuration.
 * @returns The sentences, none if everything asked for is served.
 */
export function unservedParts(config: FrontierConfig): string[] {
  const { controlplane, frontlas, mqm, observability, daemon } = config.later;
  const wanted: [string, boolean][] = [
    ["controlplane.enable", controlplane.enable],
    ["frontlas.enable", frontlas.enable],
    ["mqm.amqp.enable", mqm.amqp.enable],
    ["mqm.kafka.enable", mqm.kafka.enable],
    ["mqm.nats.enable", mqm.nats.enable],
    ["mqm.nsq.enable", mqm.nsq.enable],
    ["mqm.redis.enable", mqm.redis.enable],
    ["observability.enable", observability.enable === true],
    ["daemon.pprof.enable", daemon.pprof.enable],
  ];
  return wanted.filter(([, on]) => on).map(([key]) =>
    `This version does not serve what "${key}" asks for; the gateway runs without it`
  );
}
