// Made of proto/api/frontier/admin/v1/admin.proto by tools/generate_api.ts. Do not edit.
// deno-fmt-ignore-file
// deno-lint-ignore-file

import type { GenEnum, GenFile, GenMessage, GenService } from "@bufbuild/protobuf/codegenv2";
import { enumDesc, fileDesc, messageDesc, serviceDesc } from "@bufbuild/protobuf/codegenv2";
import type { Message, MessageInitShape } from "@bufbuild/protobuf";

/**
 * Describes the file frontier/admin/v1/admin.proto.
 * @ignore
 */
export const file_frontier_admin_v1_admin: GenFile = /*@__PURE__*/
  fileDesc("Ch1mcm9udGllci9hZG1pbi92MS9hZG1pbi5wcm90bxIRZnJvbnRpZXIuYWRtaW4udjEiEgoQR2V0U3RhdHVzUmVxdWVzdCLHAQoGU3RhdHVzEg0KBXN0YXRlGAEgASgJEg8KB3ZlcnNpb24YAiABKAkSEwoLZnJvbnRpZXJfaWQYAyABKAkSDQoFZWRnZXMYBCABKA0SEAoIc2VydmljZXMYBSABKA0SEwoLY29ubmVjdGlvbnMYBiABKA0SDwoHc3RyZWFtcxgHIAEoDRIQCghpbmZsaWdodBgIIAEoDRIvCgdjbHVzdGVyGAkgASgLMh4uZnJvbnRpZXIuYWRtaW4udjEuQ2x1c3RlckxpbmsivgEKC0NsdXN0ZXJMaW5rEg0KBXN0YXRlGAEgASgJEg8KB3Byb2JsZW0YAiABKAkSDwoHYWRkcmVzcxgDIAEoCRIMCgRraW5kGAQgASgJEhoKEmFkdmVydGlzZWRfc2JfYWRkchgFIAEoCRIaChJhZHZlcnRpc2VkX2ViX2FkZHIYBiABKAkSDgoGc3luY2VkGAcgASgIEg8KB3BlbmRpbmcYCCABKA0SFwoPYWNrbm93bGVkZ2VkX21zGAkgASgDItUBChBMaXN0RWRnZXNSZXF1ZXN0EhEKBG1ldGEYASABKAlIAIgBARIcCg9jb25uZWN0ZWRfc2luY2UYAiABKANIAYgBARIRCgRhZGRyGAMgASgJSAKIAQESEAoDcnBjGAQgASgJSAOIAQESDAoEcGFnZRgFIAEoAxIRCglwYWdlX3NpemUYBiABKAMSEgoFb3JkZXIYByABKAlIBIgBAUIHCgVfbWV0YUISChBfY29ubmVjdGVkX3NpbmNlQgcKBV9hZGRyQgYKBF9ycGNCCAoGX29yZGVyIvwBChNMaXN0U2VydmljZXNSZXF1ZXN0EhQKB3NlcnZpY2UYASABKAlIAIgBARIcCg9jb25uZWN0ZWRfc2luY2UYAiABKANIAYgBARIRCgRhZGRyGAMgASgJSAKIAQESEAoDcnBjGAQgASgJSAOIAQESEgoFdG9waWMYBSABKAlIBIgBARIMCgRwYWdlGAYgASgDEhEKCXBhZ2Vfc2l6ZRgHIAEoAxISCgVvcmRlchgIIAEoCUgFiAEBQgoKCF9zZXJ2aWNlQhIKEF9jb25uZWN0ZWRfc2luY2VCBwoFX2FkZHJCBgoEX3JwY0IICgZfdG9waWNCCAoGX29yZGVyIlwKF0xpc3RDb25uZWN0aW9uc1Jlc3BvbnNlEjIKC2Nvbm5lY3Rpb25zGAEgAygLMh0uZnJvbnRpZXIuYWRtaW4udjEuQ29ubmVjdGlvbhINCgVjb3VudBgCIAEoBSIhCg5HZXRFZGdlUmVxdWVzdBIPCgdlZGdlX2lkGAEgASgEIicKEUdldFNlcnZpY2VSZXF1ZXN0EhIKCnNlcnZpY2VfaWQYASABKAQizQIKCkNvbm5lY3Rpb24SLwoEa2luZBgBIAEoDjIhLmZyb250aWVyLmFkbWluLnYxLkNvbm5lY3Rpb25LaW5kEgoKAmlkGAIgASgEEgwKBG1ldGEYAyABKAkSDwoHc2VydmljZRgEIAEoCRIMCgRhZGRyGAUgASgJEhcKD2Nvbm5lY3RfdGltZV9tcxgGIAEoAxIWCg5sYXN0X2FjdGl2ZV9tcxgHIAEoAxIVCg1sYXN0X2hlYXJkX21zGAggASgDEhAKCGZlYXR1cmVzGAkgAygJEg8KB21ldGhvZHMYCiADKAkSDgoGdG9waWNzGAsgAygJEisKA3RscxgMIAEoCzIeLmZyb250aWVyLmFkbWluLnYxLlRsc0lkZW50aXR5Ei0KCGNvdW50ZXJzGA0gASgLMhsuZnJvbnRpZXIuYWRtaW4udjEuQ291bnRlcnMiVAoLVGxzSWRlbnRpdHkSDwoHc3ViamVjdBgBIAEoCRIOCgZpc3N1ZXIYAiABKAkSDAoEc2FucxgDIAMoCRIWCg5maW5nZXJwcmludDI1NhgEIAEoCSKQAQoIQ291bnRlcnMSEAoIYnl0ZXNfaW4YASABKAQSEQoJYnl0ZXNfb3V0GAIgASgEEhMKC21lc3NhZ2VzX2luGAMgASgEEhQKDG1lc3NhZ2VzX291dBgEIAEoBBIQCghjYWxsc19pbhgFIAEoBBIRCgljYWxsc19vdXQYBiABKAQSDwoHc3RyZWFtcxgHIAEoDSJKChZMaXN0RWRnZVN0cmVhbXNSZXF1ZXN0Eg8KB2VkZ2VfaWQYASABKAQSDAoEcGFnZRgCIAEoAxIRCglwYWdlX3NpemUYAyABKAMiUAoZTGlzdFNlcnZpY2VTdHJlYW1zUmVxdWVzdBISCgpzZXJ2aWNlX2lkGAEgASgEEgwKBHBhZ2UYAiABKAMSEQoJcGFnZV9zaXplGAMgASgDIlAKE0xpc3RTdHJlYW1zUmVzcG9uc2USKgoHc3RyZWFtcxgBIAMoCzIZLmZyb250aWVyLmFkbWluLnYxLlN0cmVhbRINCgVjb3VudBgCIAEoBSK9AQoGU3RyZWFtEhEKCXN0cmVhbV9pZBgBIAEoBBI0CglwZWVyX2tpbmQYAiABKA4yIS5mcm9udGllci5hZG1pbi52MS5Db25uZWN0aW9uS2luZBIPCgdwZWVyX2lkGAMgASgEEhQKDHBlZXJfc2VydmljZRgEIAEoCRIOCgZvcGVuZXIYBSABKAgSEAoIYnl0ZXNfaW4YBiABKAQSEQoJYnl0ZXNfb3V0GAcgASgEEg4KBmFnZV9tcxgIIAEoBCI1ChFTdGFydERyYWluUmVxdWVzdBIUCgdzZWNvbmRzGAEgASgNSACIAQFCCgoIX3NlY29uZHMiEQoPR2V0RHJhaW5SZXF1ZXN0Iu0BCg1EcmFpblByb2dyZXNzEg0KBXBoYXNlGAEgASgJEhIKCmVsYXBzZWRfbXMYAiABKAQSGQoMcmVtYWluaW5nX21zGAMgASgESACIAQESLAoFZWRnZXMYBCABKAsyHS5mcm9udGllci5hZG1pbi52MS5EZXBhcnR1cmVzEi8KCHNlcnZpY2VzGAUgASgLMh0uZnJvbnRpZXIuYWRtaW4udjEuRGVwYXJ0dXJlcxILCgNjdXQYBiABKA0SEAoIaW5mbGlnaHQYByABKA0SDwoHc3RyZWFtcxgIIAEoDUIPCg1fcmVtYWluaW5nX21zIl0KCkRlcGFydHVyZXMSDwoHd2FpdGluZxgBIAEoDRIMCgR0b2xkGAIgASgNEhEKCWZpbmlzaGluZxgDIAEoDRIPCgdjbG9zaW5nGAQgASgNEgwKBGdvbmUYBSABKA0iWAoXV2F0Y2hDb25uZWN0aW9uc1JlcXVlc3QSNAoEa2luZBgBIAEoDjIhLmZyb250aWVyLmFkbWluLnYxLkNvbm5lY3Rpb25LaW5kSACIAQFCBwoFX2tpbmQi0gIKD0Nvbm5lY3Rpb25FdmVudBI1CgR0eXBlGAEgASgOMicuZnJvbnRpZXIuYWRtaW4udjEuQ29ubmVjdGlvbkV2ZW50LlR5cGUSDwoHdGltZV9tcxgCIAEoAxIvCgRraW5kGAMgASgOMiEuZnJvbnRpZXIuYWRtaW4udjEuQ29ubmVjdGlvbktpbmQSCgoCaWQYBCABKAQSDAoEbWV0YRgFIAEoCRIPCgdzZXJ2aWNlGAYgASgJEgwKBGFkZHIYByABKAkSEwoLcmVhc29uX2tpbmQYCCABKAkSDgoGcmVhc29uGAkgASgJEg4KBm1pc3NlZBgKIAEoBCJYCgRUeXBlEhQKEFRZUEVfVU5TUEVDSUZJRUQQABISCg5UWVBFX0NPTk5FQ1RFRBABEhUKEVRZUEVfRElTQ09OTkVDVEVEEAISDwoLVFlQRV9NSVNTRUQQAypoCg5Db25uZWN0aW9uS2luZBIfChtDT05ORUNUSU9OX0tJTkRfVU5TUEVDSUZJRUQQABIYChRDT05ORUNUSU9OX0tJTkRfRURHRRABEhsKF0NPTk5FQ1RJT05fS0lORF9TRVJWSUNFEAIylgcKBUFkbWluEksKCUdldFN0YXR1cxIjLmZyb250aWVyLmFkbWluLnYxLkdldFN0YXR1c1JlcXVlc3QaGS5mcm9udGllci5hZG1pbi52MS5TdGF0dXMSXAoJTGlzdEVkZ2VzEiMuZnJvbnRpZXIuYWRtaW4udjEuTGlzdEVkZ2VzUmVxdWVzdBoqLmZyb250aWVyLmFkbWluLnYxLkxpc3RDb25uZWN0aW9uc1Jlc3BvbnNlEksKB0dldEVkZ2USIS5mcm9udGllci5hZG1pbi52MS5HZXRFZGdlUmVxdWVzdBodLmZyb250aWVyLmFkbWluLnYxLkNvbm5lY3Rpb24SYgoMTGlzdFNlcnZpY2VzEiYuZnJvbnRpZXIuYWRtaW4udjEuTGlzdFNlcnZpY2VzUmVxdWVzdBoqLmZyb250aWVyLmFkbWluLnYxLkxpc3RDb25uZWN0aW9uc1Jlc3BvbnNlElEKCkdldFNlcnZpY2USJC5mcm9udGllci5hZG1pbi52MS5HZXRTZXJ2aWNlUmVxdWVzdBodLmZyb250aWVyLmFkbWluLnYxLkNvbm5lY3Rpb24SZAoPTGlzdEVkZ2VTdHJlYW1zEikuZnJvbnRpZXIuYWRtaW4udjEuTGlzdEVkZ2VTdHJlYW1zUmVxdWVzdBomLmZyb250aWVyLmFkbWluLnYxLkxpc3RTdHJlYW1zUmVzcG9uc2USagoSTGlzdFNlcnZpY2VTdHJlYW1zEiwuZnJvbnRpZXIuYWRtaW4udjEuTGlzdFNlcnZpY2VTdHJlYW1zUmVxdWVzdBomLmZyb250aWVyLmFkbWluLnYxLkxpc3RTdHJlYW1zUmVzcG9uc2USVAoKU3RhcnREcmFpbhIkLmZyb250aWVyLmFkbWluLnYxLlN0YXJ0RHJhaW5SZXF1ZXN0GiAuZnJvbnRpZXIuYWRtaW4udjEuRHJhaW5Qcm9ncmVzcxJQCghHZXREcmFpbhIiLmZyb250aWVyLmFkbWluLnYxLkdldERyYWluUmVxdWVzdBogLmZyb250aWVyLmFkbWluLnYxLkRyYWluUHJvZ3Jlc3MSZAoQV2F0Y2hDb25uZWN0aW9ucxIqLmZyb250aWVyLmFkbWluLnYxLldhdGNoQ29ubmVjdGlvbnNSZXF1ZXN0GiIuZnJvbnRpZXIuYWRtaW4udjEuQ29ubmVjdGlvbkV2ZW50MAFCM1oxZ2l0aHViLmNvbS9zaW5nY2hpYS9mcm9udGllci9hcGkvYWRtaW4vdjE7YWRtaW52MWIGcHJvdG8z");

