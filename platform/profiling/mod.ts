/**
 * Profiles of the running process that `go tool pprof` reads. Nothing here is loaded unless a program asks for it.
 *
 * Permissions: `--allow-sys`, and `--allow-net` for the port.
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
