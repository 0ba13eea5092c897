/**
 * What every endpoint has: calls, messages, registrations and streams over one
 * link, in both roles. Services and edges are built on it, and so is what talks
 * between the programs of Frontier itself.
 *
 * This is what applications see of it, through `@frontier/client`. The rest is
 * in `@frontier/endpoint/internal`.
 *
 * @example Typed values as payloads
 * ```ts
 * import { jsonCodec } from "@frontier/endpoint";
 * import { assertEquals } from "@std/assert";
 *
 * const reading = jsonCodec<{ celsius: number }>();
 * const payload = reading.encode({ celsius: 21.5 });
 * assertEquals(reading.decode(payload).celsius, 21.5);
 * ```
 *
 * @module
 */

export { FrontierError } from "@frontier/proto";
export type { FrontierErrorCode, FrontierErrorOptions } from "@frontier/proto";

export type { Traffic } from "./counters.ts";
export { Reply } from "./calls/reply.ts";
export { Message } from "./handlers/message.ts";
export { Received } from "./handlers/received.ts";
export {
  type Handler,
  type HandlerContext,
  RpcRequest,
} from "./handlers/request.ts";
export { ENDPOINT_LIMITS, type EndpointLimits } from "./limits.ts";
export type {
  CallOptions,
  CloseOptions,
  OpenStreamOptions,
  OperationOptions,
  PublishOptions,
  PublishToOptions,
} from "./options.ts";
export { encodeJson, type JsonCodec, jsonCodec } from "./json_codec.ts";
export type { Payload } from "./payload.ts";
export { Stream } from "./streams/stream.ts";
