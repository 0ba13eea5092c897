// Made of proto/api/controlplane/frontier/v1/controlplane.proto by tools/generate_api.ts. Do not edit.
// deno-fmt-ignore-file
// deno-lint-ignore-file

import type { GenFile, GenMessage, GenService } from "@bufbuild/protobuf/codegenv2";
import { fileDesc, messageDesc, serviceDesc } from "@bufbuild/protobuf/codegenv2";
import type { Message, MessageInitShape } from "@bufbuild/protobuf";

/**
 * Describes the file controlplane/frontier/v1/controlplane.proto.
 * @ignore
 */
export const file_controlplane_frontier_v1_controlplane: GenFile = /*@__PURE__*/
  fileDesc("Citjb250cm9scGxhbmUvZnJvbnRpZXIvdjEvY29udHJvbHBsYW5lLnByb3RvEgxjb250cm9scGxhbmUiXgoERWRnZRIYCgdlZGdlX2lkGAEgASgEUgdlZGdlX2lkEgwKBG1ldGEYAiABKAkSDAoEYWRkchgDIAEoCRIgCgtjcmVhdGVfdGltZRgEIAEoA1ILY3JlYXRlX3RpbWUikQIKEExpc3RFZGdlc1JlcXVlc3QSEQoEbWV0YRgBIAEoCUgAiAEBEhEKBGFkZHIYAiABKAlIAYgBARIQCgNycGMYAyABKAlIAogBARIUCgdlZGdlX2lkGAQgASgESAOIAQESDAoEcGFnZRgFIAEoAxIRCglwYWdlX3NpemUYBiABKAMSFwoKc3RhcnRfdGltZRgHIAEoA0gEiAEBEhUKCGVuZF90aW1lGAggASgDSAWIAQESEgoFb3JkZXIYCSABKAlIBogBAUIHCgVfbWV0YUIHCgVfYWRkckIGCgRfcnBjQgoKCF9lZGdlX2lkQg0KC19zdGFydF90aW1lQgsKCV9lbmRfdGltZUIICgZfb3JkZXIiRQoRTGlzdEVkZ2VzUmVzcG9uc2USIQoFZWRnZXMYASADKAsyEi5jb250cm9scGxhbmUuRWRnZRINCgVjb3VudBgCIAEoBSIhCg5HZXRFZGdlUmVxdWVzdBIPCgdlZGdlX2lkGAEgASgEIiIKD0tpY2tFZGdlUmVxdWVzdBIPCgdlZGdlX2lkGAEgASgEIhIKEEtpY2tFZGdlUmVzcG9uc2Ui3gEKE0xpc3RFZGdlUlBDc1JlcXVlc3QSEQoEbWV0YRgBIAEoCUgAiAEBEhQKB2VkZ2VfaWQYAiABKARIAYgBARIMCgRwYWdlGAMgASgDEhEKCXBhZ2Vfc2l6ZRgEIAEoAxIXCgpzdGFydF90aW1lGAUgASgDSAKIAQESFQoIZW5kX3RpbWUYBiABKANIA4gBARISCgVvcmRlchgHIAEoCUgEiAEBQgcKBV9tZXRhQgoKCF9lZGdlX2lkQg0KC19zdGFydF90aW1lQgsKCV9lbmRfdGltZUIICgZfb3JkZXIiMwoUTGlzdEVkZ2VSUENzUmVzcG9uc2USDAoEcnBjcxgBIAMoCRINCgVjb3VudBgCIAEoBSJqCgdTZXJ2aWNlEh4KCnNlcnZpY2VfaWQYASABKARSCnNlcnZpY2VfaWQSDwoHc2VydmljZRgCIAEoCRIMCgRhZGRyGAMgASgJEiAKC2NyZWF0ZV90aW1lGAQgASgDUgtjcmVhdGVfdGltZSKWAgoTTGlzdFNlcnZpY2VzUmVxdWVzdBIUCgdzZXJ2aWNlGAEgASgJSACIAQESEQoEYWRkchgCIAEoCUgBiAEBEhAKA3JwYxgDIAEoCUgCiAEBEhIKBXRvcGljGAQgASgJSAOIAQESDAoEcGFnZRgFIAEoAxIRCglwYWdlX3NpemUYBiABKAMSFwoKc3RhcnRfdGltZRgHIAEoA0gEiAEBEhUKCGVuZF90aW1lGAggASgDSAWIAQESEgoFb3JkZXIYCSABKAlIBogBAUIKCghfc2VydmljZUIHCgVfYWRkckIGCgRfcnBjQggKBl90b3BpY0INCgtfc3RhcnRfdGltZUILCglfZW5kX3RpbWVCCAoGX29yZGVyIk4KFExpc3RTZXJ2aWNlc1Jlc3BvbnNlEicKCHNlcnZpY2VzGAEgAygLMhUuY29udHJvbHBsYW5lLlNlcnZpY2USDQoFY291bnQYAiABKAUiJwoRR2V0U2VydmljZVJlcXVlc3QSEgoKc2VydmljZV9pZBgBIAEoBCIoChJLaWNrU2VydmljZVJlcXVlc3QSEgoKc2VydmljZV9pZBgBIAEoBCIVChNLaWNrU2VydmljZVJlc3BvbnNlIu0BChZMaXN0U2VydmljZVJQQ3NSZXF1ZXN0EhQKB3NlcnZpY2UYASABKAlIAIgBARIXCgpzZXJ2aWNlX2lkGAIgASgESAGIAQESDAoEcGFnZRgDIAEoAxIRCglwYWdlX3NpemUYBCABKAMSFwoKc3RhcnRfdGltZRgFIAEoA0gCiAEBEhUKCGVuZF90aW1lGAYgASgDSAOIAQESEgoFb3JkZXIYByABKAlIBIgBAUIKCghfc2VydmljZUINCgtfc2VydmljZV9pZEINCgtfc3RhcnRfdGltZUILCglfZW5kX3RpbWVCCAoGX29yZGVyIjYKF0xpc3RTZXJ2aWNlUlBDc1Jlc3BvbnNlEgwKBHJwY3MYASADKAkSDQoFY291bnQYAiABKAUi7wEKGExpc3RTZXJ2aWNlVG9waWNzUmVxdWVzdBIUCgdzZXJ2aWNlGAEgASgJSACIAQESFwoKc2VydmljZV9pZBgCIAEoBEgBiAEBEgwKBHBhZ2UYAyABKAMSEQoJcGFnZV9zaXplGAQgASgDEhcKCnN0YXJ0X3RpbWUYBSABKANIAogBARIVCghlbmRfdGltZRgGIAEoA0gDiAEBEhIKBW9yZGVyGAcgASgJSASIAQFCCgoIX3NlcnZpY2VCDQoLX3NlcnZpY2VfaWRCDQoLX3N0YXJ0X3RpbWVCCwoJX2VuZF90aW1lQggKBl9vcmRlciI6ChlMaXN0U2VydmljZVRvcGljc1Jlc3BvbnNlEg4KBnRvcGljcxgBIAMoCRINCgVjb3VudBgCIAEoBTLyBQoMQ29udHJvbFBsYW5lEkwKCUxpc3RFZGdlcxIeLmNvbnRyb2xwbGFuZS5MaXN0RWRnZXNSZXF1ZXN0Gh8uY29udHJvbHBsYW5lLkxpc3RFZGdlc1Jlc3BvbnNlEjsKB0dldEVkZ2USHC5jb250cm9scGxhbmUuR2V0RWRnZVJlcXVlc3QaEi5jb250cm9scGxhbmUuRWRnZRJJCghLaWNrRWRnZRIdLmNvbnRyb2xwbGFuZS5LaWNrRWRnZVJlcXVlc3QaHi5jb250cm9scGxhbmUuS2lja0VkZ2VSZXNwb25zZRJVCgxMaXN0RWRnZVJQQ3MSIS5jb250cm9scGxhbmUuTGlzdEVkZ2VSUENzUmVxdWVzdBoiLmNvbnRyb2xwbGFuZS5MaXN0RWRnZVJQQ3NSZXNwb25zZRJVCgxMaXN0U2VydmljZXMSIS5jb250cm9scGxhbmUuTGlzdFNlcnZpY2VzUmVxdWVzdBoiLmNvbnRyb2xwbGFuZS5MaXN0U2VydmljZXNSZXNwb25zZRJECgpHZXRTZXJ2aWNlEh8uY29udHJvbHBsYW5lLkdldFNlcnZpY2VSZXF1ZXN0GhUuY29udHJvbHBsYW5lLlNlcnZpY2USUgoLS2lja1NlcnZpY2USIC5jb250cm9scGxhbmUuS2lja1NlcnZpY2VSZXF1ZXN0GiEuY29udHJvbHBsYW5lLktpY2tTZXJ2aWNlUmVzcG9uc2USXgoPTGlzdFNlcnZpY2VSUENzEiQuY29udHJvbHBsYW5lLkxpc3RTZXJ2aWNlUlBDc1JlcXVlc3QaJS5jb250cm9scGxhbmUuTGlzdFNlcnZpY2VSUENzUmVzcG9uc2USZAoRTGlzdFNlcnZpY2VUb3BpY3MSJi5jb250cm9scGxhbmUuTGlzdFNlcnZpY2VUb3BpY3NSZXF1ZXN0GicuY29udHJvbHBsYW5lLkxpc3RTZXJ2aWNlVG9waWNzUmVzcG9uc2VCPlo8Z2l0aHViLmNvbS9zaW5nY2hpYS9mcm9udGllci9hcGkvY29udHJvbHBsYW5lL2Zyb250aWVyL3YxO3YxYgZwcm90bzM");

