// Made of proto/api/controlplane/frontlas/v1/health.proto by tools/generate_api.ts. Do not edit.
// deno-fmt-ignore-file
// deno-lint-ignore-file

import type { GenEnum, GenFile, GenMessage, GenService } from "@bufbuild/protobuf/codegenv2";
import { enumDesc, fileDesc, messageDesc, serviceDesc } from "@bufbuild/protobuf/codegenv2";
import type { Message, MessageInitShape } from "@bufbuild/protobuf";

/**
 * Describes the file controlplane/frontlas/v1/health.proto.
 * @ignore
 */
export const file_controlplane_frontlas_v1_health: GenFile = /*@__PURE__*/
  fileDesc("CiVjb250cm9scGxhbmUvZnJvbnRsYXMvdjEvaGVhbHRoLnByb3RvEgxjb250cm9scGxhbmUiJQoSSGVhbHRoQ2hlY2tSZXF1ZXN0Eg8KB3NlcnZpY2UYASABKAkipwEKE0hlYWx0aENoZWNrUmVzcG9uc2USPwoGc3RhdHVzGAEgASgOMi8uY29udHJvbHBsYW5lLkhlYWx0aENoZWNrUmVzcG9uc2UuU2VydmluZ1N0YXR1cyJPCg1TZXJ2aW5nU3RhdHVzEgsKB1VOS05PV04QABILCgdTRVJWSU5HEAESDwoLTk9UX1NFUlZJTkcQAhITCg9TRVJWSUNFX1VOS05PV04QAzKmAQoGSGVhbHRoEkwKBUNoZWNrEiAuY29udHJvbHBsYW5lLkhlYWx0aENoZWNrUmVxdWVzdBohLmNvbnRyb2xwbGFuZS5IZWFsdGhDaGVja1Jlc3BvbnNlEk4KBVdhdGNoEiAuY29udHJvbHBsYW5lLkhlYWx0aENoZWNrUmVxdWVzdBohLmNvbnRyb2xwbGFuZS5IZWFsdGhDaGVja1Jlc3BvbnNlMAFCPlo8Z2l0aHViLmNvbS9zaW5nY2hpYS9mcm9udGllci9hcGkvY29udHJvbHBsYW5lL2Zyb250bGFzL3YxO3YxYgZwcm90bzM");

/**
 * @generated from message controlplane.HealthCheckRequest
 * @ignore
 */
export type HealthCheckRequest = Message<"controlplane.HealthCheckRequest"> & {
  /**
   * Means nothing.
   *
   * @generated from field: string service = 1;
   */
  service: string;
};

/**
 * Describes the message controlplane.HealthCheckRequest.
 * Use `create(HealthCheckRequestSchema)` to create a new message.
 * @ignore
 */
export const HealthCheckRequestSchema: GenMessage<HealthCheckRequest> = /*@__PURE__*/
  messageDesc(file_controlplane_frontlas_v1_health, 0);

/**
 * @generated from message controlplane.HealthCheckResponse
 * @ignore
 */
export type HealthCheckResponse = Message<"controlplane.HealthCheckResponse"> & {
  /**
   * @generated from field: controlplane.HealthCheckResponse.ServingStatus status = 1;
   */
  status: HealthCheckResponse_ServingStatus;
};

/**
 * Describes the message controlplane.HealthCheckResponse.
 * Use `create(HealthCheckResponseSchema)` to create a new message.
 * @ignore
 */
export const HealthCheckResponseSchema: GenMessage<HealthCheckResponse> = /*@__PURE__*/
  messageDesc(file_controlplane_frontlas_v1_health, 1);

/**
 * @generated from enum controlplane.HealthCheckResponse.ServingStatus
 * @ignore
 */
export enum HealthCheckResponse_ServingStatus {
  /**
   * @generated from enum value: UNKNOWN = 0;
   */
  UNKNOWN = 0,

  /**
   * It serves.
   *
   * @generated from enum value: SERVING = 1;
   */
  SERVING = 1,

  /**
   * Its store does not answer, or it stops.
   *
   * @generated from enum value: NOT_SERVING = 2;
   */
  NOT_SERVING = 2,

  /**
   * @generated from enum value: SERVICE_UNKNOWN = 3;
   */
  SERVICE_UNKNOWN = 3,
}

/**
 * Describes the enum controlplane.HealthCheckResponse.ServingStatus.
 * @ignore
 */
export const HealthCheckResponse_ServingStatusSchema: GenEnum<HealthCheckResponse_ServingStatus> = /*@__PURE__*/
  enumDesc(file_controlplane_frontlas_v1_health, 1, 0);

/**
 * Says whether Frontlas serves: it does while its store answers.
 *
 * @generated from service controlplane.Health
 * @ignore
 */
export const Health: GenService<{
  /**
   * Says it once.
   *
   * @generated from rpc controlplane.Health.Check
   */
  check: {
    methodKind: "unary";
    input: typeof HealthCheckRequestSchema;
    output: typeof HealthCheckResponseSchema;
  },
  /**
   * Says it now and after every change.
   *
   * @generated from rpc controlplane.Health.Watch
   */
  watch: {
    methodKind: "server_streaming";
    input: typeof HealthCheckRequestSchema;
    output: typeof HealthCheckResponseSchema;
  },
}> = /*@__PURE__*/
  serviceDesc(file_controlplane_frontlas_v1_health, 0);

/**
 * What serves controlplane.Health.
 * @ignore
 */
export interface HealthImplementation {
  /** Says it once. */
  check(
    request: HealthCheckRequest,
    context: { readonly signal: AbortSignal },
  ): MessageInitShape<typeof HealthCheckResponseSchema> | Promise<MessageInitShape<typeof HealthCheckResponseSchema>>;
  /** Says it now and after every change. */
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
  "controlplane.Health": "Says whether Frontlas serves: it does while its store answers.",
  "controlplane.Health.Check": "Says it once.",
  "controlplane.Health.Watch": "Says it now and after every change.",
  "controlplane.HealthCheckRequest.service": "Means nothing.",
  "controlplane.HealthCheckResponse.SERVING": "It serves.",
  "controlplane.HealthCheckResponse.NOT_SERVING": "Its store does not answer, or it stops."
};
