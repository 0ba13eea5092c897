/**
 * Services and edges of Frontier, a gateway for long-lived connections: calls,
 * acknowledged messages and byte streams between backend services and devices,
 * in both directions.
 *
 * ```ts
 * import { Edge, Service } from "@frontier/client";
 *
 * async function main(): Promise<string> {
 *   await using service = await Service.connect({ name: "greeter" });
 *   await service.register("greet", (request) => `hello ${request.text()}`);
 *
 *   await using edge = await Edge.connect({ meta: "alice" });
 *   return (await edge.call("greet", "world")).text();
 * }
 * ```
 *
 * Everything that fails does so with a {@linkcode FrontierError}, whose `code`
 * says what happened. TLS is in `@frontier/client/tls`.
 *
 * @example A test without a network: gateway, service and edge in one process
 * ```ts
 * import { Edge, MemoryNetwork, Service } from "@frontier/client";
 * import { startFrontier } from "@frontier/server";
 * import { assertEquals } from "@std/assert";
 *
 * const services = new MemoryNetwork();
 * const edges = new MemoryNetwork();
 * await using _gateway = await startFrontier(
 *   { edgebound: { allocateEdgeIds: true } },
 *   { service: services, edge: edges },
 * );
 * await using _service = await Service.connect({
 *   dial: () => services.connect(),
 *   methods: { greet: (request) => `hello ${request.text()}` },
 * });
 * await using edge = await Edge.connect({ dial: () => edges.connect() });
 * assertEquals((await edge.call("greet", "world")).text(), "hello world");
 * ```
 *
 * @module
 */

export { FrontierError } from "@frontier/proto";
export type {
  CloseKind,
  CloseReason,
  FarewellReason,
  FrontierErrorCode,
  FrontierErrorOptions,
} from "@frontier/proto";
export { connectTcp, MemoryNetwork } from "@frontier/platform";
export type {
  BackoffPolicy,
  Identity,
  LogFields,
  Logger,
  PeerAddress,
  TcpConnectOptions,
  Transport,
  TransportListener,
} from "@frontier/platform/internal";

export {
  type CallOptions,
  type CloseOptions,
  encodeJson,
  type EndpointLimits,
  type Handler,
  type HandlerContext,
  type JsonCodec,
  jsonCodec,
  Message,
  type OpenStreamOptions,
  type OperationOptions,
  type Payload,
  type PublishOptions,
  type PublishToOptions,
  Received,
  Reply,
  RpcRequest,
  Stream,
  type Traffic,
} from "@frontier/endpoint";
export { Edge } from "./edge.ts";
export type { EdgeEvent } from "./edge_event.ts";
export { Endpoint } from "./endpoint.ts";
export { CLIENT_LIMITS, type ClientLimits } from "./limits.ts";
export type {
  AddressResolver,
  ConnectOptions,
  DialTarget,
  EdgeOptions,
  ServiceOptions,
} from "./options.ts";
export { Service } from "./service.ts";
export type { ServiceLike } from "./service_like.ts";
export type { HandlerStats, Stats } from "./stats.ts";
export type { Status } from "./connection/status.ts";