/**
 * A connected edge.
 *
 * @generated from message controlplane.Edge
 * @ignore
 */
export type Edge = Message<"controlplane.Edge"> & {
  /**
   * @generated from field: uint64 edge_id = 1 [json_name = "edge_id"];
   */
  edgeId: bigint;

  /**
   * What the edge said of itself; bytes that are not UTF-8 are replaced.
   *
   * @generated from field: string meta = 2;
   */
  meta: string;

  /**
   * Where it connected from.
   *
   * @generated from field: string addr = 3;
   */
  addr: string;

  /**
   * When it connected, in Unix seconds.
   *
   * @generated from field: int64 create_time = 4 [json_name = "create_time"];
   */
  createTime: bigint;
};

/**
 * Describes the message controlplane.Edge.
 * Use `create(EdgeSchema)` to create a new message.
 * @ignore
 */
export const EdgeSchema: GenMessage<Edge> = /*@__PURE__*/
  messageDesc(file_controlplane_frontier_v1_controlplane, 0);

/**
 * @generated from message controlplane.ListEdgesRequest
 * @ignore
 */
export type ListEdgesRequest = Message<"controlplane.ListEdgesRequest"> & {
  /**
   * Only edges whose meta begins with this.
   *
   * @generated from field: optional string meta = 1;
   */
  meta?: string | undefined;

  /**
   * Only edges whose address begins with this.
   *
   * @generated from field: optional string addr = 2;
   */
  addr?: string | undefined;

  /**
   * Only edges that have registered this method.
   *
   * @generated from field: optional string rpc = 3;
   */
  rpc?: string | undefined;

  /**
   * Only the edge with this id.
   *
   * @generated from field: optional uint64 edge_id = 4;
   */
  edgeId?: bigint | undefined;

  /**
   * Which page, from 1.
   *
   * @generated from field: int64 page = 5;
   */
  page: bigint;

  /**
   * Entries of a page; with 0 or less here or in page: page 1, 10 entries.
   *
   * @generated from field: int64 page_size = 6;
   */
  pageSize: bigint;

  /**
   * Only those connected since, in Unix seconds; counts only with end_time.
   *
   * @generated from field: optional int64 start_time = 7;
   */
  startTime?: bigint | undefined;

  /**
   * Only those connected before, in Unix seconds; counts only with start_time.
   *
   * @generated from field: optional int64 end_time = 8;
   */
  endTime?: bigint | undefined;

  /**
   * The field to order by; with - before it the other way round: descending.
   *
   * @generated from field: optional string order = 9;
   */
  order?: string | undefined;
};

