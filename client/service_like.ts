/**
 * What programs need of a service, wherever its edges are.
 *
 * @module
 */

import type { Service } from "./service.ts";

/**
 * A {@linkcode Service} at one gateway, or a `ClusterService` at all gateways of
 * a cluster: code that takes this works with either.
 *
 * @example
 * ```ts
 * import type { ServiceLike } from "@frontier/client";
 *
 * async function answerAll(service: ServiceLike): Promise<void> {
 *   await service.register("config", () => "interval=5");
 *   for await (const message of service.messages()) message.done();
 * }
 * ```
 */
export interface ServiceLike
  extends Omit<Service, "localAddr" | "remoteAddr" | "rtt"> {}