/**
 * @generated from message frontier.admin.v1.GetStatusRequest
 * @ignore
 */
export type GetStatusRequest = Message<"frontier.admin.v1.GetStatusRequest"> & {
};

/**
 * Describes the message frontier.admin.v1.GetStatusRequest.
 * Use `create(GetStatusRequestSchema)` to create a new message.
 * @ignore
 */
export const GetStatusRequestSchema: GenMessage<GetStatusRequest> = /*@__PURE__*/
  messageDesc(file_frontier_admin_v1_admin, 0);

/**
 * @generated from message frontier.admin.v1.Status
 * @ignore
 */
export type Status = Message<"frontier.admin.v1.Status"> & {
  /**
   * running, draining or closed.
   *
   * @generated from field: string state = 1;
   */
  state: string;

  /**
   * Version of the gateway.
   *
   * @generated from field: string version = 2;
   */
  version: string;

  /**
   * Its name within a cluster; empty without one.
   *
   * @generated from field: string frontier_id = 3;
   */
  frontierId: string;

  /**
   * Edges connected.
   *
   * @generated from field: uint32 edges = 4;
   */
  edges: number;

  /**
   * Services connected.
   *
   * @generated from field: uint32 services = 5;
   */
  services: number;

  /**
   * Connections, those in their handshake included.
   *
   * @generated from field: uint32 connections = 6;
   */
  connections: number;

  /**
   * Streams open or being opened.
   *
   * @generated from field: uint32 streams = 7;
   */
  streams: number;

  /**
   * Requests and messages passed on and not answered yet.
   *
   * @generated from field: uint32 inflight = 8;
   */
  inflight: number;

  /**
   * The link to the directory of its cluster; absent without one.
   *
   * @generated from field: frontier.admin.v1.ClusterLink cluster = 9;
   */
  cluster?: ClusterLink | undefined;
};