/**
 * Describes the message controlplane.ListEdgesRequest.
 * Use `create(ListEdgesRequestSchema)` to create a new message.
 * @ignore
 */
export const ListEdgesRequestSchema: GenMessage<ListEdgesRequest> = /*@__PURE__*/
  messageDesc(file_controlplane_frontier_v1_controlplane, 1);

/**
 * @generated from message controlplane.ListEdgesResponse
 * @ignore
 */
export type ListEdgesResponse = Message<"controlplane.ListEdgesResponse"> & {
  /**
   * @generated from field: repeated controlplane.Edge edges = 1;
   */
  edges: Edge[];

  /**
   * Edges that match on all pages; -1 where the store does not count.
   *
   * @generated from field: int32 count = 2;
   */
  count: number;
};

/**
 * Describes the message controlplane.ListEdgesResponse.
 * Use `create(ListEdgesResponseSchema)` to create a new message.
 * @ignore
 */
export const ListEdgesResponseSchema: GenMessage<ListEdgesResponse> = /*@__PURE__*/
  messageDesc(file_controlplane_frontier_v1_controlplane, 2);

/**
 * @generated from message controlplane.GetEdgeRequest
 * @ignore
 */
export type GetEdgeRequest = Message<"controlplane.GetEdgeRequest"> & {
  /**
   * @generated from field: uint64 edge_id = 1;
   */
  edgeId: bigint;
};

/**
 * Describes the message controlplane.GetEdgeRequest.
 * Use `create(GetEdgeRequestSchema)` to create a new message.
 * @ignore
 */
export const GetEdgeRequestSchema: GenMessage<GetEdgeRequest> = /*@__PURE__*/
  messageDesc(file_controlplane_frontier_v1_controlplane, 3);

/**
 * @generated from message controlplane.KickEdgeRequest
 * @ignore
 */
export type KickEdgeRequest = Message<"controlplane.KickEdgeRequest"> & {
  /**
   * @generated from field: uint64 edge_id = 1;
   */
  edgeId: bigint;
};

/**
 * Describes the message controlplane.KickEdgeRequest.
 * Use `create(KickEdgeRequestSchema)` to create a new message.
 * @ignore
 */
export const KickEdgeRequestSchema: GenMessage<KickEdgeRequest> = /*@__PURE__*/
  messageDesc(file_controlplane_frontier_v1_controlplane, 4);

/**
 * @generated from message controlplane.KickEdgeResponse
 * @ignore
 */
export type KickEdgeResponse = Message<"controlplane.KickEdgeResponse"> & {
};

