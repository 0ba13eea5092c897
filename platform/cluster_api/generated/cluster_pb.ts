// Made of proto/api/frontier/cluster/v1/cluster.proto by tools/generate_api.ts. Do not edit.
// deno-fmt-ignore-file
// deno-lint-ignore-file

import type { GenEnum, GenFile, GenMessage, GenService } from "@bufbuild/protobuf/codegenv2";
import { enumDesc, fileDesc, messageDesc, serviceDesc } from "@bufbuild/protobuf/codegenv2";
import type { Message, MessageInitShape } from "@bufbuild/protobuf";

/**
 * Describes the file frontier/cluster/v1/cluster.proto.
 * @ignore
 */
export const file_frontier_cluster_v1_cluster: GenFile = /*@__PURE__*/
  fileDesc("CiFmcm9udGllci9jbHVzdGVyL3YxL2NsdXN0ZXIucHJvdG8SE2Zyb250aWVyLmNsdXN0ZXIudjEiEgoQR2V0U3RhdHVzUmVxdWVzdCKCAgoNQ2x1c3RlclN0YXR1cxIPCgd2ZXJzaW9uGAEgASgJEg0KBXN0b3JlGAIgASgJEhMKC3N0b3JlX3N0YXRlGAMgASgJEhoKDXN0b3JlX2Rvd25fbXMYBCABKARIAIgBARIQCghwcmVzZW5jZRgFIAEoCRIRCglmcm9udGllcnMYBiABKAQSDQoFZWRnZXMYByABKAQSEAoIc2VydmljZXMYCCABKAQSDQoFbGlua3MYCSABKA0SEAoId2F0Y2hlcnMYCiABKA0SFAoMa2VwdF9hbnN3ZXJzGAsgASgNEhEKCXVwdGltZV9tcxgMIAEoBEIQCg5fc3RvcmVfZG93bl9tcyIVChNMaXN0R2F0ZXdheXNSZXF1ZXN0IkYKFExpc3RHYXRld2F5c1Jlc3BvbnNlEi4KCGdhdGV3YXlzGAEgAygLMhwuZnJvbnRpZXIuY2x1c3Rlci52MS5HYXRld2F5IngKB0dhdGV3YXkSEwoLZnJvbnRpZXJfaWQYASABKAkSFAoMc2VydmljZV9hZGRyGAIgASgJEhEKCWVkZ2VfYWRkchgDIAEoCRINCgVlZGdlcxgEIAEoBBIQCghzZXJ2aWNlcxgFIAEoBBIOCgZsaW5rZWQYBiABKAgiFwoVV2F0Y2hGcm9udGllcnNSZXF1ZXN0IogCCg5Gcm9udGllcnNFdmVudBI2CgR0eXBlGAEgASgOMiguZnJvbnRpZXIuY2x1c3Rlci52MS5Gcm9udGllcnNFdmVudC5UeXBlEjEKBm9ubGluZRgCIAMoCzIhLmZyb250aWVyLmNsdXN0ZXIudjEuTGl2ZUZyb250aWVyEg8KB29mZmxpbmUYAyADKAkSDgoGYWdlX21zGAQgASgEEhQKDGhlYXJ0YmVhdF9tcxgFIAEoDSJUCgRUeXBlEhQKEFRZUEVfVU5TUEVDSUZJRUQQABIRCg1UWVBFX1NOQVBTSE9UEAESDwoLVFlQRV9DSEFOR0UQAhISCg5UWVBFX0hFQVJUQkVBVBADIkwKDExpdmVGcm9udGllchITCgtmcm9udGllcl9pZBgBIAEoCRIUCgxzZXJ2aWNlX2FkZHIYAiABKAkSEQoJZWRnZV9hZGRyGAMgASgJMqsCCgdDbHVzdGVyElYKCUdldFN0YXR1cxIlLmZyb250aWVyLmNsdXN0ZXIudjEuR2V0U3RhdHVzUmVxdWVzdBoiLmZyb250aWVyLmNsdXN0ZXIudjEuQ2x1c3RlclN0YXR1cxJjCgxMaXN0R2F0ZXdheXMSKC5mcm9udGllci5jbHVzdGVyLnYxLkxpc3RHYXRld2F5c1JlcXVlc3QaKS5mcm9udGllci5jbHVzdGVyLnYxLkxpc3RHYXRld2F5c1Jlc3BvbnNlEmMKDldhdGNoRnJvbnRpZXJzEiouZnJvbnRpZXIuY2x1c3Rlci52MS5XYXRjaEZyb250aWVyc1JlcXVlc3QaIy5mcm9udGllci5jbHVzdGVyLnYxLkZyb250aWVyc0V2ZW50MAFCN1o1Z2l0aHViLmNvbS9zaW5nY2hpYS9mcm9udGllci9hcGkvY2x1c3Rlci92MTtjbHVzdGVydjFiBnByb3RvMw");

