// Made of proto/api/controlplane/frontlas/v1/cluster.proto by tools/generate_api.ts. Do not edit.
// deno-fmt-ignore-file
// deno-lint-ignore-file

import type { GenFile, GenMessage, GenService } from "@bufbuild/protobuf/codegenv2";
import { fileDesc, messageDesc, serviceDesc } from "@bufbuild/protobuf/codegenv2";
import type { Message, MessageInitShape } from "@bufbuild/protobuf";

/**
 * Describes the file controlplane/frontlas/v1/cluster.proto.
 * @ignore
 */
export const file_controlplane_frontlas_v1_cluster: GenFile = /*@__PURE__*/
  fileDesc("CiZjb250cm9scGxhbmUvZnJvbnRsYXMvdjEvY2x1c3Rlci5wcm90bxIMY29udHJvbHBsYW5lIlcKCEZyb250aWVyEhMKC2Zyb250aWVyX2lkGAEgASgJEhoKEmFkdmVydGlzZWRfc2JfYWRkchgCIAEoCRIaChJhZHZlcnRpc2VkX2ViX2FkZHIYAyABKAkiTwoERWRnZRIPCgdlZGdlX2lkGAEgASgEEgwKBGFkZHIYAiABKAkSEwoLdXBkYXRlX3RpbWUYAyABKAQSEwoLZnJvbnRpZXJfaWQYBCABKAkiUgoHU2VydmljZRIPCgdzZXJ2aWNlGAEgASgJEgwKBGFkZHIYAiABKAkSEwoLdXBkYXRlX3RpbWUYAyABKAQSEwoLZnJvbnRpZXJfaWQYBCABKAkiLQoaR2V0RnJvbnRpZXJCeUVkZ2VJRFJlcXVlc3QSDwoHZWRnZV9pZBgBIAEoBCJGChtHZXRGcm9udGllckJ5RWRnZUlEUmVzcG9uc2USJwoHZm9udGllchgBIAEoCzIWLmNvbnRyb2xwbGFuZS5Gcm9udGllciJ8ChRMaXN0RnJvbnRpZXJzUmVxdWVzdBITCgZjdXJzb3IYASABKA1IAIgBARISCgVjb3VudBgCIAEoDUgBiAEBEhAKCGVkZ2VfaWRzGAMgAygEEhQKDGZyb250aWVyX2lkcxgEIAMoCUIJCgdfY3Vyc29yQggKBl9jb3VudCJiChVMaXN0RnJvbnRpZXJzUmVzcG9uc2USEwoGY3Vyc29yGAEgASgNSACIAQESKQoJZnJvbnRpZXJzGAIgAygLMhYuY29udHJvbHBsYW5lLkZyb250aWVyQgkKB19jdXJzb3IiYgoQTGlzdEVkZ2VzUmVxdWVzdBITCgZjdXJzb3IYASABKA1IAIgBARISCgVjb3VudBgCIAEoDUgBiAEBEhAKCGVkZ2VfaWRzGAMgAygEQgkKB19jdXJzb3JCCAoGX2NvdW50IlYKEUxpc3RFZGdlc1Jlc3BvbnNlEhMKBmN1cnNvchgBIAEoDUgAiAEBEiEKBWVkZ2VzGAIgAygLMhIuY29udHJvbHBsYW5lLkVkZ2VCCQoHX2N1cnNvciIlChJHZXRFZGdlQnlJRFJlcXVlc3QSDwoHZWRnZV9pZBgBIAEoBCI3ChNHZXRFZGdlQnlJRFJlc3BvbnNlEiAKBGVkZ2UYASABKAsyEi5jb250cm9scGxhbmUuRWRnZSIWChRHZXRFZGdlc0NvdW50UmVxdWVzdCImChVHZXRFZGdlc0NvdW50UmVzcG9uc2USDQoFY291bnQYASABKAQiaAoTTGlzdFNlcnZpY2VzUmVxdWVzdBITCgZjdXJzb3IYASABKA1IAIgBARISCgVjb3VudBgCIAEoDUgBiAEBEhMKC3NlcnZpY2VfaWRzGAMgAygEQgkKB19jdXJzb3JCCAoGX2NvdW50Il8KFExpc3RTZXJ2aWNlc1Jlc3BvbnNlEhMKBmN1cnNvchgBIAEoDUgAiAEBEicKCHNlcnZpY2VzGAIgAygLMhUuY29udHJvbHBsYW5lLlNlcnZpY2VCCQoHX2N1cnNvciIrChVHZXRTZXJ2aWNlQnlJRFJlcXVlc3QSEgoKc2VydmljZV9pZBgBIAEoBCJAChZHZXRTZXJ2aWNlQnlJRFJlc3BvbnNlEiYKB3NlcnZpY2UYASABKAsyFS5jb250cm9scGxhbmUuU2VydmljZSIZChdHZXRTZXJ2aWNlc0NvdW50UmVxdWVzdCIpChhHZXRTZXJ2aWNlc0NvdW50UmVzcG9uc2USDQoFY291bnQYASABKAQy5wUKDkNsdXN0ZXJTZXJ2aWNlEmgKEUdldEZyb250aWVyQnlFZGdlEiguY29udHJvbHBsYW5lLkdldEZyb250aWVyQnlFZGdlSURSZXF1ZXN0GikuY29udHJvbHBsYW5lLkdldEZyb250aWVyQnlFZGdlSURSZXNwb25zZRJYCg1MaXN0RnJvbnRpZXJzEiIuY29udHJvbHBsYW5lLkxpc3RGcm9udGllcnNSZXF1ZXN0GiMuY29udHJvbHBsYW5lLkxpc3RGcm9udGllcnNSZXNwb25zZRJMCglMaXN0RWRnZXMSHi5jb250cm9scGxhbmUuTGlzdEVkZ2VzUmVxdWVzdBofLmNvbnRyb2xwbGFuZS5MaXN0RWRnZXNSZXNwb25zZRJSCgtHZXRFZGdlQnlJRBIgLmNvbnRyb2xwbGFuZS5HZXRFZGdlQnlJRFJlcXVlc3QaIS5jb250cm9scGxhbmUuR2V0RWRnZUJ5SURSZXNwb25zZRJYCg1HZXRFZGdlc0NvdW50EiIuY29udHJvbHBsYW5lLkdldEVkZ2VzQ291bnRSZXF1ZXN0GiMuY29udHJvbHBsYW5lLkdldEVkZ2VzQ291bnRSZXNwb25zZRJVCgxMaXN0U2VydmljZXMSIS5jb250cm9scGxhbmUuTGlzdFNlcnZpY2VzUmVxdWVzdBoiLmNvbnRyb2xwbGFuZS5MaXN0U2VydmljZXNSZXNwb25zZRJbCg5HZXRTZXJ2aWNlQnlJRBIjLmNvbnRyb2xwbGFuZS5HZXRTZXJ2aWNlQnlJRFJlcXVlc3QaJC5jb250cm9scGxhbmUuR2V0U2VydmljZUJ5SURSZXNwb25zZRJhChBHZXRTZXJ2aWNlc0NvdW50EiUuY29udHJvbHBsYW5lLkdldFNlcnZpY2VzQ291bnRSZXF1ZXN0GiYuY29udHJvbHBsYW5lLkdldFNlcnZpY2VzQ291bnRSZXNwb25zZUI+WjxnaXRodWIuY29tL3NpbmdjaGlhL2Zyb250aWVyL2FwaS9jb250cm9scGxhbmUvZnJvbnRsYXMvdjE7djFiBnByb3RvMw");

