/**
 * Whether a program lives and can do its work.
 *
 * @example What a health check is answered while the program cannot work
 * ```ts
 * import { healthPages, Readiness } from "@frontier/platform/health";
 * import { assertEquals } from "@std/assert";
 *
 * const readiness = new Readiness();
 * readiness.add("redis", () => "no answer");
 * const pages = healthPages(readiness);
 * const { signal } = new AbortController();
 * const ask = (path: "/healthz" | "/readyz") =>
 *   pages[path]({ url: new URL(path, "http://localhost"), signal });
 * assertEquals(await ask("/healthz"), { body: "ok" });
 * assertEquals(await ask("/readyz"), {
 *   status: 503,
 *   body: "not ready: redis: no answer",
 * });
 * ```
 *
 * @module
 */

export type { Page, PageAnswer, PageRequest } from "../http/http_port.ts";
export * from "./pages.ts";
export * from "./readiness.ts";