/**
 * @generated from message frontier.cluster.v1.GetStatusRequest
 * @ignore
 */
export type GetStatusRequest = Message<"frontier.cluster.v1.GetStatusRequest"> & {
};

/**
 * Describes the message frontier.cluster.v1.GetStatusRequest.
 * Use `create(GetStatusRequestSchema)` to create a new message.
 * @ignore
 */
export const GetStatusRequestSchema: GenMessage<GetStatusRequest> = /*@__PURE__*/
  messageDesc(file_frontier_cluster_v1_cluster, 0);

/**
 * What one Frontlas is doing.
 *
 * @generated from message frontier.cluster.v1.ClusterStatus
 * @ignore
 */
export type ClusterStatus = Message<"frontier.cluster.v1.ClusterStatus"> & {
  /**
   * Version of this Frontlas.
   *
   * @generated from field: string version = 1;
   */
  version: string;

  /**
   * Where the records are: memory, standalone, sentinel or cluster.
   *
   * @generated from field: string store = 2;
   */
  store: string;

  /**
   * Whether the store answers: up or down.
   *
   * @generated from field: string store_state = 3;
   */
  storeState: string;

  /**
   * Milliseconds since the store went down; absent while it is up.
   *
   * @generated from field: optional uint64 store_down_ms = 4;
   */
  storeDownMs?: bigint | undefined;

  /**
   * How edges die with their gateway: ttl or lease.
   *
   * @generated from field: string presence = 5;
   */
  presence: string;

  /**
   * Gateways that are alive; as it was when the store last answered, as are the next two.
   *
   * @generated from field: uint64 frontiers = 6;
   */
  frontiers: bigint;

  /**
   * Edges that are online.
   *
   * @generated from field: uint64 edges = 7;
   */
  edges: bigint;

  /**
   * Services that are online, once for each gateway.
   *
   * @generated from field: uint64 services = 8;
   */
  services: bigint;

  /**
   * Gateways that are connected to this Frontlas.
   *
   * @generated from field: uint32 links = 9;
   */
  links: number;

  /**
   * Those who follow the gateways here.
   *
   * @generated from field: uint32 watchers = 10;
   */
  watchers: number;

  /**
   * Answers that are kept for when the store is down.
   *
   * @generated from field: uint32 kept_answers = 11;
   */
  keptAnswers: number;

  /**
   * Milliseconds since this Frontlas started.
   *
   * @generated from field: uint64 uptime_ms = 12;
   */
  uptimeMs: bigint;
};

/**
 * Describes the message frontier.cluster.v1.ClusterStatus.
 * Use `create(ClusterStatusSchema)` to create a new message.
 * @ignore
 */
export const ClusterStatusSchema: GenMessage<ClusterStatus> = /*@__PURE__*/
  messageDesc(file_frontier_cluster_v1_cluster, 1);

/**
 * @generated from message frontier.cluster.v1.ListGatewaysRequest
 * @ignore
 */
export type ListGatewaysRequest = Message<"frontier.cluster.v1.ListGatewaysRequest"> & {
};

/**
 * Describes the message frontier.cluster.v1.ListGatewaysRequest.
 * Use `create(ListGatewaysRequestSchema)` to create a new message.
 * @ignore
 */
export const ListGatewaysRequestSchema: GenMessage<ListGatewaysRequest> = /*@__PURE__*/
  messageDesc(file_frontier_cluster_v1_cluster, 2);

/**
 * @generated from message frontier.cluster.v1.ListGatewaysResponse
 * @ignore
 */
