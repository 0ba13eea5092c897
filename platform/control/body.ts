/**
 * Bodies of requests.
 *
 * @module
 */

import { ApiError } from "./api_error.ts";

/** Bytes of the largest body. */
const MAX_BODY_BYTES = 65_536;

/** Bytes after which whoever still sends is cut off. */
const MAX_DRAINED_BYTES = 1_048_576;

/**
 * Reads a body, but no more of it than one may have.
 *
 * @param request One whose body nobody has read.
 * @returns Its text; empty without a body.
 * @throws {ApiError} If the body is too large, or no text.
 */
export async function readBody(request: Request): Promise<string> {
  if (Number(request.headers.get("content-length") ?? 0) > MAX_BODY_BYTES) {
    throw tooLarge();
  }
  if (request.body === null) return "";
  const text = new TextDecoder("utf-8", { fatal: true });
  let read = 0;
  let all = "";
  try {
    for await (const part of request.body) {
      read += part.length;
      // Who is in the middle of its body cannot be answered: the rest is read, but not kept.
      if (read > MAX_DRAINED_BYTES) throw tooLarge();
      if (read <= MAX_BODY_BYTES) all += text.decode(part, { stream: true });
    }
    if (read > MAX_BODY_BYTES) throw tooLarge();
    return all + text.decode();
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw new ApiError("INVALID_ARGUMENT", "Cannot read the body: no UTF-8", {
      reason: "CODEC",
      cause: error,
    });
  }
}

function tooLarge(): ApiError {
  return new ApiError(
    "PAYLOAD_TOO_LARGE",
    `Cannot read the body: it may have at most ${MAX_BODY_BYTES} bytes`,
  );
}