/**
 * A gateway that is alive.
 *
 * @generated from message controlplane.Frontier
 * @ignore
 */
export type Frontier = Message<"controlplane.Frontier"> & {
  /**
   * Its id within the cluster.
   *
   * @generated from field: string frontier_id = 1;
   */
  frontierId: string;

  /**
   * Where services reach it, host and port.
   *
   * @generated from field: string advertised_sb_addr = 2;
   */
  advertisedSbAddr: string;

  /**
   * Where edges reach it, host and port.
   *
   * @generated from field: string advertised_eb_addr = 3;
   */
  advertisedEbAddr: string;
};

/**
 * Describes the message controlplane.Frontier.
 * Use `create(FrontierSchema)` to create a new message.
 * @ignore
 */
export const FrontierSchema: GenMessage<Frontier> = /*@__PURE__*/
  messageDesc(file_controlplane_frontlas_v1_cluster, 0);

/**
 * An edge that is online.
 *
 * @generated from message controlplane.Edge
 * @ignore
 */
export type Edge = Message<"controlplane.Edge"> & {
  /**
   * @generated from field: uint64 edge_id = 1;
   */
  edgeId: bigint;

  /**
   * Where it connected from.
   *
   * @generated from field: string addr = 2;
   */
  addr: string;

  /**
   * Since when it is online, in Unix seconds.
   *
   * @generated from field: uint64 update_time = 3;
   */
  updateTime: bigint;

  /**
   * The gateway it is connected to.
   *
   * @generated from field: string frontier_id = 4;
   */
  frontierId: string;
};

