/**
 * How a body changes on its way.
 *
 * @module
 */

import {
  BODY_SLACK,
  type DataBody,
  writeForward,
  writeWithoutTail,
  writeWithTail,
} from "@frontier/proto/internal";
import type { Call } from "./call.ts";

/**
 * Writes the body of a call as its target gets it.
 *
 * @param dst Takes the body; it needs room for the length of the body and
 * `BODY_SLACK` bytes more.
 * @param at Where the body begins in `dst`.
 * @param body What was read.
 * @param call Who asks, and what happens to the custom bytes.
 * @returns The offset after the body.
 */
export function writeEdited(
  dst: DataView,
  at: number,
  body: DataBody,
  call: Call,
): number {
  const { limitMs, deadlineMs } = call;
  switch (call.edit) {
    case "append": {
      const { idHi, idLo } = call.source!;
      return writeWithTail(dst, at, body, idHi, idLo, limitMs, deadlineMs);
    }
    case "strip":
      return writeWithoutTail(dst, at, body, limitMs, deadlineMs);
    case "same":
      return writeForward(dst, at, body, limitMs, deadlineMs);
  }
}

/**
 * Copies the body of a call as its target gets it.
 *
 * @param body What was read.
 * @param call Who asks, and what happens to the custom bytes.
 * @returns The copy.
 */
export function encodeEdited(body: DataBody, call: Call): Uint8Array {
  const room = new Uint8Array(body.end - body.start + BODY_SLACK);
  const end = writeEdited(new DataView(room.buffer), 0, body, call);
  return room.slice(0, end);
}
