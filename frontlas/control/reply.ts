/**
 * What all answers of the control plane have in common. Texts and codes of
 * errors: docs/spec/frontlas.md §3.7.
 *
 * @module
 */

import { ApiError, type Reply } from "@frontier/platform/control";
import type { Answer } from "./answers.ts";

/** Header of HTTP and metadata of gRPC that marks an answer of the past. */
export const STALE = "frontlas-stale";
/** The same for how old it is, in milliseconds. */
export const AGE = "frontlas-age-ms";

/**
 * Takes what is asked for out of answers. If one of them is of the past, the
 * caller is told, and how old the oldest is.
 *
 * @param reply Takes what is said beside the answer.
 * @param answers Answers.
 */
export function mark(
  reply: Reply,
  ...answers: readonly Answer<unknown>[]
): void {
  const ages = answers.flatMap(({ ageMs }) => ageMs ?? []);
  if (ages.length === 0) return;
  reply.header(STALE, "true");
  reply.header(AGE, String(Math.round(Math.max(...ages))));
}

/**
 * @param kind What is not there.
 * @param id Its id.
 * @returns The error; it begins with the words of the Go Frontlas, which programs may look for.
 */
export function absent(kind: "edge" | "service", id: bigint): ApiError {
  const why = id === 0n
    ? `${kind} 0 is nobody, give ${kind}_id`
    : `${kind} ${id} is not online`;
  return new ApiError("NOT_FOUND", `redis: nil: ${why}`, {
    metadata: { [`${kind}_id`]: String(id) },
  });
}

/**
 * @param seconds Unix seconds; what is no number counts as 0.
 * @returns The same for a message.
 */
export function timeOf(seconds: number): bigint {
  return BigInt(Math.max(0, Math.floor(seconds)) || 0);
}
