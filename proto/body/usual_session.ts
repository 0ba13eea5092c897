/**
 * Reads session bodies in the shape that Go peers and we write.
 *
 * Source: docs/spec/wire.md §1.6.
 *
 * @module
 */

import { decodeBase64, scanBase64 } from "./base64.ts";
import type { SessionBody } from "./bodies.ts";
import { unquoteText } from "./json_text.ts";

const QUOTE = 0x22;
const COMMA = 0x2c;
const BACKSLASH = 0x5c;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
/** Longest body that is read this way, in bytes. */
const LONGEST = 65_536;

const encoder = new TextEncoder();
const META = encoder.encode('"meta":"');
const PEER = encoder.encode('"peer":"');

/**
 * Reads a body with a meta, a peer, both or neither, which is what comes when
 * nothing went wrong: a stream that is opened and closed brings six of them.
 *
 * @param buf Holds the body.
 * @param start First byte of the body.
 * @param end Byte after the body.
 * @returns The fields; `undefined` when the body has another shape, or none, and
 * has to be read in full.
 */
export function readUsualSession(
  buf: Uint8Array,
  start: number,
  end: number,
): SessionBody | undefined {
  const last = end - 1;
  if (
    last <= start || last - start > LONGEST || buf[start] !== OPEN_OBJECT ||
    buf[last] !== CLOSE_OBJECT
  ) return undefined;
  const body: SessionBody = { error: "", peer: "" };
  let at = start + 1;
  if (at === last) return body;
  if (isAt(buf, at, META)) {
    const from = at + META.length;
    const view = new DataView(buf.buffer, buf.byteOffset, buf.length);
    const to = scanBase64(buf, view, from, last);
    if (to <= from) return undefined;
    body.meta = decodeBase64(buf, from, to);
    at = to + 1;
    if (at === last) return body;
    if (buf[at++] !== COMMA) return undefined;
  }
  if (!isAt(buf, at, PEER)) return undefined;
  const from = at + PEER.length;
  const to = plainEnd(buf, from, last);
  if (to + 1 !== last || buf[to] !== QUOTE) return undefined;
  body.peer = unquoteText(buf, from, to);
  return body;
}

function isAt(buf: Uint8Array, at: number, literal: Uint8Array): boolean {
  for (let i = 0; i < literal.length; i++) {
    if (buf[at + i] !== literal[i]) return false;
  }
  return true;
}

/** Finds the end of printable ASCII without escapes. */
function plainEnd(buf: Uint8Array, at: number, end: number): number {
  while (at < end) {
    const byte = buf[at]!;
    if (byte < 0x20 || byte >= 0x80 || byte === QUOTE || byte === BACKSLASH) {
      break;
    }
    at++;
  }
  return at;
}