/**
 * Describes the message controlplane.Edge.
 * Use `create(EdgeSchema)` to create a new message.
 * @ignore
 */
export const EdgeSchema: GenMessage<Edge> = /*@__PURE__*/
  messageDesc(file_controlplane_frontlas_v1_cluster, 1);

/**
 * A service that is online at a gateway; one that is connected to several is there once for each.
 *
 * @generated from message controlplane.Service
 * @ignore
 */
export type Service = Message<"controlplane.Service"> & {
  /**
   * What it said of itself.
   *
   * @generated from field: string service = 1;
   */
  service: string;

  /**
   * Where it connected from.
   *
   * @generated from field: string addr = 2;
   */
  addr: string;

  /**
   * Since when it is online, in Unix seconds.
   *
   * @generated from field: uint64 update_time = 3;
   */
  updateTime: bigint;

  /**
   * The gateway it is connected to.
   *
   * @generated from field: string frontier_id = 4;
   */
  frontierId: string;
};

/**
 * Describes the message controlplane.Service.
 * Use `create(ServiceSchema)` to create a new message.
 * @ignore
 */
export const ServiceSchema: GenMessage<Service> = /*@__PURE__*/
  messageDesc(file_controlplane_frontlas_v1_cluster, 2);

/**
 * @generated from message controlplane.GetFrontierByEdgeIDRequest
 * @ignore
 */
export type GetFrontierByEdgeIDRequest = Message<"controlplane.GetFrontierByEdgeIDRequest"> & {
  /**
   * @generated from field: uint64 edge_id = 1;
   */
  edgeId: bigint;
};

/**
 * Describes the message controlplane.GetFrontierByEdgeIDRequest.
 * Use `create(GetFrontierByEdgeIDRequestSchema)` to create a new message.
 * @ignore
 */
export const GetFrontierByEdgeIDRequestSchema: GenMessage<GetFrontierByEdgeIDRequest> = /*@__PURE__*/
  messageDesc(file_controlplane_frontlas_v1_cluster, 3);

/**
 * @generated from message controlplane.GetFrontierByEdgeIDResponse
 * @ignore
 */
export type GetFrontierByEdgeIDResponse = Message<"controlplane.GetFrontierByEdgeIDResponse"> & {
  /**
   * @generated from field: controlplane.Frontier fontier = 1;
   */
  fontier?: Frontier | undefined;
};

/**
 * Describes the message controlplane.GetFrontierByEdgeIDResponse.
 * Use `create(GetFrontierByEdgeIDResponseSchema)` to create a new message.
 * @ignore
 */
