/**
 * The directory of a cluster: which gateways there are, and which edge and
 * which service is connected to which of them.
 *
 * @module
 */

export type {
  EdgeRecord,
  FrontierIntroduction,
  FrontierRecord,
  FrontierSession,
  PresenceMode,
  PresenceOutcome,
  PresenceStore,
  RecordPage,
  ServiceRecord,
  StoreState,
} from "./store/presence_store.ts";
export { StoreUnavailableError } from "./store/presence_store.ts";
export type {
  Eviction,
  OfflineEvent,
  OnlineEvent,
  PresenceEvent,
  Stamp,
} from "@frontier/proto/cluster";