/**
 * Describes the message controlplane.KickEdgeResponse.
 * Use `create(KickEdgeResponseSchema)` to create a new message.
 * @ignore
 */
export const KickEdgeResponseSchema: GenMessage<KickEdgeResponse> = /*@__PURE__*/
  messageDesc(file_controlplane_frontier_v1_controlplane, 5);

/**
 * @generated from message controlplane.ListEdgeRPCsRequest
 * @ignore
 */
export type ListEdgeRPCsRequest = Message<"controlplane.ListEdgeRPCsRequest"> & {
  /**
   * Only methods of edges whose meta contains this.
   *
   * @generated from field: optional string meta = 1;
   */
  meta?: string | undefined;

  /**
   * Only methods of this edge.
   *
   * @generated from field: optional uint64 edge_id = 2;
   */
  edgeId?: bigint | undefined;

  /**
   * Which page, from 1.
   *
   * @generated from field: int64 page = 3;
   */
  page: bigint;

  /**
   * Entries of a page; with 0 or less here or in page: page 1, 10 entries.
   *
   * @generated from field: int64 page_size = 4;
   */
  pageSize: bigint;

  /**
   * Only those registered since, in Unix seconds; counts only with end_time.
   *
   * @generated from field: optional int64 start_time = 5;
   */
  startTime?: bigint | undefined;

  /**
   * Only those registered before, in Unix seconds; counts only with start_time.
   *
   * @generated from field: optional int64 end_time = 6;
   */
  endTime?: bigint | undefined;

  /**
   * The field to order by; with - before it: descending.
   *
   * @generated from field: optional string order = 7;
   */
  order?: string | undefined;
};

/**
 * Describes the message controlplane.ListEdgeRPCsRequest.
 * Use `create(ListEdgeRPCsRequestSchema)` to create a new message.
 * @ignore
 */
export const ListEdgeRPCsRequestSchema: GenMessage<ListEdgeRPCsRequest> = /*@__PURE__*/
  messageDesc(file_controlplane_frontier_v1_controlplane, 6);

/**
 * @generated from message controlplane.ListEdgeRPCsResponse
 * @ignore
 */
export type ListEdgeRPCsResponse = Message<"controlplane.ListEdgeRPCsResponse"> & {
  /**
   * @generated from field: repeated string rpcs = 1;
   */
  rpcs: string[];

  /**
   * Methods that match on all pages; -1 where the store does not count.
   *
   * @generated from field: int32 count = 2;
   */
  count: number;
};

/**
 * Describes the message controlplane.ListEdgeRPCsResponse.
 * Use `create(ListEdgeRPCsResponseSchema)` to create a new message.
 * @ignore
 */
export const ListEdgeRPCsResponseSchema: GenMessage<ListEdgeRPCsResponse> = /*@__PURE__*/
  messageDesc(file_controlplane_frontier_v1_controlplane, 7);

/**
 * A connected service.
 *
 * @generated from message controlplane.Service
 * @ignore
 */
export type Service = Message<"controlplane.Service"> & {
  /**
   * @generated from field: uint64 service_id = 1 [json_name = "service_id"];
   */
  serviceId: bigint;

  /**
   * Its name.
   *
   * @generated from field: string service = 2;
   */
  service: string;

  /**
   * Where it connected from.
   *
   * @generated from field: string addr = 3;
   */
  addr: string;

  /**
   * When it connected, in Unix seconds.
   *
   * @generated from field: int64 create_time = 4 [json_name = "create_time"];
   */
  createTime: bigint;
};

/**
 * Describes the message controlplane.Service.
 * Use `create(ServiceSchema)` to create a new message.
 * @ignore
 */
export const ServiceSchema: GenMessage<Service> = /*@__PURE__*/
  messageDesc(file_controlplane_frontier_v1_controlplane, 8);

/**
 * @generated from message controlplane.ListServicesRequest
 * @ignore
 */
export type ListServicesRequest = Message<"controlplane.ListServicesRequest"> & {
  /**
   * Only services whose name begins with this.
   *
   * @generated from field: optional string service = 1;
   */
  service?: string | undefined;

  /**
   * Only services whose address begins with this.
   *
   * @generated from field: optional string addr = 2;
   */
  addr?: string | undefined;

  /**
   * Only services that have registered this method.
   *
   * @generated from field: optional string rpc = 3;
   */
  rpc?: string | undefined;

  /**
   * Only services that take this topic.
   *
   * @generated from field: optional string topic = 4;
   */
  topic?: string | undefined;

  /**
   * Which page, from 1.
   *
   * @generated from field: int64 page = 5;
   */
  page: bigint;

  /**
   * Entries of a page; with 0 or less here or in page: page 1, 10 entries.
   *
   * @generated from field: int64 page_size = 6;
   */
  pageSize: bigint;

  /**
   * Only those connected since, in Unix seconds; counts only with end_time.
   *
   * @generated from field: optional int64 start_time = 7;
   */
  startTime?: bigint | undefined;

  /**
   * Only those connected before, in Unix seconds; counts only with start_time.
   *
   * @generated from field: optional int64 end_time = 8;
   */
  endTime?: bigint | undefined;

  /**
   * The field to order by; with - before it: descending.
   *
   * @generated from field: optional string order = 9;
   */
  order?: string | undefined;
};