export const GetFrontierByEdgeIDResponseSchema: GenMessage<GetFrontierByEdgeIDResponse> = /*@__PURE__*/
  messageDesc(file_controlplane_frontlas_v1_cluster, 4);

/**
 * @generated from message controlplane.ListFrontiersRequest
 * @ignore
 */
export type ListFrontiersRequest = Message<"controlplane.ListFrontiersRequest"> & {
  /**
   * Where the page begins: 0, or the cursor of the page before; a page takes count, too.
   *
   * @generated from field: optional uint32 cursor = 1;
   */
  cursor?: number | undefined;

  /**
   * About how many there are on the page; 0 for a default.
   *
   * @generated from field: optional uint32 count = 2;
   */
  count?: number | undefined;

  /**
   * Only gateways that one of these edges is connected to.
   *
   * @generated from field: repeated uint64 edge_ids = 3;
   */
  edgeIds: bigint[];

  /**
   * Only gateways with these ids.
   *
   * @generated from field: repeated string frontier_ids = 4;
   */
  frontierIds: string[];
};

/**
 * Describes the message controlplane.ListFrontiersRequest.
 * Use `create(ListFrontiersRequestSchema)` to create a new message.
 * @ignore
 */
export const ListFrontiersRequestSchema: GenMessage<ListFrontiersRequest> = /*@__PURE__*/
  messageDesc(file_controlplane_frontlas_v1_cluster, 5);

/**
 * @generated from message controlplane.ListFrontiersResponse
 * @ignore
 */
export type ListFrontiersResponse = Message<"controlplane.ListFrontiersResponse"> & {
  /**
   * Where the next page begins; 0 after the last one.
   *
   * @generated from field: optional uint32 cursor = 1;
   */
  cursor?: number | undefined;

  /**
   * @generated from field: repeated controlplane.Frontier frontiers = 2;
   */
  frontiers: Frontier[];
};

/**
 * Describes the message controlplane.ListFrontiersResponse.
 * Use `create(ListFrontiersResponseSchema)` to create a new message.
 * @ignore
 */
export const ListFrontiersResponseSchema: GenMessage<ListFrontiersResponse> = /*@__PURE__*/
  messageDesc(file_controlplane_frontlas_v1_cluster, 6);

/**
 * @generated from message controlplane.ListEdgesRequest
 * @ignore
 */
export type ListEdgesRequest = Message<"controlplane.ListEdgesRequest"> & {
  /**
   * Where the page begins: 0, or the cursor of the page before; a page takes count, too.
   *
   * @generated from field: optional uint32 cursor = 1;
   */
  cursor?: number | undefined;

  /**
   * About how many there are on the page; 0 for a default.
   *
   * @generated from field: optional uint32 count = 2;
   */
  count?: number | undefined;

  /**
   * Only edges with these ids.
   *
   * @generated from field: repeated uint64 edge_ids = 3;
   */
  edgeIds: bigint[];
};

/**
 * Describes the message controlplane.ListEdgesRequest.
 * Use `create(ListEdgesRequestSchema)` to create a new message.
 * @ignore
 */
export const ListEdgesRequestSchema: GenMessage<ListEdgesRequest> = /*@__PURE__*/
  messageDesc(file_controlplane_frontlas_v1_cluster, 7);

/**
 * @generated from message controlplane.ListEdgesResponse
 * @ignore
 */
export type ListEdgesResponse = Message<"controlplane.ListEdgesResponse"> & {
  /**
   * Where the next page begins; 0 after the last one.
   *
   * @generated from field: optional uint32 cursor = 1;
   */
  cursor?: number | undefined;

  /**
   * @generated from field: repeated controlplane.Edge edges = 2;
   */
  edges: Edge[];
};

/**
 * Describes the message controlplane.ListEdgesResponse.
 * Use `create(ListEdgesResponseSchema)` to create a new message.
 * @ignore
 */
export const ListEdgesResponseSchema: GenMessage<ListEdgesResponse> = /*@__PURE__*/
  messageDesc(file_controlplane_frontlas_v1_cluster, 8);

