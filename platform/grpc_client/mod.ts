/**
 * Calls methods of gRPC servers. Apart from the main module: who calls none
 * loads no gRPC.
 *
 * @example Asks a server whether it serves
 * ```ts
 * import { ControlPort } from "@frontier/platform/control";
 * import { GrpcClient } from "@frontier/platform/grpc-client";
 * import { NULL_LOGGER } from "@frontier/platform/log";
 * import { assertEquals } from "@std/assert";
 *
 * const hostname = "127.0.0.1";
 * await using server = await ControlPort.open({
 *   hostname,
 *   port: 0,
 *   apis: [],
 *   log: NULL_LOGGER,
 * });
 * using client = new GrpcClient({ hostname, port: server.addr.port });
 * const method = "/grpc.health.v1.Health/Check";
 * const answer = await client.call(method, new Uint8Array(), {
 *   timeoutMs: 10_000,
 * });
 * // Field 1, the status: 1, serving.
 * assertEquals([...answer], [8, 1]);
 * ```
 *
 * @module
 */

// First: see there.
import "./libraries.ts";

export * from "./grpc_client.ts";
export * from "./grpc_error.ts";
