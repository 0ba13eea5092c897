/**
 * Profiles of the running process that `go tool pprof` reads. Nothing here is loaded unless a program asks for it.
 *
 * Permissions: `--allow-sys`, and `--allow-net` for the port.
 *
 * @example What lives on the heap, for `go tool pprof`
 * ```ts
 * import { Profiler } from "@frontier/platform/profiling";
 * import { assertEquals } from "@std/assert";
 *
 * using profiler = new Profiler();
 * const profile = await profiler.heap();
 * // The signature of gzip.
 * assertEquals([...profile.subarray(0, 2)], [0x1f, 0x8b]);
 * ```
 *
 * @module
 */

export {
  type HttpPort,
  type HttpPortOptions,
  openHttpPort,
  type Page,
  type PageAnswer,
  type PageRequest,
} from "../http/http_port.ts";
export * from "./pages.ts";
export { Profiler } from "./profiler.ts";
