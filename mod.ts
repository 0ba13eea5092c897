/**
 * Frontier for Deno: a gateway for long-lived connections, and what services
 * and edges need to use it.
 *
 * @example A gateway, a service and an edge in one process
 * ```ts
 * import { Edge, Service, startFrontier } from "@frontier/frontier";
 * import { assertEquals } from "@std/assert";
 *
 * await using gateway = await startFrontier({
 *   edgebound: { hostname: "127.0.0.1", port: 0, allocateEdgeIds: true },
 *   servicebound: { hostname: "127.0.0.1", port: 0 },
 * });
 * await using _service = await Service.connect({
 *   port: gateway.serviceAddr.port,
 *   methods: { greet: (request) => `Hello, ${request.text()}` },
 * });
 * await using edge = await Edge.connect({ port: gateway.edgeAddr.port });
 * assertEquals((await edge.call("greet", "edge")).text(), "Hello, edge");
 * ```
 *
 * @module
 */

export * from "@frontier/client";
export * from "@frontier/frontlas";
export * from "@frontier/server";
