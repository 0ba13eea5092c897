/**
 * What a user ends programs with.
 *
 * @module
 */

/** Ctrl-C and, where there is one, the request of other programs. */
export const STOP_SIGNALS: readonly Deno.Signal[] = Deno.build.os === "windows"
  ? ["SIGINT"]
  : ["SIGINT", "SIGTERM"];