/**
 * @generated from message controlplane.GetEdgeByIDRequest
 * @ignore
 */
export type GetEdgeByIDRequest = Message<"controlplane.GetEdgeByIDRequest"> & {
  /**
   * @generated from field: uint64 edge_id = 1;
   */
  edgeId: bigint;
};

/**
 * Describes the message controlplane.GetEdgeByIDRequest.
 * Use `create(GetEdgeByIDRequestSchema)` to create a new message.
 * @ignore
 */
export const GetEdgeByIDRequestSchema: GenMessage<GetEdgeByIDRequest> = /*@__PURE__*/
  messageDesc(file_controlplane_frontlas_v1_cluster, 9);

/**
 * @generated from message controlplane.GetEdgeByIDResponse
 * @ignore
 */
export type GetEdgeByIDResponse = Message<"controlplane.GetEdgeByIDResponse"> & {
  /**
   * @generated from field: controlplane.Edge edge = 1;
   */
  edge?: Edge | undefined;
};

/**
 * Describes the message controlplane.GetEdgeByIDResponse.
 * Use `create(GetEdgeByIDResponseSchema)` to create a new message.
 * @ignore
 */
export const GetEdgeByIDResponseSchema: GenMessage<GetEdgeByIDResponse> = /*@__PURE__*/
  messageDesc(file_controlplane_frontlas_v1_cluster, 10);

/**
 * @generated from message controlplane.GetEdgesCountRequest
 * @ignore
 */
export type GetEdgesCountRequest = Message<"controlplane.GetEdgesCountRequest"> & {
};

/**
 * Describes the message controlplane.GetEdgesCountRequest.
 * Use `create(GetEdgesCountRequestSchema)` to create a new message.
 * @ignore
 */
export const GetEdgesCountRequestSchema: GenMessage<GetEdgesCountRequest> = /*@__PURE__*/
  messageDesc(file_controlplane_frontlas_v1_cluster, 11);

/**
 * @generated from message controlplane.GetEdgesCountResponse
 * @ignore
 */
export type GetEdgesCountResponse = Message<"controlplane.GetEdgesCountResponse"> & {
  /**
   * @generated from field: uint64 count = 1;
   */
  count: bigint;
};

/**
 * Describes the message controlplane.GetEdgesCountResponse.
 * Use `create(GetEdgesCountResponseSchema)` to create a new message.
 * @ignore
 */
export const GetEdgesCountResponseSchema: GenMessage<GetEdgesCountResponse> = /*@__PURE__*/
  messageDesc(file_controlplane_frontlas_v1_cluster, 12);

/**
 * @generated from message controlplane.ListServicesRequest
 * @ignore
 */
export type ListServicesRequest = Message<"controlplane.ListServicesRequest"> & {
  /**
   * Where the page begins: 0, or the cursor of the page before; a page takes count, too.
   *
   * @generated from field: optional uint32 cursor = 1;
   */
  cursor?: number | undefined;

  /**
   * About how many there are on the page; 0 for a default.
   *
   * @generated from field: optional uint32 count = 2;
   */
  count?: number | undefined;

  /**
   * Only services with these ids.
   *
   * @generated from field: repeated uint64 service_ids = 3;
   */
  serviceIds: bigint[];
};

/**
 * Describes the message controlplane.ListServicesRequest.
 * Use `create(ListServicesRequestSchema)` to create a new message.
 * @ignore
 */
export const ListServicesRequestSchema: GenMessage<ListServicesRequest> = /*@__PURE__*/
  messageDesc(file_controlplane_frontlas_v1_cluster, 13);

/**
 * @generated from message controlplane.ListServicesResponse
 * @ignore
 */
export type ListServicesResponse = Message<"controlplane.ListServicesResponse"> & {
  /**
   * Where the next page begins; 0 after the last one.
   *
   * @generated from field: optional uint32 cursor = 1;
   */
  cursor?: number | undefined;

  /**
   * @generated from field: repeated controlplane.Service services = 2;
   */
  services: Service[];
};

