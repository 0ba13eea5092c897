/**
 * How a body changes on its way.
 *
 * @module
 */

import {
  addTrace,
  BODY_SLACK,
  type DataBody,
  TRACE_MEMBER_LENGTH,
  writeForward,
  writeWithoutTail,
  writeWithTail,
} from "@frontier/proto/internal";
import type { Call } from "./call.ts";

/**
 * Tells how much room the body of a call needs at most, as its target gets it.
 *
 * @param body What was read.
 * @param call Who asks, and which trace goes along.
 * @returns Bytes.
 */
export function roomFor(body: DataBody, call: Call): number {
  const length = body.end - body.start + BODY_SLACK;
  return call.trace === undefined ? length : length + TRACE_MEMBER_LENGTH;
}

/**
 * Writes the body of a call as its target gets it.
 *
 * @param dst Takes the body; it needs room for {@linkcode roomFor} bytes.
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
  const end = edit(dst, at, body, call);
  const { trace } = call;
  return trace === undefined || trace.context === ""
    ? end
    : addTrace(dst, end, trace.context);
}

function edit(
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
  const room = new Uint8Array(roomFor(body, call));
  const end = writeEdited(new DataView(room.buffer), 0, body, call);
  return room.slice(0, end);
}
