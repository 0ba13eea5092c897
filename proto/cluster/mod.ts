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

export { compareStamps, type OwnedStamp, type Stamp } from "./stamp.ts";
export type {
  Eviction,
  OfflineEvent,
  OnlineEvent,
  PresenceEvent,
} from "./presence.ts";
