/**
 * A port for operators and their programs: gRPC and REST side by side. Apart
 * from the main module: a gateway without a control plane loads none of it.
 *
 * @example A service that is called by gRPC, and by REST as here
 * ```ts
 * import { health } from "@frontier/platform/cluster-api";
 * import { type Api, ControlPort } from "@frontier/platform/control";
 * import { NULL_LOGGER } from "@frontier/platform/log";
 * import { assertEquals } from "@std/assert";
 *
 * const route = { verb: "GET", role: "read" } as const;
 * const api: Api = {
 *   service: health.Health,
 *   title: "Health",
 *   comments: health.comments,
 *   strict: true,
 *   implementation: {
 *     check: () => ({ status: 1 }),
 *     watch: async function* () {},
 *   },
 *   routes: {
 *     check: { ...route, path: "/check", kind: "lookup" },
 *     watch: { ...route, path: "", kind: "watch" },
 *   },
 * };
 * await using port = await ControlPort.open({
 *   hostname: "127.0.0.1",
 *   port: 0,
 *   apis: [api],
 *   log: NULL_LOGGER,
 * });
 * const answer = await fetch(`http://127.0.0.1:${port.addr.port}/check`);
 * assertEquals(await answer.json(), { status: "SERVING" });
 * ```
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
