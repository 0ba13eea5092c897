/**
 * What gateways and the directory of their cluster say to each other.
 *
 * @example The newer connection counts
 * ```ts
 * import { compareStamps } from "@frontier/proto/cluster";
 * import { assert } from "@std/assert";
 *
 * const older = { since: 1_000, seq: 7, frontierId: "a" };
 * const newer = { since: 1_002, seq: 1, frontierId: "b" };
 * assert(compareStamps(older, newer) < 0);
 * ```
 *
 * @module
 */

export { CLUSTER_FEATURES, FEATURE_CLUSTER } from "../link/features.ts";
export {
  decodeEvictions,
  encodeEvictions,
  MAX_EVICTIONS,
} from "./evictions.ts";
export {
  decodeFrontierMeta,
  encodeFrontierMeta,
  type FrontierMeta,
} from "./frontier_meta.ts";
export {
  checkHello,
  type ClusterTerms,
  decodeTerms,
  encodeHello,
  encodeTerms,
} from "./hello.ts";
export {
  METHOD_EVICT,
  METHOD_HELLO,
  METHOD_PRESENCE,
  METHOD_RESYNC,
  REPORT_METHODS,
  type ReportMethod,
} from "./methods.ts";
export type {
  Eviction,
  OfflineEvent,
  OnlineEvent,
  PresenceEvent,
} from "./presence.ts";
export {
  type BatchHead,
  decodePresenceBatch,
  MAX_ADDR,
  MAX_BATCH_BYTES,
  MAX_BATCH_RECORDS,
  MAX_SERVICE_META,
  type PresenceBatch,
  PresenceBatchWriter,
} from "./presence_batch.ts";
export {
  decodePresenceReply,
  encodePresenceReply,
  type PresenceReply,
} from "./presence_reply.ts";
export {
  decodeReport,
  type EdgeReport,
  encodeReport,
  type Report,
  type ServiceReport,
  type StatsReport,
} from "./report.ts";
export { compareStamps, type OwnedStamp, type Stamp } from "./stamp.ts";
