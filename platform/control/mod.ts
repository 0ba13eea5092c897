/**
 * A port for operators and their programs: gRPC and REST side by side. Apart
 * from the main module: a gateway without a control plane loads none of it.
 *
 * @module
 */

// First: see there.
import "./libraries.ts";

export * from "./api.ts";
export * from "./api_error.ts";
export type { CallFigures, CallOutcome } from "./call_figures.ts";
export { docsPage } from "./docs_page.ts";
export { HealthState } from "./health.ts";
export { type Json, openApi, type OpenApiInfo } from "./openapi.ts";
export type { PlaceLimits } from "./places.ts";
export * from "./port.ts";
export type { Reply } from "./reply.ts";
export type { Page } from "./rest.ts";
export type { Access, Role, Token } from "./tokens.ts";
export type {
  TlsCertificateFiles,
  TlsServerOptions,
} from "../tls/credentials.ts";
export type { LogFields, Logger } from "../log/mod.ts";
export type { PeerAddress } from "../transport.ts";