/**
 * Describes the message frontier.admin.v1.Status.
 * Use `create(StatusSchema)` to create a new message.
 * @ignore
 */
export const StatusSchema: GenMessage<Status> = /*@__PURE__*/
  messageDesc(file_frontier_admin_v1_admin, 1);

/**
 * The link of a gateway to the directory of its cluster.
 *
 * @generated from message frontier.admin.v1.ClusterLink
 * @ignore
 */
export type ClusterLink = Message<"frontier.admin.v1.ClusterLink"> & {
  /**
   * connecting, up or closed.
   *
   * @generated from field: string state = 1;
   */
  state: string;

  /**
   * Why it is not up, or takes no reports, while both are tried again; empty otherwise.
   *
   * @generated from field: string problem = 2;
   */
  problem: string;

  /**
   * The directory that it leads to, or is tried next, as host:port.
   *
   * @generated from field: string address = 3;
   */
  address: string;

  /**
   * frontlas or go: whose directory it is; empty while it is not up.
   *
   * @generated from field: string kind = 4;
   */
  kind: string;

  /**
   * Where services are told that the gateway is; empty before the first attempt.
   *
   * @generated from field: string advertised_sb_addr = 5;
   */
  advertisedSbAddr: string;

  /**
   * Where edges are told that it is; empty before the first attempt.
   *
   * @generated from field: string advertised_eb_addr = 6;
   */
  advertisedEbAddr: string;

  /**
   * Whether the directory has been told of everybody who was here when the link came up.
   *
   * @generated from field: bool synced = 7;
   */
  synced: boolean;

  /**
   * Peers that have come or gone and that it has not confirmed.
   *
   * @generated from field: uint32 pending = 8;
   */
  pending: number;

  /**
   * When it last confirmed something, in Unix milliseconds; 0 before that.
   *
   * @generated from field: int64 acknowledged_ms = 9;
   */
  acknowledgedMs: bigint;
};

/**
 * Describes the message frontier.admin.v1.ClusterLink.
 * Use `create(ClusterLinkSchema)` to create a new message.
 * @ignore
 */
export const ClusterLinkSchema: GenMessage<ClusterLink> = /*@__PURE__*/
  messageDesc(file_frontier_admin_v1_admin, 2);

/**
 * @generated from message frontier.admin.v1.ListEdgesRequest
 * @ignore
 */
export type ListEdgesRequest = Message<"frontier.admin.v1.ListEdgesRequest"> & {
  /**
   * Only edges whose meta contains this text.
   *
   * @generated from field: optional string meta = 1;
   */
  meta?: string | undefined;

  /**
   * Only edges that connected at or after, in Unix seconds.
   *
   * @generated from field: optional int64 connected_since = 2;
   */
  connectedSince?: bigint | undefined;

  /**
   * Only edges whose address begins with this.
   *
   * @generated from field: optional string addr = 3;
   */
  addr?: string | undefined;

  /**
   * Only edges that have registered this method.
   *
   * @generated from field: optional string rpc = 4;
   */
  rpc?: string | undefined;

  /**
   * Which page, from 1; the first with 0 or less.
   *
   * @generated from field: int64 page = 5;
   */
  page: bigint;

  /**
   * Entries of a page; 10 with 0 or less.
   *
   * @generated from field: int64 page_size = 6;
   */
  pageSize: bigint;

  /**
   * edge_id, meta, addr or create_time, after - for descending or + for ascending order.
   *
   * @generated from field: optional string order = 7;
   */
  order?: string | undefined;
};

/**
 * Describes the message frontier.admin.v1.ListEdgesRequest.
 * Use `create(ListEdgesRequestSchema)` to create a new message.
 * @ignore
 */
export const ListEdgesRequestSchema: GenMessage<ListEdgesRequest> = /*@__PURE__*/
  messageDesc(file_frontier_admin_v1_admin, 3);

/**
 * @generated from message frontier.admin.v1.ListServicesRequest
 * @ignore
 */
export type ListServicesRequest = Message<"frontier.admin.v1.ListServicesRequest"> & {
  /**
   * Only services whose name begins with this.
   *
   * @generated from field: optional string service = 1;
   */
  service?: string | undefined;

  /**
   * Only services that connected at or after, in Unix seconds.
   *
   * @generated from field: optional int64 connected_since = 2;
   */
  connectedSince?: bigint | undefined;

  /**
   * Only services whose address begins with this.
   *
   * @generated from field: optional string addr = 3;
   */
  addr?: string | undefined;

  /**
   * Only services that have registered this method.
   *
   * @generated from field: optional string rpc = 4;
   */
  rpc?: string | undefined;

  /**
   * Only services that take this topic.
   *
   * @generated from field: optional string topic = 5;
   */
  topic?: string | undefined;

  /**
   * Which page, from 1; the first with 0 or less.
   *
   * @generated from field: int64 page = 6;
   */
  page: bigint;

  /**
   * Entries of a page; 10 with 0 or less.
   *
   * @generated from field: int64 page_size = 7;
   */
  pageSize: bigint;

  /**
   * service_id, service, addr or create_time, after - for descending or + for ascending order.
   *
   * @generated from field: optional string order = 8;
   */
  order?: string | undefined;
};

/**
 * Describes the message frontier.admin.v1.ListServicesRequest.
 * Use `create(ListServicesRequestSchema)` to create a new message.
 * @ignore
 */
export const ListServicesRequestSchema: GenMessage<ListServicesRequest> = /*@__PURE__*/
  messageDesc(file_frontier_admin_v1_admin, 4);

/**
 * @generated from message frontier.admin.v1.ListConnectionsResponse
 * @ignore
 */
export type ListConnectionsResponse = Message<"frontier.admin.v1.ListConnectionsResponse"> & {
  /**
   * @generated from field: repeated frontier.admin.v1.Connection connections = 1;
   */
  connections: Connection[];

  /**
   * Connections that match on all pages; -1 where the store does not count.
   *
   * @generated from field: int32 count = 2;
   */
  count: number;
};

/**
 * Describes the message frontier.admin.v1.ListConnectionsResponse.
 * Use `create(ListConnectionsResponseSchema)` to create a new message.
 * @ignore
 */
export const ListConnectionsResponseSchema: GenMessage<ListConnectionsResponse> = /*@__PURE__*/
  messageDesc(file_frontier_admin_v1_admin, 5);

