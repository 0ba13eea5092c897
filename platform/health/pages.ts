/**
 * What health checks ask.
 *
 * @module
 */

import type { Page } from "../http/http_port.ts";
import type { Readiness } from "./readiness.ts";

/**
 * The two pages of health checks. `/healthz` says `ok` as long as the program answers at all. `/readyz` says `ready`, or with status
 * 503 `not ready: ` and why; with `?verbose` it lists every condition, those that fail nothing included.
 *
 * @param readiness Whether the program can do its work.
 * @returns The pages, by path.
 */
export function healthPages(
  readiness: Readiness,
): Readonly<Record<"/healthz" | "/readyz", Page>> {
  return {
    "/healthz": () => ({ body: "ok" }),
    "/readyz": ({ url }) => {
      const { problem } = readiness;
      const verdict = problem === "" ? "ready" : `not ready: ${problem}`;
      const status = problem === "" ? 200 : 503;
      if (!url.searchParams.has("verbose")) return { status, body: verdict };
      const lines = readiness.conditions().map((condition) => {
        const { name, required, problem } = condition;
        if (problem === "") return `[+] ${name}: ok`;
        return `[-] ${name}: ${problem}${required ? "" : " (not required)"}`;
      });
      return { status, body: [...lines, verdict, ""].join("\n") };
    },
  };
}