export type ListGatewaysResponse = Message<"frontier.cluster.v1.ListGatewaysResponse"> & {
  /**
   * @generated from field: repeated frontier.cluster.v1.Gateway gateways = 1;
   */
  gateways: Gateway[];
};

/**
 * Describes the message frontier.cluster.v1.ListGatewaysResponse.
 * Use `create(ListGatewaysResponseSchema)` to create a new message.
 * @ignore
 */
export const ListGatewaysResponseSchema: GenMessage<ListGatewaysResponse> = /*@__PURE__*/
  messageDesc(file_frontier_cluster_v1_cluster, 3);

/**
 * A gateway that is alive.
 *
 * @generated from message frontier.cluster.v1.Gateway
 * @ignore
 */
export type Gateway = Message<"frontier.cluster.v1.Gateway"> & {
  /**
   * Its id within the cluster.
   *
   * @generated from field: string frontier_id = 1;
   */
  frontierId: string;

  /**
   * Where services reach it, host and port.
   *
   * @generated from field: string service_addr = 2;
   */
  serviceAddr: string;

  /**
   * Where edges reach it, host and port.
   *
   * @generated from field: string edge_addr = 3;
   */
  edgeAddr: string;

  /**
   * Edges that are connected to it.
   *
   * @generated from field: uint64 edges = 4;
   */
  edges: bigint;

  /**
   * Services that are connected to it.
   *
   * @generated from field: uint64 services = 5;
   */
  services: bigint;

  /**
   * Whether it is connected to this Frontlas, not to another one.
   *
   * @generated from field: bool linked = 6;
   */
  linked: boolean;
};

/**
 * Describes the message frontier.cluster.v1.Gateway.
 * Use `create(GatewaySchema)` to create a new message.
 * @ignore
 */
export const GatewaySchema: GenMessage<Gateway> = /*@__PURE__*/
  messageDesc(file_frontier_cluster_v1_cluster, 4);

/**
 * @generated from message frontier.cluster.v1.WatchFrontiersRequest
 * @ignore
 */
export type WatchFrontiersRequest = Message<"frontier.cluster.v1.WatchFrontiersRequest"> & {
};

/**
 * Describes the message frontier.cluster.v1.WatchFrontiersRequest.
 * Use `create(WatchFrontiersRequestSchema)` to create a new message.
 * @ignore
 */
export const WatchFrontiersRequestSchema: GenMessage<WatchFrontiersRequest> = /*@__PURE__*/
  messageDesc(file_frontier_cluster_v1_cluster, 5);

/**
 * A step from what a watcher knows to what is.
 *
 * @generated from message frontier.cluster.v1.FrontiersEvent
 * @ignore
 */
export type FrontiersEvent = Message<"frontier.cluster.v1.FrontiersEvent"> & {
  /**
   * @generated from field: frontier.cluster.v1.FrontiersEvent.Type type = 1;
   */
  type: FrontiersEvent_Type;

  /**
   * Gateways that are alive and were not, or have another address.
   *
   * @generated from field: repeated frontier.cluster.v1.LiveFrontier online = 2;
   */
  online: LiveFrontier[];

  /**
   * Ids of gateways that are alive no more.
   *
   * @generated from field: repeated string offline = 3;
   */
  offline: string[];

  /**
   * Milliseconds since the store last said who is alive; grows while it does not answer.
   *
   * @generated from field: uint64 age_ms = 4;
   */
  ageMs: bigint;

  /**
   * Milliseconds after which the next event comes at the latest; whoever hears nothing for twice as long has lost the connection.
   *
   * @generated from field: uint32 heartbeat_ms = 5;
   */
  heartbeatMs: number;
};

/**
 * Describes the message frontier.cluster.v1.FrontiersEvent.
 * Use `create(FrontiersEventSchema)` to create a new message.
 * @ignore
 */
export const FrontiersEventSchema: GenMessage<FrontiersEvent> = /*@__PURE__*/
  messageDesc(file_frontier_cluster_v1_cluster, 6);

/**
 * @generated from enum frontier.cluster.v1.FrontiersEvent.Type
 * @ignore
 */