/**
 * Describes the message controlplane.ListServicesRequest.
 * Use `create(ListServicesRequestSchema)` to create a new message.
 * @ignore
 */
export const ListServicesRequestSchema: GenMessage<ListServicesRequest> = /*@__PURE__*/
  messageDesc(file_controlplane_frontier_v1_controlplane, 9);

/**
 * @generated from message controlplane.ListServicesResponse
 * @ignore
 */
export type ListServicesResponse = Message<"controlplane.ListServicesResponse"> & {
  /**
   * @generated from field: repeated controlplane.Service services = 1;
   */
  services: Service[];

  /**
   * Services that match on all pages; -1 where the store does not count.
   *
   * @generated from field: int32 count = 2;
   */
  count: number;
};

/**
 * Describes the message controlplane.ListServicesResponse.
 * Use `create(ListServicesResponseSchema)` to create a new message.
 * @ignore
 */
export const ListServicesResponseSchema: GenMessage<ListServicesResponse> = /*@__PURE__*/
  messageDesc(file_controlplane_frontier_v1_controlplane, 10);

/**
 * @generated from message controlplane.GetServiceRequest
 * @ignore
 */
export type GetServiceRequest = Message<"controlplane.GetServiceRequest"> & {
  /**
   * @generated from field: uint64 service_id = 1;
   */
  serviceId: bigint;
};

/**
 * Describes the message controlplane.GetServiceRequest.
 * Use `create(GetServiceRequestSchema)` to create a new message.
 * @ignore
 */
export const GetServiceRequestSchema: GenMessage<GetServiceRequest> = /*@__PURE__*/
  messageDesc(file_controlplane_frontier_v1_controlplane, 11);

/**
 * @generated from message controlplane.KickServiceRequest
 * @ignore
 */
export type KickServiceRequest = Message<"controlplane.KickServiceRequest"> & {
  /**
   * @generated from field: uint64 service_id = 1;
   */
  serviceId: bigint;
};

/**
 * Describes the message controlplane.KickServiceRequest.
 * Use `create(KickServiceRequestSchema)` to create a new message.
 * @ignore
 */
export const KickServiceRequestSchema: GenMessage<KickServiceRequest> = /*@__PURE__*/
  messageDesc(file_controlplane_frontier_v1_controlplane, 12);

/**
 * @generated from message controlplane.KickServiceResponse
 * @ignore
 */
export type KickServiceResponse = Message<"controlplane.KickServiceResponse"> & {
};

/**
 * Describes the message controlplane.KickServiceResponse.
 * Use `create(KickServiceResponseSchema)` to create a new message.
 * @ignore
 */
export const KickServiceResponseSchema: GenMessage<KickServiceResponse> = /*@__PURE__*/
  messageDesc(file_controlplane_frontier_v1_controlplane, 13);

/**
 * @generated from message controlplane.ListServiceRPCsRequest
 * @ignore
 */
export type ListServiceRPCsRequest = Message<"controlplane.ListServiceRPCsRequest"> & {
  /**
   * Only methods of services whose name contains this.
   *
   * @generated from field: optional string service = 1;
   */
  service?: string | undefined;

  /**
   * Only methods of this service.
   *
   * @generated from field: optional uint64 service_id = 2;
   */
  serviceId?: bigint | undefined;

  /**
   * Which page, from 1.
   *
   * @generated from field: int64 page = 3;
   */
  page: bigint;

  /**
   * Entries of a page; with 0 or less here or in page: page 1, 10 entries.
   *
   * @generated from field: int64 page_size = 4;
   */
  pageSize: bigint;

  /**
   * Only those registered since, in Unix seconds; counts only with end_time.
   *
   * @generated from field: optional int64 start_time = 5;
   */
  startTime?: bigint | undefined;

  /**
   * Only those registered before, in Unix seconds; counts only with start_time.
   *
   * @generated from field: optional int64 end_time = 6;
   */
  endTime?: bigint | undefined;

  /**
   * The field to order by; with - before it: descending.
   *
   * @generated from field: optional string order = 7;
   */
  order?: string | undefined;
};

/**
 * Describes the message controlplane.ListServiceRPCsRequest.
 * Use `create(ListServiceRPCsRequestSchema)` to create a new message.
 * @ignore
 */
export const ListServiceRPCsRequestSchema: GenMessage<ListServiceRPCsRequest> = /*@__PURE__*/
  messageDesc(file_controlplane_frontier_v1_controlplane, 14);

/**
 * @generated from message controlplane.ListServiceRPCsResponse
 * @ignore
 */