/**
 * @generated from message frontier.admin.v1.GetEdgeRequest
 * @ignore
 */
export type GetEdgeRequest = Message<"frontier.admin.v1.GetEdgeRequest"> & {
  /**
   * @generated from field: uint64 edge_id = 1;
   */
  edgeId: bigint;
};

/**
 * Describes the message frontier.admin.v1.GetEdgeRequest.
 * Use `create(GetEdgeRequestSchema)` to create a new message.
 * @ignore
 */
export const GetEdgeRequestSchema: GenMessage<GetEdgeRequest> = /*@__PURE__*/
  messageDesc(file_frontier_admin_v1_admin, 6);

/**
 * @generated from message frontier.admin.v1.GetServiceRequest
 * @ignore
 */
export type GetServiceRequest = Message<"frontier.admin.v1.GetServiceRequest"> & {
  /**
   * @generated from field: uint64 service_id = 1;
   */
  serviceId: bigint;
};

/**
 * Describes the message frontier.admin.v1.GetServiceRequest.
 * Use `create(GetServiceRequestSchema)` to create a new message.
 * @ignore
 */
export const GetServiceRequestSchema: GenMessage<GetServiceRequest> = /*@__PURE__*/
  messageDesc(file_frontier_admin_v1_admin, 7);

/**
 * A connection and what it has done so far.
 *
 * @generated from message frontier.admin.v1.Connection
 * @ignore
 */
export type Connection = Message<"frontier.admin.v1.Connection"> & {
  /**
   * @generated from field: frontier.admin.v1.ConnectionKind kind = 1;
   */
  kind: ConnectionKind;

  /**
   * Id of the edge or the service.
   *
   * @generated from field: uint64 id = 2;
   */
  id: bigint;

  /**
   * What an edge said of itself; bytes that are not UTF-8 are replaced.
   *
   * @generated from field: string meta = 3;
   */
  meta: string;

  /**
   * Name of a service.
   *
   * @generated from field: string service = 4;
   */
  service: string;

  /**
   * Where it connected from.
   *
   * @generated from field: string addr = 5;
   */
  addr: string;

  /**
   * When it connected, in Unix milliseconds.
   *
   * @generated from field: int64 connect_time_ms = 6;
   */
  connectTimeMs: bigint;

  /**
   * When it last sent something other than a heartbeat, in Unix milliseconds.
   *
   * @generated from field: int64 last_active_ms = 7;
   */
  lastActiveMs: bigint;

  /**
   * When it last sent anything, in Unix milliseconds.
   *
   * @generated from field: int64 last_heard_ms = 8;
   */
  lastHeardMs: bigint;

  /**
   * Extensions of the protocol that are in use.
   *
   * @generated from field: repeated string features = 9;
   */
  features: string[];

  /**
   * Methods of a service.
   *
   * @generated from field: repeated string methods = 10;
   */
  methods: string[];

  /**
   * Topics of a service.
   *
   * @generated from field: repeated string topics = 11;
   */
  topics: string[];

  /**
   * Who it is, by a certificate that was verified; absent without one.
   *
   * @generated from field: frontier.admin.v1.TlsIdentity tls = 12;
   */
  tls?: TlsIdentity | undefined;

  /**
   * Seen from the gateway: in is what came from this peer.
   *
   * @generated from field: frontier.admin.v1.Counters counters = 13;
   */
  counters?: Counters | undefined;
};

/**
 * Describes the message frontier.admin.v1.Connection.
 * Use `create(ConnectionSchema)` to create a new message.
 * @ignore
 */
export const ConnectionSchema: GenMessage<Connection> = /*@__PURE__*/
  messageDesc(file_frontier_admin_v1_admin, 8);

/**
 * A client's certificate.
 *
 * @generated from message frontier.admin.v1.TlsIdentity
 * @ignore
 */
export type TlsIdentity = Message<"frontier.admin.v1.TlsIdentity"> & {
  /**
   * @generated from field: string subject = 1;
   */
  subject: string;

  /**
   * @generated from field: string issuer = 2;
   */
  issuer: string;

  /**
   * Alternative names, such as DNS:device-1.example.
   *
   * @generated from field: repeated string sans = 3;
   */
  sans: string[];

  /**
   * SHA-256 of the certificate, in hexadecimal with colons.
   *
   * @generated from field: string fingerprint256 = 4;
   */
  fingerprint256: string;
};

/**
 * Describes the message frontier.admin.v1.TlsIdentity.
 * Use `create(TlsIdentitySchema)` to create a new message.
 * @ignore
 */
export const TlsIdentitySchema: GenMessage<TlsIdentity> = /*@__PURE__*/
  messageDesc(file_frontier_admin_v1_admin, 9);

/**
 * What passed since the connection came.
 *
 * @generated from message frontier.admin.v1.Counters
 * @ignore
 */
export type Counters = Message<"frontier.admin.v1.Counters"> & {
  /**
   * @generated from field: uint64 bytes_in = 1;
   */
  bytesIn: bigint;

  /**
   * @generated from field: uint64 bytes_out = 2;
   */
  bytesOut: bigint;

  /**
   * @generated from field: uint64 messages_in = 3;
   */
  messagesIn: bigint;

  /**
   * @generated from field: uint64 messages_out = 4;
   */
  messagesOut: bigint;

  /**
   * @generated from field: uint64 calls_in = 5;
   */
  callsIn: bigint;

  /**
   * @generated from field: uint64 calls_out = 6;
   */
  callsOut: bigint;

  /**
   * Streams that are open now.
   *
   * @generated from field: uint32 streams = 7;
   */
  streams: number;
};

/**
 * Describes the message frontier.admin.v1.Counters.
 * Use `create(CountersSchema)` to create a new message.
 * @ignore
 */
export const CountersSchema: GenMessage<Counters> = /*@__PURE__*/
  messageDesc(file_frontier_admin_v1_admin, 10);

/**
 * @generated from message frontier.admin.v1.ListEdgeStreamsRequest
 * @ignore
 */
export type ListEdgeStreamsRequest = Message<"frontier.admin.v1.ListEdgeStreamsRequest"> & {
  /**
   * @generated from field: uint64 edge_id = 1;
   */
  edgeId: bigint;

  /**
   * Which page, from 1; the first with 0 or less.
   *
   * @generated from field: int64 page = 2;
   */
  page: bigint;

  /**
   * Entries of a page; 10 with 0 or less.
   *
   * @generated from field: int64 page_size = 3;
   */
  pageSize: bigint;
};

/**
 * Describes the message frontier.admin.v1.ListEdgeStreamsRequest.
 * Use `create(ListEdgeStreamsRequestSchema)` to create a new message.
 * @ignore
 */
export const ListEdgeStreamsRequestSchema: GenMessage<ListEdgeStreamsRequest> = /*@__PURE__*/
  messageDesc(file_frontier_admin_v1_admin, 11);

/**
 * @generated from message frontier.admin.v1.ListServiceStreamsRequest
 * @ignore
 */