/**
 * Describes the message controlplane.ListServicesResponse.
 * Use `create(ListServicesResponseSchema)` to create a new message.
 * @ignore
 */
export const ListServicesResponseSchema: GenMessage<ListServicesResponse> = /*@__PURE__*/
  messageDesc(file_controlplane_frontlas_v1_cluster, 14);

/**
 * @generated from message controlplane.GetServiceByIDRequest
 * @ignore
 */
export type GetServiceByIDRequest = Message<"controlplane.GetServiceByIDRequest"> & {
  /**
   * @generated from field: uint64 service_id = 1;
   */
  serviceId: bigint;
};

/**
 * Describes the message controlplane.GetServiceByIDRequest.
 * Use `create(GetServiceByIDRequestSchema)` to create a new message.
 * @ignore
 */
export const GetServiceByIDRequestSchema: GenMessage<GetServiceByIDRequest> = /*@__PURE__*/
  messageDesc(file_controlplane_frontlas_v1_cluster, 15);

/**
 * @generated from message controlplane.GetServiceByIDResponse
 * @ignore
 */
export type GetServiceByIDResponse = Message<"controlplane.GetServiceByIDResponse"> & {
  /**
   * Of several connections the newest one.
   *
   * @generated from field: controlplane.Service service = 1;
   */
  service?: Service | undefined;
};

/**
 * Describes the message controlplane.GetServiceByIDResponse.
 * Use `create(GetServiceByIDResponseSchema)` to create a new message.
 * @ignore
 */
export const GetServiceByIDResponseSchema: GenMessage<GetServiceByIDResponse> = /*@__PURE__*/
  messageDesc(file_controlplane_frontlas_v1_cluster, 16);

/**
 * @generated from message controlplane.GetServicesCountRequest
 * @ignore
 */
export type GetServicesCountRequest = Message<"controlplane.GetServicesCountRequest"> & {
};

/**
 * Describes the message controlplane.GetServicesCountRequest.
 * Use `create(GetServicesCountRequestSchema)` to create a new message.
 * @ignore
 */
export const GetServicesCountRequestSchema: GenMessage<GetServicesCountRequest> = /*@__PURE__*/
  messageDesc(file_controlplane_frontlas_v1_cluster, 17);

/**
 * @generated from message controlplane.GetServicesCountResponse
 * @ignore
 */
export type GetServicesCountResponse = Message<"controlplane.GetServicesCountResponse"> & {
  /**
   * @generated from field: uint64 count = 1;
   */
  count: bigint;
};

/**
 * Describes the message controlplane.GetServicesCountResponse.
 * Use `create(GetServicesCountResponseSchema)` to create a new message.
 * @ignore
 */
export const GetServicesCountResponseSchema: GenMessage<GetServicesCountResponse> = /*@__PURE__*/
  messageDesc(file_controlplane_frontlas_v1_cluster, 18);

/**
 * Finds gateways, and the edges and services that are connected to them.
 *
 * @generated from service controlplane.ClusterService
 * @ignore
 */
