/**
 * The control plane of Frontlas as generated code: what Frontlas serves and
 * what clients of a cluster call. It stands apart from the gateway's control
 * plane, whose messages have the same names in the same package. What is here
 * is documented in the `.proto` files it is made of, in proto/api of the
 * repository; the types are those of `@bufbuild/protobuf`.
 *
 * @example A request as it travels
 * ```ts
 * import { controlplane } from "@frontier/platform/cluster-api";
 * import { assertEquals } from "@std/assert";
 *
 * const { input, parent } = controlplane.ClusterService.method.getFrontierByEdge;
 * assertEquals(parent.typeName, "controlplane.ClusterService");
 * assertEquals(input.typeName, "controlplane.GetFrontierByEdgeIDRequest");
 * ```
 *
 * @module
 */

/** What existing clients of Frontlas call: finds gateways, edges and services. */
export * as controlplane from "./generated/controlplane_pb.ts";
/** Whether Frontlas serves, as its existing clients ask for it. */
export * as health from "./generated/health_pb.ts";
/** What goes beyond them: follows the gateways of a cluster, and looks into its Frontlas. */
export * as cluster from "./generated/cluster_pb.ts";