export type ListServiceStreamsRequest = Message<"frontier.admin.v1.ListServiceStreamsRequest"> & {
  /**
   * @generated from field: uint64 service_id = 1;
   */
  serviceId: bigint;

  /**
   * Which page, from 1; the first with 0 or less.
   *
   * @generated from field: int64 page = 2;
   */
  page: bigint;

  /**
   * Entries of a page; 10 with 0 or less.
   *
   * @generated from field: int64 page_size = 3;
   */
  pageSize: bigint;
};

/**
 * Describes the message frontier.admin.v1.ListServiceStreamsRequest.
 * Use `create(ListServiceStreamsRequestSchema)` to create a new message.
 * @ignore
 */
export const ListServiceStreamsRequestSchema: GenMessage<ListServiceStreamsRequest> = /*@__PURE__*/
  messageDesc(file_frontier_admin_v1_admin, 12);

/**
 * @generated from message frontier.admin.v1.ListStreamsResponse
 * @ignore
 */
export type ListStreamsResponse = Message<"frontier.admin.v1.ListStreamsResponse"> & {
  /**
   * @generated from field: repeated frontier.admin.v1.Stream streams = 1;
   */
  streams: Stream[];

  /**
   * Streams on all pages.
   *
   * @generated from field: int32 count = 2;
   */
  count: number;
};

/**
 * Describes the message frontier.admin.v1.ListStreamsResponse.
 * Use `create(ListStreamsResponseSchema)` to create a new message.
 * @ignore
 */
export const ListStreamsResponseSchema: GenMessage<ListStreamsResponse> = /*@__PURE__*/
  messageDesc(file_frontier_admin_v1_admin, 13);

/**
 * An open stream, seen from one of its ends.
 *
 * @generated from message frontier.admin.v1.Stream
 * @ignore
 */
export type Stream = Message<"frontier.admin.v1.Stream"> & {
  /**
   * Its id on this connection.
   *
   * @generated from field: uint64 stream_id = 1;
   */
  streamId: bigint;

  /**
   * What is at its other end.
   *
   * @generated from field: frontier.admin.v1.ConnectionKind peer_kind = 2;
   */
  peerKind: ConnectionKind;

  /**
   * Id of the edge or the service at its other end.
   *
   * @generated from field: uint64 peer_id = 3;
   */
  peerId: bigint;

  /**
   * Name of the service at its other end; empty for an edge.
   *
   * @generated from field: string peer_service = 4;
   */
  peerService: string;

  /**
   * Whether this end asked for it.
   *
   * @generated from field: bool opener = 5;
   */
  opener: boolean;

  /**
   * Raw bytes that came from this end.
   *
   * @generated from field: uint64 bytes_in = 6;
   */
  bytesIn: bigint;

  /**
   * Raw bytes of the other end that were passed on to this one.
   *
   * @generated from field: uint64 bytes_out = 7;
   */
  bytesOut: bigint;

  /**
   * For how long it has been open, in milliseconds.
   *
   * @generated from field: uint64 age_ms = 8;
   */
  ageMs: bigint;
};

/**
 * Describes the message frontier.admin.v1.Stream.
 * Use `create(StreamSchema)` to create a new message.
 * @ignore
 */
export const StreamSchema: GenMessage<Stream> = /*@__PURE__*/
  messageDesc(file_frontier_admin_v1_admin, 14);

/**
 * @generated from message frontier.admin.v1.StartDrainRequest
 * @ignore
 */
export type StartDrainRequest = Message<"frontier.admin.v1.StartDrainRequest"> & {
  /**
   * The deadline of the whole, in seconds; the configured one when absent.
   *
   * @generated from field: optional uint32 seconds = 1;
   */
  seconds?: number | undefined;
};

/**
 * Describes the message frontier.admin.v1.StartDrainRequest.
 * Use `create(StartDrainRequestSchema)` to create a new message.
 * @ignore
 */
export const StartDrainRequestSchema: GenMessage<StartDrainRequest> = /*@__PURE__*/
  messageDesc(file_frontier_admin_v1_admin, 15);

/**
 * @generated from message frontier.admin.v1.GetDrainRequest
 * @ignore
 */
export type GetDrainRequest = Message<"frontier.admin.v1.GetDrainRequest"> & {
};

/**
 * Describes the message frontier.admin.v1.GetDrainRequest.
 * Use `create(GetDrainRequestSchema)` to create a new message.
 * @ignore
 */
export const GetDrainRequestSchema: GenMessage<GetDrainRequest> = /*@__PURE__*/
  messageDesc(file_frontier_admin_v1_admin, 16);

/**
 * @generated from message frontier.admin.v1.DrainProgress
 * @ignore
 */
export type DrainProgress = Message<"frontier.admin.v1.DrainProgress"> & {
  /**
   * running while nobody has asked to drain; then edges (they leave), events
   * (services are told of edges that have gone), services (they leave), done.
   *
   * @generated from field: string phase = 1;
   */
  phase: string;

  /**
   * Milliseconds since it began.
   *
   * @generated from field: uint64 elapsed_ms = 2;
   */
  elapsedMs: bigint;

  /**
   * Milliseconds until what is left is cut; absent without a deadline.
   *
   * @generated from field: optional uint64 remaining_ms = 3;
   */
  remainingMs?: bigint | undefined;

  /**
   * Where the edges are.
   *
   * @generated from field: frontier.admin.v1.Departures edges = 4;
   */
  edges?: Departures | undefined;

  /**
   * Where the services are.
   *
   * @generated from field: frontier.admin.v1.Departures services = 5;
   */
  services?: Departures | undefined;

  /**
   * Connections closed with something in flight, because time was up.
   *
   * @generated from field: uint32 cut = 6;
   */
  cut: number;

  /**
   * Requests and messages not answered yet.
   *
   * @generated from field: uint32 inflight = 7;
   */
  inflight: number;

  /**
   * Streams still open.
   *
   * @generated from field: uint32 streams = 8;
   */
  streams: number;
};

/**
 * Describes the message frontier.admin.v1.DrainProgress.
 * Use `create(DrainProgressSchema)` to create a new message.
 * @ignore
 */
export const DrainProgressSchema: GenMessage<DrainProgress> = /*@__PURE__*/
  messageDesc(file_frontier_admin_v1_admin, 17);

/**
 * How far connections of one kind have come.
 *
 * @generated from message frontier.admin.v1.Departures
 * @ignore
 */
export type Departures = Message<"frontier.admin.v1.Departures"> & {
  /**
   * Served as ever: their time has not come.
   *
   * @generated from field: uint32 waiting = 1;
   */
  waiting: number;

  /**
   * Told to leave, and served as ever.
   *
   * @generated from field: uint32 told = 2;
   */
  told: number;

  /**
   * Finishing what is in flight.
   *
   * @generated from field: uint32 finishing = 3;
   */
  finishing: number;

  /**
   * Being closed.
   *
   * @generated from field: uint32 closing = 4;
   */
  closing: number;

  /**
   * Gone.
   *
   * @generated from field: uint32 gone = 5;
   */
  gone: number;
};

/**
 * Describes the message frontier.admin.v1.Departures.
 * Use `create(DeparturesSchema)` to create a new message.
 * @ignore
 */
export const DeparturesSchema: GenMessage<Departures> = /*@__PURE__*/
  messageDesc(file_frontier_admin_v1_admin, 18);