export type ListServiceRPCsResponse = Message<"controlplane.ListServiceRPCsResponse"> & {
  /**
   * @generated from field: repeated string rpcs = 1;
   */
  rpcs: string[];

  /**
   * Methods that match on all pages; -1 where the store does not count.
   *
   * @generated from field: int32 count = 2;
   */
  count: number;
};

/**
 * Describes the message controlplane.ListServiceRPCsResponse.
 * Use `create(ListServiceRPCsResponseSchema)` to create a new message.
 * @ignore
 */
export const ListServiceRPCsResponseSchema: GenMessage<ListServiceRPCsResponse> = /*@__PURE__*/
  messageDesc(file_controlplane_frontier_v1_controlplane, 15);

/**
 * @generated from message controlplane.ListServiceTopicsRequest
 * @ignore
 */
export type ListServiceTopicsRequest = Message<"controlplane.ListServiceTopicsRequest"> & {
  /**
   * Only topics of services whose name contains this.
   *
   * @generated from field: optional string service = 1;
   */
  service?: string | undefined;

  /**
   * Only topics of this service.
   *
   * @generated from field: optional uint64 service_id = 2;
   */
  serviceId?: bigint | undefined;

  /**
   * Which page, from 1.
   *
   * @generated from field: int64 page = 3;
   */
  page: bigint;

  /**
   * Entries of a page; with 0 or less here or in page: page 1, 10 entries.
   *
   * @generated from field: int64 page_size = 4;
   */
  pageSize: bigint;

  /**
   * Only those claimed since, in Unix seconds; counts only with end_time.
   *
   * @generated from field: optional int64 start_time = 5;
   */
  startTime?: bigint | undefined;

  /**
   * Only those claimed before, in Unix seconds; counts only with start_time.
   *
   * @generated from field: optional int64 end_time = 6;
   */
  endTime?: bigint | undefined;

  /**
   * The field to order by; with - before it: descending.
   *
   * @generated from field: optional string order = 7;
   */
  order?: string | undefined;
};

/**
 * Describes the message controlplane.ListServiceTopicsRequest.
 * Use `create(ListServiceTopicsRequestSchema)` to create a new message.
 * @ignore
 */
export const ListServiceTopicsRequestSchema: GenMessage<ListServiceTopicsRequest> = /*@__PURE__*/
  messageDesc(file_controlplane_frontier_v1_controlplane, 16);

/**
 * @generated from message controlplane.ListServiceTopicsResponse
 * @ignore
 */
export type ListServiceTopicsResponse = Message<"controlplane.ListServiceTopicsResponse"> & {
  /**
   * @generated from field: repeated string topics = 1;
   */
  topics: string[];

  /**
   * Topics that match on all pages; -1 where the store does not count.
   *
   * @generated from field: int32 count = 2;
   */
  count: number;
};

/**
 * Describes the message controlplane.ListServiceTopicsResponse.
 * Use `create(ListServiceTopicsResponseSchema)` to create a new message.
 * @ignore
 */
export const ListServiceTopicsResponseSchema: GenMessage<ListServiceTopicsResponse> = /*@__PURE__*/
  messageDesc(file_controlplane_frontier_v1_controlplane, 17);

/**
 * Lists and closes connections.
 *
 * @generated from service controlplane.ControlPlane
 * @ignore
 */
export const ControlPlane: GenService<{
  /**
   * Lists edges, by default the newest first.
   *
   * @generated from rpc controlplane.ControlPlane.ListEdges
   */
  listEdges: {
    methodKind: "unary";
    input: typeof ListEdgesRequestSchema;
    output: typeof ListEdgesResponseSchema;
  },
  /**
   * Finds one edge.
   *
   * @generated from rpc controlplane.ControlPlane.GetEdge
   */
  getEdge: {
    methodKind: "unary";
    input: typeof GetEdgeRequestSchema;
    output: typeof EdgeSchema;
  },
  /**
   * Closes the connection of an edge; returns when it is closed.
   *
   * @generated from rpc controlplane.ControlPlane.KickEdge
   */
  kickEdge: {
    methodKind: "unary";
    input: typeof KickEdgeRequestSchema;
    output: typeof KickEdgeResponseSchema;
  },
  /**
   * Lists methods that edges have registered, each once.
   *
   * @generated from rpc controlplane.ControlPlane.ListEdgeRPCs
   */
  listEdgeRPCs: {
    methodKind: "unary";
    input: typeof ListEdgeRPCsRequestSchema;
    output: typeof ListEdgeRPCsResponseSchema;
  },
  /**
   * Lists services, by default the newest first.
   *
   * @generated from rpc controlplane.ControlPlane.ListServices
   */
  listServices: {
    methodKind: "unary";
    input: typeof ListServicesRequestSchema;
    output: typeof ListServicesResponseSchema;
  },
  /**
   * Finds one service.
   *
   * @generated from rpc controlplane.ControlPlane.GetService
   */
  getService: {
    methodKind: "unary";
    input: typeof GetServiceRequestSchema;
    output: typeof ServiceSchema;
  },
  /**
   * Closes the connection of a service; returns when it is closed.
   *
   * @generated from rpc controlplane.ControlPlane.KickService
   */
  kickService: {
    methodKind: "unary";
    input: typeof KickServiceRequestSchema;
    output: typeof KickServiceResponseSchema;
  },
  /**
   * Lists methods that services have registered, each once.
   *
   * @generated from rpc controlplane.ControlPlane.ListServiceRPCs
   */
  listServiceRPCs: {
    methodKind: "unary";
    input: typeof ListServiceRPCsRequestSchema;
    output: typeof ListServiceRPCsResponseSchema;
  },
  /**
   * Lists topics that services take, each once.
   *
   * @generated from rpc controlplane.ControlPlane.ListServiceTopics
   */
  listServiceTopics: {
    methodKind: "unary";
    input: typeof ListServiceTopicsRequestSchema;
    output: typeof ListServiceTopicsResponseSchema;
  },
}> = /*@__PURE__*/
  serviceDesc(file_controlplane_frontier_v1_controlplane, 0);