export const ClusterService: GenService<{
  /**
   * Finds the gateway that an edge is connected to.
   *
   * @generated from rpc controlplane.ClusterService.GetFrontierByEdge
   */
  getFrontierByEdge: {
    methodKind: "unary";
    input: typeof GetFrontierByEdgeIDRequestSchema;
    output: typeof GetFrontierByEdgeIDResponseSchema;
  },
  /**
   * Lists gateways: a page of them, those of some edges, some by their ids, or all.
   *
   * @generated from rpc controlplane.ClusterService.ListFrontiers
   */
  listFrontiers: {
    methodKind: "unary";
    input: typeof ListFrontiersRequestSchema;
    output: typeof ListFrontiersResponseSchema;
  },
  /**
   * Lists edges: a page of them, or some by their ids.
   *
   * @generated from rpc controlplane.ClusterService.ListEdges
   */
  listEdges: {
    methodKind: "unary";
    input: typeof ListEdgesRequestSchema;
    output: typeof ListEdgesResponseSchema;
  },
  /**
   * Finds one edge.
   *
   * @generated from rpc controlplane.ClusterService.GetEdgeByID
   */
  getEdgeByID: {
    methodKind: "unary";
    input: typeof GetEdgeByIDRequestSchema;
    output: typeof GetEdgeByIDResponseSchema;
  },
  /**
   * Counts the edges that are online.
   *
   * @generated from rpc controlplane.ClusterService.GetEdgesCount
   */
  getEdgesCount: {
    methodKind: "unary";
    input: typeof GetEdgesCountRequestSchema;
    output: typeof GetEdgesCountResponseSchema;
  },
  /**
   * Lists services: a page of them, or some by their ids.
   *
   * @generated from rpc controlplane.ClusterService.ListServices
   */
  listServices: {
    methodKind: "unary";
    input: typeof ListServicesRequestSchema;
    output: typeof ListServicesResponseSchema;
  },
  /**
   * Finds one service.
   *
   * @generated from rpc controlplane.ClusterService.GetServiceByID
   */
  getServiceByID: {
    methodKind: "unary";
    input: typeof GetServiceByIDRequestSchema;
    output: typeof GetServiceByIDResponseSchema;
  },
  /**
   * Counts the services that are online, once for each gateway they are connected to.
   *
   * @generated from rpc controlplane.ClusterService.GetServicesCount
   */
  getServicesCount: {
    methodKind: "unary";
    input: typeof GetServicesCountRequestSchema;
    output: typeof GetServicesCountResponseSchema;
  },
}> = /*@__PURE__*/
  serviceDesc(file_controlplane_frontlas_v1_cluster, 0);

/**
 * What serves controlplane.ClusterService.
 * @ignore
 */
export interface ClusterServiceImplementation {
  /** Finds the gateway that an edge is connected to. */
  getFrontierByEdge(
    request: GetFrontierByEdgeIDRequest,
    context: { readonly signal: AbortSignal },
  ): MessageInitShape<typeof GetFrontierByEdgeIDResponseSchema> | Promise<MessageInitShape<typeof GetFrontierByEdgeIDResponseSchema>>;
  /** Lists gateways: a page of them, those of some edges, some by their ids, or all. */
  listFrontiers(
    request: ListFrontiersRequest,
    context: { readonly signal: AbortSignal },
  ): MessageInitShape<typeof ListFrontiersResponseSchema> | Promise<MessageInitShape<typeof ListFrontiersResponseSchema>>;
  /** Lists edges: a page of them, or some by their ids. */
  listEdges(
    request: ListEdgesRequest,
    context: { readonly signal: AbortSignal },
  ): MessageInitShape<typeof ListEdgesResponseSchema> | Promise<MessageInitShape<typeof ListEdgesResponseSchema>>;
  /** Finds one edge. */
  getEdgeByID(
    request: GetEdgeByIDRequest,
    context: { readonly signal: AbortSignal },
  ): MessageInitShape<typeof GetEdgeByIDResponseSchema> | Promise<MessageInitShape<typeof GetEdgeByIDResponseSchema>>;
  /** Counts the edges that are online. */
  getEdgesCount(
    request: GetEdgesCountRequest,
    context: { readonly signal: AbortSignal },
  ): MessageInitShape<typeof GetEdgesCountResponseSchema> | Promise<MessageInitShape<typeof GetEdgesCountResponseSchema>>;
  /** Lists services: a page of them, or some by their ids. */
  listServices(
    request: ListServicesRequest,
    context: { readonly signal: AbortSignal },
  ): MessageInitShape<typeof ListServicesResponseSchema> | Promise<MessageInitShape<typeof ListServicesResponseSchema>>;
  /** Finds one service. */
  getServiceByID(
    request: GetServiceByIDRequest,
    context: { readonly signal: AbortSignal },
  ): MessageInitShape<typeof GetServiceByIDResponseSchema> | Promise<MessageInitShape<typeof GetServiceByIDResponseSchema>>;
  /** Counts the services that are online, once for each gateway they are connected to. */
  getServicesCount(
    request: GetServicesCountRequest,
    context: { readonly signal: AbortSignal },
  ): MessageInitShape<typeof GetServicesCountResponseSchema> | Promise<MessageInitShape<typeof GetServicesCountResponseSchema>>;
}