/**
 * @generated from message frontier.admin.v1.WatchConnectionsRequest
 * @ignore
 */
export type WatchConnectionsRequest = Message<"frontier.admin.v1.WatchConnectionsRequest"> & {
  /**
   * Only edges or only services.
   *
   * @generated from field: optional frontier.admin.v1.ConnectionKind kind = 1;
   */
  kind?: ConnectionKind | undefined;
};

/**
 * Describes the message frontier.admin.v1.WatchConnectionsRequest.
 * Use `create(WatchConnectionsRequestSchema)` to create a new message.
 * @ignore
 */
export const WatchConnectionsRequestSchema: GenMessage<WatchConnectionsRequest> = /*@__PURE__*/
  messageDesc(file_frontier_admin_v1_admin, 19);

/**
 * @generated from message frontier.admin.v1.ConnectionEvent
 * @ignore
 */
export type ConnectionEvent = Message<"frontier.admin.v1.ConnectionEvent"> & {
  /**
   * @generated from field: frontier.admin.v1.ConnectionEvent.Type type = 1;
   */
  type: ConnectionEvent_Type;

  /**
   * When, in Unix milliseconds.
   *
   * @generated from field: int64 time_ms = 2;
   */
  timeMs: bigint;

  /**
   * @generated from field: frontier.admin.v1.ConnectionKind kind = 3;
   */
  kind: ConnectionKind;

  /**
   * Id of the edge or the service.
   *
   * @generated from field: uint64 id = 4;
   */
  id: bigint;

  /**
   * What an edge said of itself; bytes that are not UTF-8 are replaced.
   *
   * @generated from field: string meta = 5;
   */
  meta: string;

  /**
   * Name of a service.
   *
   * @generated from field: string service = 6;
   */
  service: string;

  /**
   * Where it connected from.
   *
   * @generated from field: string addr = 7;
   */
  addr: string;

  /**
   * Why it has gone, for programs: closed, peer-closed, lost, refused, replaced,
   * reconnect, kicked, going-away, timeout, silent, slow, short-of-memory,
   * protocol or internal.
   *
   * @generated from field: string reason_kind = 8;
   */
  reasonKind: string;

  /**
   * Why it has gone, in words.
   *
   * @generated from field: string reason = 9;
   */
  reason: string;

  /**
   * How many events were left out.
   *
   * @generated from field: uint64 missed = 10;
   */
  missed: bigint;
};

/**
 * Describes the message frontier.admin.v1.ConnectionEvent.
 * Use `create(ConnectionEventSchema)` to create a new message.
 * @ignore
 */
export const ConnectionEventSchema: GenMessage<ConnectionEvent> = /*@__PURE__*/
  messageDesc(file_frontier_admin_v1_admin, 20);

/**
 * @generated from enum frontier.admin.v1.ConnectionEvent.Type
 * @ignore
 */
export enum ConnectionEvent_Type {
  /**
   * @generated from enum value: TYPE_UNSPECIFIED = 0;
   */
  UNSPECIFIED = 0,

  /**
   * A peer can be reached.
   *
   * @generated from enum value: TYPE_CONNECTED = 1;
   */
  CONNECTED = 1,

  /**
   * A peer has gone.
   *
   * @generated from enum value: TYPE_DISCONNECTED = 2;
   */
  DISCONNECTED = 2,

  /**
   * This watcher was too slow: some events were left out.
   *
   * @generated from enum value: TYPE_MISSED = 3;
   */
  MISSED = 3,
}

/**
 * Describes the enum frontier.admin.v1.ConnectionEvent.Type.
 * @ignore
 */
export const ConnectionEvent_TypeSchema: GenEnum<ConnectionEvent_Type> = /*@__PURE__*/
  enumDesc(file_frontier_admin_v1_admin, 20, 0);

/**
 * What a connection is.
 *
 * @generated from enum frontier.admin.v1.ConnectionKind
 * @ignore
 */
export enum ConnectionKind {
  /**
   * @generated from enum value: CONNECTION_KIND_UNSPECIFIED = 0;
   */
  UNSPECIFIED = 0,

  /**
   * @generated from enum value: CONNECTION_KIND_EDGE = 1;
   */
  EDGE = 1,

  /**
   * @generated from enum value: CONNECTION_KIND_SERVICE = 2;
   */
  SERVICE = 2,
}

/**
 * Describes the enum frontier.admin.v1.ConnectionKind.
 * @ignore
 */
export const ConnectionKindSchema: GenEnum<ConnectionKind> = /*@__PURE__*/
  enumDesc(file_frontier_admin_v1_admin, 0);

/**
 * Looks into a gateway while it works, and drains it.
 *
 * @generated from service frontier.admin.v1.Admin
 * @ignore
 */
export const Admin: GenService<{
  /**
   * Says what the gateway is doing.
   *
   * @generated from rpc frontier.admin.v1.Admin.GetStatus
   */
  getStatus: {
    methodKind: "unary";
    input: typeof GetStatusRequestSchema;
    output: typeof StatusSchema;
  },
  /**
   * Lists edges with their live counters, by default the newest first.
   *
   * @generated from rpc frontier.admin.v1.Admin.ListEdges
   */
  listEdges: {
    methodKind: "unary";
    input: typeof ListEdgesRequestSchema;
    output: typeof ListConnectionsResponseSchema;
  },
  /**
   * Finds one edge.
   *
   * @generated from rpc frontier.admin.v1.Admin.GetEdge
   */
  getEdge: {
    methodKind: "unary";
    input: typeof GetEdgeRequestSchema;
    output: typeof ConnectionSchema;
  },
  /**
   * Lists services with their live counters, by default the newest first.
   *
   * @generated from rpc frontier.admin.v1.Admin.ListServices
   */
  listServices: {
    methodKind: "unary";
    input: typeof ListServicesRequestSchema;
    output: typeof ListConnectionsResponseSchema;
  },
  /**
   * Finds one service.
   *
   * @generated from rpc frontier.admin.v1.Admin.GetService
   */
  getService: {
    methodKind: "unary";
    input: typeof GetServiceRequestSchema;
    output: typeof ConnectionSchema;
  },
  /**
   * Lists the open streams of an edge.
   *
   * @generated from rpc frontier.admin.v1.Admin.ListEdgeStreams
   */
  listEdgeStreams: {
    methodKind: "unary";
    input: typeof ListEdgeStreamsRequestSchema;
    output: typeof ListStreamsResponseSchema;
  },
  /**
   * Lists the open streams of a service.
   *
   * @generated from rpc frontier.admin.v1.Admin.ListServiceStreams
   */
  listServiceStreams: {
    methodKind: "unary";
    input: typeof ListServiceStreamsRequestSchema;
    output: typeof ListStreamsResponseSchema;
  },
  /**
   * Begins to drain the gateway, and returns at once. Asked again, it can bring the deadline nearer, nothing else.
   *
   * @generated from rpc frontier.admin.v1.Admin.StartDrain
   */
  startDrain: {
    methodKind: "unary";
    input: typeof StartDrainRequestSchema;
    output: typeof DrainProgressSchema;
  },
  /**
   * Says how far draining has come.
   *
   * @generated from rpc frontier.admin.v1.Admin.GetDrain
   */
  getDrain: {
    methodKind: "unary";
    input: typeof GetDrainRequestSchema;
    output: typeof DrainProgressSchema;
  },
  /**
   * Tells of every connect and disconnect from now on.
   *
   * @generated from rpc frontier.admin.v1.Admin.WatchConnections
   */
  watchConnections: {
    methodKind: "server_streaming";
    input: typeof WatchConnectionsRequestSchema;
    output: typeof ConnectionEventSchema;
  },
}> = /*@__PURE__*/
  serviceDesc(file_frontier_admin_v1_admin, 0);