/**
 * What serves controlplane.ControlPlane.
 * @ignore
 */
export interface ControlPlaneImplementation {
  /** Lists edges, by default the newest first. */
  listEdges(
    request: ListEdgesRequest,
    context: { readonly signal: AbortSignal },
  ): MessageInitShape<typeof ListEdgesResponseSchema> | Promise<MessageInitShape<typeof ListEdgesResponseSchema>>;
  /** Finds one edge. */
  getEdge(
    request: GetEdgeRequest,
    context: { readonly signal: AbortSignal },
  ): MessageInitShape<typeof EdgeSchema> | Promise<MessageInitShape<typeof EdgeSchema>>;
  /** Closes the connection of an edge; returns when it is closed. */
  kickEdge(
    request: KickEdgeRequest,
    context: { readonly signal: AbortSignal },
  ): MessageInitShape<typeof KickEdgeResponseSchema> | Promise<MessageInitShape<typeof KickEdgeResponseSchema>>;
  /** Lists methods that edges have registered, each once. */
  listEdgeRPCs(
    request: ListEdgeRPCsRequest,
    context: { readonly signal: AbortSignal },
  ): MessageInitShape<typeof ListEdgeRPCsResponseSchema> | Promise<MessageInitShape<typeof ListEdgeRPCsResponseSchema>>;
  /** Lists services, by default the newest first. */
  listServices(
    request: ListServicesRequest,
    context: { readonly signal: AbortSignal },
  ): MessageInitShape<typeof ListServicesResponseSchema> | Promise<MessageInitShape<typeof ListServicesResponseSchema>>;
  /** Finds one service. */
  getService(
    request: GetServiceRequest,
    context: { readonly signal: AbortSignal },
  ): MessageInitShape<typeof ServiceSchema> | Promise<MessageInitShape<typeof ServiceSchema>>;
  /** Closes the connection of a service; returns when it is closed. */
  kickService(
    request: KickServiceRequest,
    context: { readonly signal: AbortSignal },
  ): MessageInitShape<typeof KickServiceResponseSchema> | Promise<MessageInitShape<typeof KickServiceResponseSchema>>;
  /** Lists methods that services have registered, each once. */
  listServiceRPCs(
    request: ListServiceRPCsRequest,
    context: { readonly signal: AbortSignal },
  ): MessageInitShape<typeof ListServiceRPCsResponseSchema> | Promise<MessageInitShape<typeof ListServiceRPCsResponseSchema>>;
  /** Lists topics that services take, each once. */
  listServiceTopics(
    request: ListServiceTopicsRequest,
    context: { readonly signal: AbortSignal },
  ): MessageInitShape<typeof ListServiceTopicsResponseSchema> | Promise<MessageInitShape<typeof ListServiceTopicsResponseSchema>>;
}

/**
 * What stands above the declarations of the file, by full name.
 * @ignore
 */
