/**
 * A service at all gateways of a cluster. Apart from the main module: it speaks
 * gRPC with Frontlas, which nobody else needs to load. On Node.js that takes two
 * more packages: `npm install @grpc/grpc-js @bufbuild/protobuf`.
 *
 * @example
 * ```ts
 * import { ClusterService } from "@frontier/client/cluster";
 *
 * async function main(): Promise<void> {
 *   await using service = await ClusterService.connect({
 *     name: "greeter",
 *     topics: ["started"],
 *     frontlas: ["127.0.0.1:40011"],
 *   });
 *   await service.register("greet", (request) => `hello ${request.text()}`);
 *   for await (const message of service.messages()) {
 *     message.done();
 *     await service.call(message.edgeId, "welcome");
 *   }
 * }
 * ```
 *
 * @module
 */

export type { GatewayStatus } from "./cluster_status.ts";
export { ClusterService } from "./cluster_service.ts";
export type { ClusterServiceOptions, SingleGatewayOption } from "./options.ts";
export type { ServiceLike } from "../service_like.ts";
export type { TlsMaterialOptions } from "../tls_material.ts";