/**
 * What serves frontier.admin.v1.Admin.
 * @ignore
 */
export interface AdminImplementation {
  /** Says what the gateway is doing. */
  getStatus(
    request: GetStatusRequest,
    context: { readonly signal: AbortSignal },
  ): MessageInitShape<typeof StatusSchema> | Promise<MessageInitShape<typeof StatusSchema>>;
  /** Lists edges with their live counters, by default the newest first. */
  listEdges(
    request: ListEdgesRequest,
    context: { readonly signal: AbortSignal },
  ): MessageInitShape<typeof ListConnectionsResponseSchema> | Promise<MessageInitShape<typeof ListConnectionsResponseSchema>>;
  /** Finds one edge. */
  getEdge(
    request: GetEdgeRequest,
    context: { readonly signal: AbortSignal },
  ): MessageInitShape<typeof ConnectionSchema> | Promise<MessageInitShape<typeof ConnectionSchema>>;
  /** Lists services with their live counters, by default the newest first. */
  listServices(
    request: ListServicesRequest,
    context: { readonly signal: AbortSignal },
  ): MessageInitShape<typeof ListConnectionsResponseSchema> | Promise<MessageInitShape<typeof ListConnectionsResponseSchema>>;
  /** Finds one service. */
  getService(
    request: GetServiceRequest,
    context: { readonly signal: AbortSignal },
  ): MessageInitShape<typeof ConnectionSchema> | Promise<MessageInitShape<typeof ConnectionSchema>>;
  /** Lists the open streams of an edge. */
  listEdgeStreams(
    request: ListEdgeStreamsRequest,
    context: { readonly signal: AbortSignal },
  ): MessageInitShape<typeof ListStreamsResponseSchema> | Promise<MessageInitShape<typeof ListStreamsResponseSchema>>;
  /** Lists the open streams of a service. */
  listServiceStreams(
    request: ListServiceStreamsRequest,
    context: { readonly signal: AbortSignal },
  ): MessageInitShape<typeof ListStreamsResponseSchema> | Promise<MessageInitShape<typeof ListStreamsResponseSchema>>;
  /** Begins to drain the gateway, and returns at once. Asked again, it can bring the deadline nearer, nothing else. */
  startDrain(
    request: StartDrainRequest,
    context: { readonly signal: AbortSignal },
  ): MessageInitShape<typeof DrainProgressSchema> | Promise<MessageInitShape<typeof DrainProgressSchema>>;
  /** Says how far draining has come. */
  getDrain(
    request: GetDrainRequest,
    context: { readonly signal: AbortSignal },
  ): MessageInitShape<typeof DrainProgressSchema> | Promise<MessageInitShape<typeof DrainProgressSchema>>;
  /** Tells of every connect and disconnect from now on. */
  watchConnections(
    request: WatchConnectionsRequest,
    context: { readonly signal: AbortSignal },
  ): AsyncIterable<MessageInitShape<typeof ConnectionEventSchema>>;
}

/**
 * What stands above the declarations of the file, by full name.
 * @ignore
 */