export enum FrontiersEvent_Type {
  /**
   * @generated from enum value: TYPE_UNSPECIFIED = 0;
   */
  UNSPECIFIED = 0,

  /**
   * The first event: whoever is not named in online is not alive.
   *
   * @generated from enum value: TYPE_SNAPSHOT = 1;
   */
  SNAPSHOT = 1,

  /**
   * Something has changed.
   *
   * @generated from enum value: TYPE_CHANGE = 2;
   */
  CHANGE = 2,

  /**
   * Nothing has changed. Comes after heartbeat_ms without another event.
   *
   * @generated from enum value: TYPE_HEARTBEAT = 3;
   */
  HEARTBEAT = 3,
}

/**
 * Describes the enum frontier.cluster.v1.FrontiersEvent.Type.
 * @ignore
 */
export const FrontiersEvent_TypeSchema: GenEnum<FrontiersEvent_Type> = /*@__PURE__*/
  enumDesc(file_frontier_cluster_v1_cluster, 6, 0);

/**
 * A gateway that is alive, and where it is.
 *
 * @generated from message frontier.cluster.v1.LiveFrontier
 * @ignore
 */
export type LiveFrontier = Message<"frontier.cluster.v1.LiveFrontier"> & {
  /**
   * Its id within the cluster.
   *
   * @generated from field: string frontier_id = 1;
   */
  frontierId: string;

  /**
   * Where services reach it, host and port.
   *
   * @generated from field: string service_addr = 2;
   */
  serviceAddr: string;

  /**
   * Where edges reach it, host and port.
   *
   * @generated from field: string edge_addr = 3;
   */
  edgeAddr: string;
};

/**
 * Describes the message frontier.cluster.v1.LiveFrontier.
 * Use `create(LiveFrontierSchema)` to create a new message.
 * @ignore
 */
export const LiveFrontierSchema: GenMessage<LiveFrontier> = /*@__PURE__*/
  messageDesc(file_frontier_cluster_v1_cluster, 7);

/**
 * Follows the gateways of a cluster, and looks into its Frontlas.
 *
 * @generated from service frontier.cluster.v1.Cluster
 * @ignore
 */
export const Cluster: GenService<{
  /**
   * Says what this Frontlas is doing.
   *
   * @generated from rpc frontier.cluster.v1.Cluster.GetStatus
   */
  getStatus: {
    methodKind: "unary";
    input: typeof GetStatusRequestSchema;
    output: typeof ClusterStatusSchema;
  },
  /**
   * Lists all gateways that are alive, with what is connected to them.
   *
   * @generated from rpc frontier.cluster.v1.Cluster.ListGateways
   */
  listGateways: {
    methodKind: "unary";
    input: typeof ListGatewaysRequestSchema;
    output: typeof ListGatewaysResponseSchema;
  },
  /**
   * Tells which gateways are alive: all of them at first, then every change, and a heartbeat when there is none.
   *
   * @generated from rpc frontier.cluster.v1.Cluster.WatchFrontiers
   */
  watchFrontiers: {
    methodKind: "server_streaming";
    input: typeof WatchFrontiersRequestSchema;
    output: typeof FrontiersEventSchema;
  },
}> = /*@__PURE__*/
  serviceDesc(file_frontier_cluster_v1_cluster, 0);

/**
 * What serves frontier.cluster.v1.Cluster.
 * @ignore
 */
export interface ClusterImplementation {
  /** Says what this Frontlas is doing. */
  getStatus(
    request: GetStatusRequest,
    context: { readonly signal: AbortSignal },
  ): MessageInitShape<typeof ClusterStatusSchema> | Promise<MessageInitShape<typeof ClusterStatusSchema>>;
  /** Lists all gateways that are alive, with what is connected to them. */
  listGateways(
    request: ListGatewaysRequest,
    context: { readonly signal: AbortSignal },
  ): MessageInitShape<typeof ListGatewaysResponseSchema> | Promise<MessageInitShape<typeof ListGatewaysResponseSchema>>;
  /** Tells which gateways are alive: all of them at first, then every change, and a heartbeat when there is none. */
  watchFrontiers(
    request: WatchFrontiersRequest,
    context: { readonly signal: AbortSignal },
  ): AsyncIterable<MessageInitShape<typeof FrontiersEventSchema>>;
}

