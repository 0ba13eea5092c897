// Made of proto/api/grpc/health/v1/health.proto by tools/generate_api.ts. Do not edit.
// deno-fmt-ignore-file
// deno-lint-ignore-file

import type { GenEnum, GenFile, GenMessage, GenService } from "@bufbuild/protobuf/codegenv2";
import { enumDesc, fileDesc, messageDesc, serviceDesc } from "@bufbuild/protobuf/codegenv2";
import type { Message, MessageInitShape } from "@bufbuild/protobuf";

/**
 * Describes the file grpc/health/v1/health.proto.
 * @ignore
 */
export const file_grpc_health_v1_health: GenFile = /*@__PURE__*/
  fileDesc("ChtncnBjL2hlYWx0aC92MS9oZWFsdGgucHJvdG8SDmdycGMuaGVhbHRoLnYxIiUKEkhlYWx0aENoZWNrUmVxdWVzdBIPCgdzZXJ2aWNlGAEgASgJIqkBChNIZWFsdGhDaGVja1Jlc3BvbnNlEkEKBnN0YXR1cxgBIAEoDjIxLmdycGMuaGVhbHRoLnYxLkhlYWx0aENoZWNrUmVzcG9uc2UuU2VydmluZ1N0YXR1cyJPCg1TZXJ2aW5nU3RhdHVzEgsKB1VOS05PV04QABILCgdTRVJWSU5HEAESDwoLTk9UX1NFUlZJTkcQAhITCg9TRVJWSUNFX1VOS05PV04QAzKuAQoGSGVhbHRoElAKBUNoZWNrEiIuZ3JwYy5oZWFsdGgudjEuSGVhbHRoQ2hlY2tSZXF1ZXN0GiMuZ3JwYy5oZWFsdGgudjEuSGVhbHRoQ2hlY2tSZXNwb25zZRJSCgVXYXRjaBIiLmdycGMuaGVhbHRoLnYxLkhlYWx0aENoZWNrUmVxdWVzdBojLmdycGMuaGVhbHRoLnYxLkhlYWx0aENoZWNrUmVzcG9uc2UwAWIGcHJvdG8z");

/**
 * @generated from message grpc.health.v1.HealthCheckRequest
 * @ignore
 */
export type HealthCheckRequest = Message<"grpc.health.v1.HealthCheckRequest"> & {
  /**
   * Full name of a service; empty for the server as a whole.
   *
   * @generated from field: string service = 1;
   */
  service: string;
};

/**
 * Describes the message grpc.health.v1.HealthCheckRequest.
 * Use `create(HealthCheckRequestSchema)` to create a new message.
 * @ignore
 */
export const HealthCheckRequestSchema: GenMessage<HealthCheckRequest> = /*@__PURE__*/
  messageDesc(file_grpc_health_v1_health, 0);

/**
 * @generated from message grpc.health.v1.HealthCheckResponse
 * @ignore
 */
export type HealthCheckResponse = Message<"grpc.health.v1.HealthCheckResponse"> & {
  /**
   * @generated from field: grpc.health.v1.HealthCheckResponse.ServingStatus status = 1;
   */
  status: HealthCheckResponse_ServingStatus;
};

/**
 * Describes the message grpc.health.v1.HealthCheckResponse.
 * Use `create(HealthCheckResponseSchema)` to create a new message.
 * @ignore
 */
export const HealthCheckResponseSchema: GenMessage<HealthCheckResponse> = /*@__PURE__*/
  messageDesc(file_grpc_health_v1_health, 1);

/**
 * @generated from enum grpc.health.v1.HealthCheckResponse.ServingStatus
 * @ignore
 */
export enum HealthCheckResponse_ServingStatus {
  /**
   * @generated from enum value: UNKNOWN = 0;
   */
  UNKNOWN = 0,

  /**
   * @generated from enum value: SERVING = 1;
   */
  SERVING = 1,

  /**
   * @generated from enum value: NOT_SERVING = 2;
   */
  NOT_SERVING = 2,

  /**
   * Said by Watch only.
   *
   * @generated from enum value: SERVICE_UNKNOWN = 3;
   */
  SERVICE_UNKNOWN = 3,
}

/**
 * Describes the enum grpc.health.v1.HealthCheckResponse.ServingStatus.
 * @ignore
 */
export const HealthCheckResponse_ServingStatusSchema: GenEnum<HealthCheckResponse_ServingStatus> = /*@__PURE__*/
  enumDesc(file_grpc_health_v1_health, 1, 0);

/**
 * @generated from service grpc.health.v1.Health
 * @ignore
 */
export const Health: GenService<{
  /**
   * @generated from rpc grpc.health.v1.Health.Check
   */
  check: {
    methodKind: "unary";
    input: typeof HealthCheckRequestSchema;
    output: typeof HealthCheckResponseSchema;
  },
  /**
   * @generated from rpc grpc.health.v1.Health.Watch
   */
  watch: {
    methodKind: "server_streaming";
    input: typeof HealthCheckRequestSchema;
    output: typeof HealthCheckResponseSchema;
  },
}> = /*@__PURE__*/
  serviceDesc(file_grpc_health_v1_health, 0);

/**
 * What serves grpc.health.v1.Health.
 * @ignore
 */
export interface HealthImplementation {
  check(
    request: HealthCheckRequest,
    context: { readonly signal: AbortSignal },
  ): MessageInitShape<typeof HealthCheckResponseSchema> | Promise<MessageInitShape<typeof HealthCheckResponseSchema>>;
  watch(
    request: HealthCheckRequest,
    context: { readonly signal: AbortSignal },
  ): AsyncIterable<MessageInitShape<typeof HealthCheckResponseSchema>>;
}

/**
 * What stands above the declarations of the file, by full name.
 * @ignore
 */
export const comments: Readonly<Record<string, string>> = {
  "grpc.health.v1.HealthCheckRequest.service": "Full name of a service; empty for the server as a whole.",
  "grpc.health.v1.HealthCheckResponse.SERVICE_UNKNOWN": "Said by Watch only."
};