export const comments: Readonly<Record<string, string>> = {
  "frontier.admin.v1.Admin": "Looks into a gateway while it works, and drains it.",
  "frontier.admin.v1.Admin.GetStatus": "Says what the gateway is doing.",
  "frontier.admin.v1.Admin.ListEdges": "Lists edges with their live counters, by default the newest first.",
  "frontier.admin.v1.Admin.GetEdge": "Finds one edge.",
  "frontier.admin.v1.Admin.ListServices": "Lists services with their live counters, by default the newest first.",
  "frontier.admin.v1.Admin.GetService": "Finds one service.",
  "frontier.admin.v1.Admin.ListEdgeStreams": "Lists the open streams of an edge.",
  "frontier.admin.v1.Admin.ListServiceStreams": "Lists the open streams of a service.",
  "frontier.admin.v1.Admin.StartDrain": "Begins to drain the gateway, and returns at once. Asked again, it can bring the deadline nearer, nothing else.",
  "frontier.admin.v1.Admin.GetDrain": "Says how far draining has come.",
  "frontier.admin.v1.Admin.WatchConnections": "Tells of every connect and disconnect from now on.",
  "frontier.admin.v1.ConnectionKind": "What a connection is.",
  "frontier.admin.v1.Status.state": "running, draining or closed.",
  "frontier.admin.v1.Status.version": "Version of the gateway.",
  "frontier.admin.v1.Status.frontier_id": "Its name within a cluster; empty without one.",
  "frontier.admin.v1.Status.edges": "Edges connected.",
  "frontier.admin.v1.Status.services": "Services connected.",
  "frontier.admin.v1.Status.connections": "Connections, those in their handshake included.",
  "frontier.admin.v1.Status.streams": "Streams open or being opened.",
  "frontier.admin.v1.Status.inflight": "Requests and messages passed on and not answered yet.",
  "frontier.admin.v1.Status.cluster": "The link to the directory of its cluster; absent without one.",
  "frontier.admin.v1.ClusterLink": "The link of a gateway to the directory of its cluster.",
  "frontier.admin.v1.ClusterLink.state": "connecting, up or closed.",
  "frontier.admin.v1.ClusterLink.problem": "Why it is not up, or takes no reports, while both are tried again; empty otherwise.",
  "frontier.admin.v1.ClusterLink.address": "The directory that it leads to, or is tried next, as host:port.",
  "frontier.admin.v1.ClusterLink.kind": "frontlas or go: whose directory it is; empty while it is not up.",
  "frontier.admin.v1.ClusterLink.advertised_sb_addr": "Where services are told that the gateway is; empty before the first attempt.",
  "frontier.admin.v1.ClusterLink.advertised_eb_addr": "Where edges are told that it is; empty before the first attempt.",
  "frontier.admin.v1.ClusterLink.synced": "Whether the directory has been told of everybody who was here when the link came up.",
  "frontier.admin.v1.ClusterLink.pending": "Peers that have come or gone and that it has not confirmed.",
  "frontier.admin.v1.ClusterLink.acknowledged_ms": "When it last confirmed something, in Unix milliseconds; 0 before that.",
  "frontier.admin.v1.ListEdgesRequest.meta": "Only edges whose meta contains this text.",
  "frontier.admin.v1.ListEdgesRequest.connected_since": "Only edges that connected at or after, in Unix seconds.",
  "frontier.admin.v1.ListEdgesRequest.addr": "Only edges whose address begins with this.",
  "frontier.admin.v1.ListEdgesRequest.rpc": "Only edges that have registered this method.",
  "frontier.admin.v1.ListEdgesRequest.page": "Which page, from 1; the first with 0 or less.",
  "frontier.admin.v1.ListEdgesRequest.page_size": "Entries of a page; 10 with 0 or less.",
  "frontier.admin.v1.ListEdgesRequest.order": "edge_id, meta, addr or create_time, after - for descending or + for ascending order.",
  "frontier.admin.v1.ListServicesRequest.service": "Only services whose name begins with this.",
  "frontier.admin.v1.ListServicesRequest.connected_since": "Only services that connected at or after, in Unix seconds.",
  "frontier.admin.v1.ListServicesRequest.addr": "Only services whose address begins with this.",
  "frontier.admin.v1.ListServicesRequest.rpc": "Only services that have registered this method.",
  "frontier.admin.v1.ListServicesRequest.topic": "Only services that take this topic.",
  "frontier.admin.v1.ListServicesRequest.page": "Which page, from 1; the first with 0 or less.",
  "frontier.admin.v1.ListServicesRequest.page_size": "Entries of a page; 10 with 0 or less.",
  "frontier.admin.v1.ListServicesRequest.order": "service_id, service, addr or create_time, after - for descending or + for ascending order.",
  "frontier.admin.v1.ListConnectionsResponse.count": "Connections that match on all pages; -1 where the store does not count.",
  "frontier.admin.v1.Connection": "A connection and what it has done so far.",
  "frontier.admin.v1.Connection.id": "Id of the edge or the service.",
  "frontier.admin.v1.Connection.meta": "What an edge said of itself; bytes that are not UTF-8 are replaced.",
  "frontier.admin.v1.Connection.service": "Name of a service.",
  "frontier.admin.v1.Connection.addr": "Where it connected from.",
  "frontier.admin.v1.Connection.connect_time_ms": "When it connected, in Unix milliseconds.",
  "frontier.admin.v1.Connection.last_active_ms": "When it last sent something other than a heartbeat, in Unix milliseconds.",
  "frontier.admin.v1.Connection.last_heard_ms": "When it last sent anything, in Unix milliseconds.",
  "frontier.admin.v1.Connection.features": "Extensions of the protocol that are in use.",
  "frontier.admin.v1.Connection.methods": "Methods of a service.",
  "frontier.admin.v1.Connection.topics": "Topics of a service.",
  "frontier.admin.v1.Connection.tls": "Who it is, by a certificate that was verified; absent without one.",
  "frontier.admin.v1.Connection.counters": "Seen from the gateway: in is what came from this peer.",
  "frontier.admin.v1.TlsIdentity": "A client's certificate.",
  "frontier.admin.v1.TlsIdentity.sans": "Alternative names, such as DNS:device-1.example.",
  "frontier.admin.v1.TlsIdentity.fingerprint256": "SHA-256 of the certificate, in hexadecimal with colons.",
  "frontier.admin.v1.Counters": "What passed since the connection came.",
  "frontier.admin.v1.Counters.streams": "Streams that are open now.",
  "frontier.admin.v1.ListEdgeStreamsRequest.page": "Which page, from 1; the first with 0 or less.",
  "frontier.admin.v1.ListEdgeStreamsRequest.page_size": "Entries of a page; 10 with 0 or less.",
  "frontier.admin.v1.ListServiceStreamsRequest.page": "Which page, from 1; the first with 0 or less.",
  "frontier.admin.v1.ListServiceStreamsRequest.page_size": "Entries of a page; 10 with 0 or less.",
  "frontier.admin.v1.ListStreamsResponse.count": "Streams on all pages.",
  "frontier.admin.v1.Stream": "An open stream, seen from one of its ends.",
  "frontier.admin.v1.Stream.stream_id": "Its id on this connection.",
  "frontier.admin.v1.Stream.peer_kind": "What is at its other end.",
  "frontier.admin.v1.Stream.peer_id": "Id of the edge or the service at its other end.",
  "frontier.admin.v1.Stream.peer_service": "Name of the service at its other end; empty for an edge.",
  "frontier.admin.v1.Stream.opener": "Whether this end asked for it.",
  "frontier.admin.v1.Stream.bytes_in": "Raw bytes that came from this end.",
  "frontier.admin.v1.Stream.bytes_out": "Raw bytes of the other end that were passed on to this one.",
  "frontier.admin.v1.Stream.age_ms": "For how long it has been open, in milliseconds.",
  "frontier.admin.v1.StartDrainRequest.seconds": "The deadline of the whole, in seconds; the configured one when absent.",
  "frontier.admin.v1.DrainProgress.phase": "running while nobody has asked to drain; then edges (they leave), events\n(services are told of edges that have gone), services (they leave), done.",
  "frontier.admin.v1.DrainProgress.elapsed_ms": "Milliseconds since it began.",
  "frontier.admin.v1.DrainProgress.remaining_ms": "Milliseconds until what is left is cut; absent without a deadline.",
  "frontier.admin.v1.DrainProgress.edges": "Where the edges are.",
  "frontier.admin.v1.DrainProgress.services": "Where the services are.",
  "frontier.admin.v1.DrainProgress.cut": "Connections closed with something in flight, because time was up.",
  "frontier.admin.v1.DrainProgress.inflight": "Requests and messages not answered yet.",
  "frontier.admin.v1.DrainProgress.streams": "Streams still open.",
  "frontier.admin.v1.Departures": "How far connections of one kind have come.",
  "frontier.admin.v1.Departures.waiting": "Served as ever: their time has not come.",
  "frontier.admin.v1.Departures.told": "Told to leave, and served as ever.",
  "frontier.admin.v1.Departures.finishing": "Finishing what is in flight.",
  "frontier.admin.v1.Departures.closing": "Being closed.",
  "frontier.admin.v1.Departures.gone": "Gone.",
  "frontier.admin.v1.WatchConnectionsRequest.kind": "Only edges or only services.",
  "frontier.admin.v1.ConnectionEvent.time_ms": "When, in Unix milliseconds.",
  "frontier.admin.v1.ConnectionEvent.id": "Id of the edge or the service.",
  "frontier.admin.v1.ConnectionEvent.meta": "What an edge said of itself; bytes that are not UTF-8 are replaced.",
  "frontier.admin.v1.ConnectionEvent.service": "Name of a service.",
  "frontier.admin.v1.ConnectionEvent.addr": "Where it connected from.",
  "frontier.admin.v1.ConnectionEvent.reason_kind": "Why it has gone, for programs: closed, peer-closed, lost, refused, replaced,\nreconnect, kicked, going-away, timeout, silent, slow, short-of-memory,\nprotocol or internal.",
  "frontier.admin.v1.ConnectionEvent.reason": "Why it has gone, in words.",
  "frontier.admin.v1.ConnectionEvent.missed": "How many events were left out.",
  "frontier.admin.v1.ConnectionEvent.TYPE_CONNECTED": "A peer can be reached.",
  "frontier.admin.v1.ConnectionEvent.TYPE_DISCONNECTED": "A peer has gone.",
  "frontier.admin.v1.ConnectionEvent.TYPE_MISSED": "This watcher was too slow: some events were left out."
};
