/**
 * The context of a trace, as W3C writes it: `traceparent`, version 00.
 *
 * Source: docs/PROTOCOL.md, "Extensions".
 *
 * @module
 */

/** The member of requests, messages and session opens that carries the context of a trace. */
export const TRACE_KEY = "trace";
/** Length of a `traceparent`, in characters. */
export const TRACEPARENT_LENGTH = 55;
/** What `"trace":"…",` takes in a body, in bytes. */
export const TRACE_MEMBER_LENGTH: number = `"${TRACE_KEY}":"",`.length +
  TRACEPARENT_LENGTH;

const QUOTE = 0x22;
const DASH = 0x2d;
const ZERO = 0x30;
/** Where the trace id ends, and the span id. */
const TRACE_END = 35;
const SPAN_END = 52;

const decoder = new TextDecoder();

/** Tells whether small hexadecimal digits lie in a range, and -1, 0 or 1: none, zeros only, others as well. */
function digits(buf: Uint8Array, at: number, end: number): number {
  let found = 0;
  for (; at < end; at++) {
    const byte = buf[at]!;
    const known = byte >= ZERO && byte <= 0x39 || byte >= 0x61 && byte <= 0x66;
    if (!known) return -1;
    if (byte !== ZERO) found = 1;
  }
  return found;
}

/**
 * Tells whether a `traceparent` of version 00 is in a buffer, whose trace and
 * span are not zero.
 *
 * @param buf Holds it; with fewer than 55 bytes from `at` on there is none.
 * @param at Its first byte.
 * @returns Whether it is valid.
 */
export function isTraceparent(buf: Uint8Array, at: number): boolean {
  return buf.length - at >= TRACEPARENT_LENGTH &&
    buf[at] === ZERO && buf[at + 1] === ZERO && buf[at + 2] === DASH &&
    digits(buf, at + 3, at + TRACE_END) > 0 && buf[at + TRACE_END] === DASH &&
    digits(buf, at + TRACE_END + 1, at + SPAN_END) > 0 &&
    buf[at + SPAN_END] === DASH &&
    digits(buf, at + SPAN_END + 1, at + TRACEPARENT_LENGTH) >= 0;
}

/**
 * Gives a `traceparent` as text.
 *
 * @param buf Holds a valid one.
 * @param at Its first byte.
 * @returns Its 55 characters.
 */
export function traceparentText(buf: Uint8Array, at: number): string {
  return decoder.decode(buf.subarray(at, at + TRACEPARENT_LENGTH));
}

/** The context of a trace as a member of a body; what is none counts as absent. */
export class TraceField {
  #buf: Uint8Array | undefined = undefined;
  #at = 0;

  /**
   * Reads a value. Of several the last one counts.
   *
   * @param buf Holds it; it must not change before the context is asked for.
   * @param start First byte of the JSON value.
   * @param end Byte after it.
   */
  read(buf: Uint8Array, start: number, end: number): void {
    const valid = end - start === TRACEPARENT_LENGTH + 2 &&
      buf[start] === QUOTE && isTraceparent(buf, start + 1);
    this.#buf = valid ? buf : undefined;
    this.#at = start + 1;
  }

  /** The context; empty for none. */
  get text(): string {
    return this.#buf === undefined ? "" : traceparentText(this.#buf, this.#at);
  }
}