export const comments: Readonly<Record<string, string>> = {
  "controlplane.ControlPlane": "Lists and closes connections.",
  "controlplane.ControlPlane.ListEdges": "Lists edges, by default the newest first.",
  "controlplane.ControlPlane.GetEdge": "Finds one edge.",
  "controlplane.ControlPlane.KickEdge": "Closes the connection of an edge; returns when it is closed.",
  "controlplane.ControlPlane.ListEdgeRPCs": "Lists methods that edges have registered, each once.",
  "controlplane.ControlPlane.ListServices": "Lists services, by default the newest first.",
  "controlplane.ControlPlane.GetService": "Finds one service.",
  "controlplane.ControlPlane.KickService": "Closes the connection of a service; returns when it is closed.",
  "controlplane.ControlPlane.ListServiceRPCs": "Lists methods that services have registered, each once.",
  "controlplane.ControlPlane.ListServiceTopics": "Lists topics that services take, each once.",
  "controlplane.Edge": "A connected edge.",
  "controlplane.Edge.meta": "What the edge said of itself; bytes that are not UTF-8 are replaced.",
  "controlplane.Edge.addr": "Where it connected from.",
  "controlplane.Edge.create_time": "When it connected, in Unix seconds.",
  "controlplane.ListEdgesRequest.meta": "Only edges whose meta begins with this.",
  "controlplane.ListEdgesRequest.addr": "Only edges whose address begins with this.",
  "controlplane.ListEdgesRequest.rpc": "Only edges that have registered this method.",
  "controlplane.ListEdgesRequest.edge_id": "Only the edge with this id.",
  "controlplane.ListEdgesRequest.page": "Which page, from 1.",
  "controlplane.ListEdgesRequest.page_size": "Entries of a page; with 0 or less here or in page: page 1, 10 entries.",
  "controlplane.ListEdgesRequest.start_time": "Only those connected since, in Unix seconds; counts only with end_time.",
  "controlplane.ListEdgesRequest.end_time": "Only those connected before, in Unix seconds; counts only with start_time.",
  "controlplane.ListEdgesRequest.order": "The field to order by; with - before it the other way round: descending.",
  "controlplane.ListEdgesResponse.count": "Edges that match on all pages; -1 where the store does not count.",
  "controlplane.ListEdgeRPCsRequest.meta": "Only methods of edges whose meta contains this.",
  "controlplane.ListEdgeRPCsRequest.edge_id": "Only methods of this edge.",
  "controlplane.ListEdgeRPCsRequest.page": "Which page, from 1.",
  "controlplane.ListEdgeRPCsRequest.page_size": "Entries of a page; with 0 or less here or in page: page 1, 10 entries.",
  "controlplane.ListEdgeRPCsRequest.start_time": "Only those registered since, in Unix seconds; counts only with end_time.",
  "controlplane.ListEdgeRPCsRequest.end_time": "Only those registered before, in Unix seconds; counts only with start_time.",
  "controlplane.ListEdgeRPCsRequest.order": "The field to order by; with - before it: descending.",
  "controlplane.ListEdgeRPCsResponse.count": "Methods that match on all pages; -1 where the store does not count.",
  "controlplane.Service": "A connected service.",
  "controlplane.Service.service": "Its name.",
  "controlplane.Service.addr": "Where it connected from.",
  "controlplane.Service.create_time": "When it connected, in Unix seconds.",
  "controlplane.ListServicesRequest.service": "Only services whose name begins with this.",
  "controlplane.ListServicesRequest.addr": "Only services whose address begins with this.",
  "controlplane.ListServicesRequest.rpc": "Only services that have registered this method.",
  "controlplane.ListServicesRequest.topic": "Only services that take this topic.",
  "controlplane.ListServicesRequest.page": "Which page, from 1.",
  "controlplane.ListServicesRequest.page_size": "Entries of a page; with 0 or less here or in page: page 1, 10 entries.",
  "controlplane.ListServicesRequest.start_time": "Only those connected since, in Unix seconds; counts only with end_time.",
  "controlplane.ListServicesRequest.end_time": "Only those connected before, in Unix seconds; counts only with start_time.",
  "controlplane.ListServicesRequest.order": "The field to order by; with - before it: descending.",
  "controlplane.ListServicesResponse.count": "Services that match on all pages; -1 where the store does not count.",
  "controlplane.ListServiceRPCsRequest.service": "Only methods of services whose name contains this.",
  "controlplane.ListServiceRPCsRequest.service_id": "Only methods of this service.",
  "controlplane.ListServiceRPCsRequest.page": "Which page, from 1.",
  "controlplane.ListServiceRPCsRequest.page_size": "Entries of a page; with 0 or less here or in page: page 1, 10 entries.",
  "controlplane.ListServiceRPCsRequest.start_time": "Only those registered since, in Unix seconds; counts only with end_time.",
  "controlplane.ListServiceRPCsRequest.end_time": "Only those registered before, in Unix seconds; counts only with start_time.",
  "controlplane.ListServiceRPCsRequest.order": "The field to order by; with - before it: descending.",
  "controlplane.ListServiceRPCsResponse.count": "Methods that match on all pages; -1 where the store does not count.",
  "controlplane.ListServiceTopicsRequest.service": "Only topics of services whose name contains this.",
  "controlplane.ListServiceTopicsRequest.service_id": "Only topics of this service.",
  "controlplane.ListServiceTopicsRequest.page": "Which page, from 1.",
  "controlplane.ListServiceTopicsRequest.page_size": "Entries of a page; with 0 or less here or in page: page 1, 10 entries.",
  "controlplane.ListServiceTopicsRequest.start_time": "Only those claimed since, in Unix seconds; counts only with end_time.",
  "controlplane.ListServiceTopicsRequest.end_time": "Only those claimed before, in Unix seconds; counts only with start_time.",
  "controlplane.ListServiceTopicsRequest.order": "The field to order by; with - before it: descending.",
  "controlplane.ListServiceTopicsResponse.count": "Topics that match on all pages; -1 where the store does not count."
};
