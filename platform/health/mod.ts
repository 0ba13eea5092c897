/**
 * Whether a program lives and can do its work.
 *
 * @module
 */

export type { Page, PageAnswer, PageRequest } from "../http/http_port.ts";
export * from "./pages.ts";
export * from "./readiness.ts";
