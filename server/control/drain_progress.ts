/**
 * How far draining has come, as operators see it.
 *
 * @module
 */

import type { MessageInitShape } from "@bufbuild/protobuf";
import type { DrainProgress } from "../drain/progress.ts";
import type { DrainProgressSchema } from "./generated/admin_pb.ts";

/**
 * @param progress How far it has come; `undefined` before it has begun.
 * @returns The same as operators see it.
 */
export function drainOf(
  progress: DrainProgress | undefined,
): MessageInitShape<typeof DrainProgressSchema> {
  if (progress === undefined) {
    return { phase: "running", edges: {}, services: {} };
  }
  const { elapsedMs, remainingMs, edges, services, ...rest } = progress;
  return {
    ...rest,
    edges: { ...edges },
    services: { ...services },
    elapsedMs: BigInt(Math.floor(elapsedMs)),
    ...(Number.isFinite(remainingMs) &&
      { remainingMs: BigInt(Math.floor(remainingMs)) }),
  };
}
