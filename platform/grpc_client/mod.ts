/**
 * Calls methods of gRPC servers. Apart from the main module: who calls none
 * loads no gRPC.
 *
 * @module
 */

// First: see there.
import "./libraries.ts";

export * from "./grpc_client.ts";
export * from "./grpc_error.ts";
