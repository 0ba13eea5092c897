/**
 * The gateway of Frontier.
 *
 * As a program: `deno run --allow-net --allow-read --allow-env jsr:@frontier/server --help`.
 * Embedded: {@linkcode startFrontier}.
 *
 * @module
 */

import { main } from "./cli/main.ts";

export * from "./frontier.ts";
export type { DrainPhase, DrainProgress } from "./drain/progress.ts";
export type { DepartureCounts } from "@frontier/platform/drain";
export { DEFAULT_LIMITS } from "./config/mod.ts";
export type * from "./config/mod.ts";
export type { BrokerStatus } from "./mq/broker_status.ts";
export type { BrokerKind } from "./mq/producer.ts";
export type {
  Policy,
  PolicyPeer,
  PolicyRoute,
  Refusal,
} from "./admission/policy.ts";
export type { Timer, Timers } from "@frontier/proto";
export type {
  Identity,
  PeerAddress,
  Transport,
  TransportListener,
} from "@frontier/platform";
export type {
  LogConfig,
  LogFields,
  LogFileConfig,
  LogFormat,
  Logger,
  LogLevel,
  LogOutput,
} from "@frontier/platform/log";

if (import.meta.main) Deno.exit(await main(Deno.args));