/**
 * What stands above the declarations of the file, by full name.
 * @ignore
 */
export const comments: Readonly<Record<string, string>> = {
  "controlplane.ClusterService": "Finds gateways, and the edges and services that are connected to them.",
  "controlplane.ClusterService.GetFrontierByEdge": "Finds the gateway that an edge is connected to.",
  "controlplane.ClusterService.ListFrontiers": "Lists gateways: a page of them, those of some edges, some by their ids, or all.",
  "controlplane.ClusterService.ListEdges": "Lists edges: a page of them, or some by their ids.",
  "controlplane.ClusterService.GetEdgeByID": "Finds one edge.",
  "controlplane.ClusterService.GetEdgesCount": "Counts the edges that are online.",
  "controlplane.ClusterService.ListServices": "Lists services: a page of them, or some by their ids.",
  "controlplane.ClusterService.GetServiceByID": "Finds one service.",
  "controlplane.ClusterService.GetServicesCount": "Counts the services that are online, once for each gateway they are connected to.",
  "controlplane.Frontier": "A gateway that is alive.",
  "controlplane.Frontier.frontier_id": "Its id within the cluster.",
  "controlplane.Frontier.advertised_sb_addr": "Where services reach it, host and port.",
  "controlplane.Frontier.advertised_eb_addr": "Where edges reach it, host and port.",
  "controlplane.Edge": "An edge that is online.",
  "controlplane.Edge.addr": "Where it connected from.",
  "controlplane.Edge.update_time": "Since when it is online, in Unix seconds.",
  "controlplane.Edge.frontier_id": "The gateway it is connected to.",
  "controlplane.Service": "A service that is online at a gateway; one that is connected to several is there once for each.",
  "controlplane.Service.service": "What it said of itself.",
  "controlplane.Service.addr": "Where it connected from.",
  "controlplane.Service.update_time": "Since when it is online, in Unix seconds.",
  "controlplane.Service.frontier_id": "The gateway it is connected to.",
  "controlplane.ListFrontiersRequest.cursor": "Where the page begins: 0, or the cursor of the page before; a page takes count, too.",
  "controlplane.ListFrontiersRequest.count": "About how many there are on the page; 0 for a default.",
  "controlplane.ListFrontiersRequest.edge_ids": "Only gateways that one of these edges is connected to.",
  "controlplane.ListFrontiersRequest.frontier_ids": "Only gateways with these ids.",
  "controlplane.ListFrontiersResponse.cursor": "Where the next page begins; 0 after the last one.",
  "controlplane.ListEdgesRequest.cursor": "Where the page begins: 0, or the cursor of the page before; a page takes count, too.",
  "controlplane.ListEdgesRequest.count": "About how many there are on the page; 0 for a default.",
  "controlplane.ListEdgesRequest.edge_ids": "Only edges with these ids.",
  "controlplane.ListEdgesResponse.cursor": "Where the next page begins; 0 after the last one.",
  "controlplane.ListServicesRequest.cursor": "Where the page begins: 0, or the cursor of the page before; a page takes count, too.",
  "controlplane.ListServicesRequest.count": "About how many there are on the page; 0 for a default.",
  "controlplane.ListServicesRequest.service_ids": "Only services with these ids.",
  "controlplane.ListServicesResponse.cursor": "Where the next page begins; 0 after the last one.",
  "controlplane.GetServiceByIDResponse.service": "Of several connections the newest one."
};