/**
 * What stands above the declarations of the file, by full name.
 * @ignore
 */
export const comments: Readonly<Record<string, string>> = {
  "frontier.cluster.v1.Cluster": "Follows the gateways of a cluster, and looks into its Frontlas.",
  "frontier.cluster.v1.Cluster.GetStatus": "Says what this Frontlas is doing.",
  "frontier.cluster.v1.Cluster.ListGateways": "Lists all gateways that are alive, with what is connected to them.",
  "frontier.cluster.v1.Cluster.WatchFrontiers": "Tells which gateways are alive: all of them at first, then every change, and a heartbeat when there is none.",
  "frontier.cluster.v1.ClusterStatus": "What one Frontlas is doing.",
  "frontier.cluster.v1.ClusterStatus.version": "Version of this Frontlas.",
  "frontier.cluster.v1.ClusterStatus.store": "Where the records are: memory, standalone, sentinel or cluster.",
  "frontier.cluster.v1.ClusterStatus.store_state": "Whether the store answers: up or down.",
  "frontier.cluster.v1.ClusterStatus.store_down_ms": "Milliseconds since the store went down; absent while it is up.",
  "frontier.cluster.v1.ClusterStatus.presence": "How edges die with their gateway: ttl or lease.",
  "frontier.cluster.v1.ClusterStatus.frontiers": "Gateways that are alive; as it was when the store last answered, as are the next two.",
  "frontier.cluster.v1.ClusterStatus.edges": "Edges that are online.",
  "frontier.cluster.v1.ClusterStatus.services": "Services that are online, once for each gateway.",
  "frontier.cluster.v1.ClusterStatus.links": "Gateways that are connected to this Frontlas.",
  "frontier.cluster.v1.ClusterStatus.watchers": "Those who follow the gateways here.",
  "frontier.cluster.v1.ClusterStatus.kept_answers": "Answers that are kept for when the store is down.",
  "frontier.cluster.v1.ClusterStatus.uptime_ms": "Milliseconds since this Frontlas started.",
  "frontier.cluster.v1.Gateway": "A gateway that is alive.",
  "frontier.cluster.v1.Gateway.frontier_id": "Its id within the cluster.",
  "frontier.cluster.v1.Gateway.service_addr": "Where services reach it, host and port.",
  "frontier.cluster.v1.Gateway.edge_addr": "Where edges reach it, host and port.",
  "frontier.cluster.v1.Gateway.edges": "Edges that are connected to it.",
  "frontier.cluster.v1.Gateway.services": "Services that are connected to it.",
  "frontier.cluster.v1.Gateway.linked": "Whether it is connected to this Frontlas, not to another one.",
  "frontier.cluster.v1.FrontiersEvent": "A step from what a watcher knows to what is.",
  "frontier.cluster.v1.FrontiersEvent.online": "Gateways that are alive and were not, or have another address.",
  "frontier.cluster.v1.FrontiersEvent.offline": "Ids of gateways that are alive no more.",
  "frontier.cluster.v1.FrontiersEvent.age_ms": "Milliseconds since the store last said who is alive; grows while it does not answer.",
  "frontier.cluster.v1.FrontiersEvent.heartbeat_ms": "Milliseconds after which the next event comes at the latest; whoever hears nothing for twice as long has lost the connection.",
  "frontier.cluster.v1.FrontiersEvent.TYPE_SNAPSHOT": "The first event: whoever is not named in online is not alive.",
  "frontier.cluster.v1.FrontiersEvent.TYPE_CHANGE": "Something has changed.",
  "frontier.cluster.v1.FrontiersEvent.TYPE_HEARTBEAT": "Nothing has changed. Comes after heartbeat_ms without another event.",
  "frontier.cluster.v1.LiveFrontier": "A gateway that is alive, and where it is.",
  "frontier.cluster.v1.LiveFrontier.frontier_id": "Its id within the cluster.",
  "frontier.cluster.v1.LiveFrontier.service_addr": "Where services reach it, host and port.",
  "frontier.cluster.v1.LiveFrontier.edge_addr": "Where edges reach it, host and port."
};
