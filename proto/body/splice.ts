/**
 * Writers that make a new data body out of one that was read, by copying
 * ranges of its bytes. None allocates more than a view.
 *
 * All write the canonical shape, with the sender's times unset: an absolute time
 * is worth nothing on another host's clock. A time limit travels as `timeout`,
 * and as a deadline by our clock where the caller wants that.
 * The caller guarantees room for the length of the body that was read
 * (`body.end - body.start`) and {@linkcode BODY_SLACK} more.
 *
 * Source: docs/spec/wire.md §1.6.8 and §9.5.
 *
 * @module
 */

import { base64DecodedLength } from "./base64.ts";
import { BASE64_CHARS, BASE64_PAD } from "./base64_table.ts";
import { copyBytes, Literal } from "../wire/byte_copy.ts";
import { ZERO_TIME } from "../wire/constants.ts";
import type { DataBody } from "./data_body.ts";
import { quoteText } from "./json_text.ts";
import { putTime } from "./put_time.ts";
import { TRACE_KEY, TRACEPARENT_LENGTH } from "./traceparent.ts";
import type { Verdict } from "../errors/verdict.ts";
import { verdictLiteral } from "./verdict_literal.ts";

/** Bytes that a writer may add to the length of the body it copies from. */
export const BODY_SLACK = 192;

const QUOTE = 0x22;
const COMMA = 0x2c;
const OPEN_OBJECT = 0x7b;

const TIMES = new Literal(
  `,"deadline":"${ZERO_TIME}","context":{"deadline":"${ZERO_TIME}"}}`,
);
const DEADLINE = new Literal('"deadline":"');
const AFTER_DEADLINE = new Literal(`","context":{"deadline":"${ZERO_TIME}"}}`);
const CUSTOM = new Literal('"custom":"');
const ERROR = new Literal('"error":"');
const TRACE = new Literal(`"${TRACE_KEY}":"`);
const TIMEOUT = new Literal('"timeout":');

/** Length of the id at the end of `custom`, in bytes. */
const TAIL_BYTES = 8;
/** Longest timeout that is written, in milliseconds (24 days). */
const MAX_TIMEOUT_MS = 2 ** 31 - 1;

/** Copies a range of the body. */
function copy(
  dst: DataView,
  at: number,
  body: DataBody,
  from: number,
  to: number,
): number {
  return copyBytes(dst, at, body.view, from, to);
}

/** Writes 24 bits as four characters of base64. */
function putGroup(dst: DataView, at: number, bits: number): number {
  const chars = BASE64_CHARS;
  dst.setInt32(
    at,
    chars[bits >> 18 & 63]! << 24 | chars[bits >> 12 & 63]! << 16 |
      chars[bits >> 6 & 63]! << 8 | chars[bits & 63]!,
  );
  return at + 4;
}

/** Writes the last group: the first one or two of three bytes. */
function putLastGroup(
  dst: DataView,
  at: number,
  bits: number,
  count: number,
): number {
  const after = putGroup(dst, at, bits);
  dst.setUint8(at + 3, BASE64_PAD);
  if (count === 1) dst.setUint8(at + 2, BASE64_PAD);
  return after;
}

/** Writes an integer of at most 31 bits in decimal, with at least `width` digits. */
function putInteger(
  dst: DataView,
  at: number,
  value: number,
  width: number,
): number {
  let digits = 1;
  for (let limit = 10; digits < 10 && value >= limit; limit *= 10) digits++;
  if (digits < width) digits = width;
  for (let i = at + digits - 1; i >= at; i--) {
    const rest = value / 10 | 0;
    dst.setUint8(i, 0x30 + value - rest * 10);
    value = rest;
  }
  return at + digits;
}

/** Writes `"timeout":` in nanoseconds, rounded up to one at least. */
function putTimeout(dst: DataView, at: number, timeoutMs: number): number {
  at = TIMEOUT.put(dst, at);
  const millis = Math.floor(Math.min(timeoutMs, MAX_TIMEOUT_MS));
  const part = timeoutMs - millis;
  const nanos = part >= 1 ? 0 : Math.min(999_999, Math.round(part * 1e6));
  if (millis === 0) return putInteger(dst, at, Math.max(1, nanos), 1);
  return putInteger(dst, putInteger(dst, at, millis, 1), nanos, 6);
}

/** Ends a body: timeout, both times, braces. `begin` is where it began. */
function finish(
  dst: DataView,
  begin: number,
  at: number,
  timeoutMs: number,
  deadlineMs = 0,
): number {
  // As of nearly every body.
  return timeoutMs === 0 && deadlineMs === 0 && at > begin + 1
    ? TIMES.put(dst, at)
    : finishWith(dst, begin, at, timeoutMs, deadlineMs);
}

function finishWith(
  dst: DataView,
  begin: number,
  at: number,
  timeoutMs: number,
  deadlineMs: number,
): number {
  if (timeoutMs > 0) {
    if (at > begin + 1) dst.setUint8(at++, COMMA);
    at = putTimeout(dst, at, timeoutMs);
  }
  if (deadlineMs > 0) {
    if (at > begin + 1) dst.setUint8(at++, COMMA);
    at = putTime(dst, DEADLINE.put(dst, at), deadlineMs);
    return AFTER_DEADLINE.put(dst, at);
  }
  // Nothing is before them: no comma.
  if (at === begin + 1) return copyBytes(dst, at, TIMES.bytes, 1, TIMES.length);
  return TIMES.put(dst, at);
}

/** Writes key, value and topic. */
function putHead(dst: DataView, at: number, body: DataBody): number {
  return copy(dst, at, body, body.start, body.headEnd);
}

/** Writes `"custom":"`, with a comma when something is before it. */
function openCustom(dst: DataView, begin: number, at: number): number {
  if (at > begin + 1) dst.setUint8(at++, COMMA);
  return CUSTOM.put(dst, at);
}

/**
 * Writes a body with the same key, value, topic and custom.
 *
 * @param dst Takes the body.
 * @param at Where the body begins in `dst`.
 * @param body What was read.
 * @param timeoutMs Time left to answer in milliseconds; 0 for none.
 * @param deadlineMs When time is up, in Unix milliseconds; 0 for none.
 * @returns The offset after the body.
 */
export function writeForward(
  dst: DataView,
  at: number,
  body: DataBody,
  timeoutMs: number,
  deadlineMs = 0,
): number {
  const to = body.customEnd > body.customStart
    ? body.customEnd + 1
    : body.headEnd;
  const after = copy(dst, at, body, body.start, to);
  return finish(dst, at, after, timeoutMs, deadlineMs);
}

/**
 * Writes a body with the same key, value and topic, and an id appended to
 * custom as 8 bytes, big-endian.
 *
 * @param dst Takes the body.
 * @param at Where the body begins in `dst`.
 * @param body What was read.
 * @param hi High half of the id.
 * @param lo Low half of the id.
 * @param timeoutMs Time left to answer in milliseconds; 0 for none.
 * @param deadlineMs When time is up, in Unix milliseconds; 0 for none.
 * @returns The offset after the body.
 */
export function writeWithTail(
  dst: DataView,
  at: number,
  body: DataBody,
  hi: number,
  lo: number,
  timeoutMs: number,
  deadlineMs = 0,
): number {
  const { buf, customStart, customEnd } = body;
  let after: number;
  if (customEnd === customStart) {
    after = openCustom(dst, at, putHead(dst, at, body));
    after = putId(dst, after, 0, 0, hi, lo);
  } else {
    // Everything up to the last group of four goes over as it is; the bytes
    // of a padded last group are encoded again, together with the id.
    const length = base64DecodedLength(buf, customStart, customEnd);
    const count = length % 3;
    let before = 0;
    for (let i = length - count; i < length; i++) {
      before = before << 8 | body.customByte(i);
    }
    const whole = count > 0 ? customEnd - 4 : customEnd;
    after = copy(dst, at, body, body.start, whole);
    after = putId(dst, after, before, count, hi, lo);
  }
  dst.setUint8(after++, QUOTE);
  return finish(dst, at, after, timeoutMs, deadlineMs);
}

/** Writes an id behind the up to two bytes that begin its first group, and ends the base64. */
function putId(
  dst: DataView,
  at: number,
  before: number,
  count: number,
  hi: number,
  lo: number,
): number {
  switch (count) {
    case 0:
      at = putGroup(dst, at, hi >>> 8);
      at = putGroup(dst, at, hi << 16 | lo >>> 16);
      return putLastGroup(dst, at, lo << 8, 2);
    case 1:
      at = putGroup(dst, at, before << 16 | hi >>> 16);
      at = putGroup(dst, at, hi << 8 | lo >>> 24);
      return putGroup(dst, at, lo);
    default:
      at = putGroup(dst, at, before << 8 | hi >>> 24);
      at = putGroup(dst, at, hi);
      at = putGroup(dst, at, lo >>> 8);
      return putLastGroup(dst, at, lo << 16, 1);
  }
}

/**
 * Writes a body with the same key, value and topic, and custom without its
 * last 8 bytes; custom is left out when nothing remains of it.
 *
 * @param dst Takes the body.
 * @param at Where the body begins in `dst`.
 * @param body What was read; its `readTail` returned `true`.
 * @param timeoutMs Time left to answer in milliseconds; 0 for none.
 * @param deadlineMs When time is up, in Unix milliseconds; 0 for none.
 * @returns The offset after the body.
 */
export function writeWithoutTail(
  dst: DataView,
  at: number,
  body: DataBody,
  timeoutMs: number,
  deadlineMs = 0,
): number {
  const { buf, customStart, customEnd } = body;
  const keep = base64DecodedLength(buf, customStart, customEnd) - TAIL_BYTES;
  if (keep <= 0) {
    return finish(dst, at, putHead(dst, at, body), timeoutMs, deadlineMs);
  }
  const rest = keep % 3;
  const whole = customStart + (keep - rest) / 3 * 4;
  let after = copy(dst, at, body, body.start, whole);
  if (rest > 0) {
    const first = body.customByte(keep - rest) << 16;
    const bits = rest === 1 ? first : first | body.customByte(keep - 1) << 8;
    after = putLastGroup(dst, after, bits, rest);
  }
  dst.setUint8(after++, QUOTE);
  return finish(dst, at, after, timeoutMs, deadlineMs);
}

/**
 * Adds the context of a trace to a request or message that was written without
 * a deadline. The caller guarantees room for `TRACE_MEMBER_LENGTH` more bytes.
 *
 * @param dst Holds the body.
 * @param end The offset after it.
 * @param traceparent The context, 55 characters of ASCII.
 * @returns The offset after the body that has become longer.
 */
export function addTrace(
  dst: DataView,
  end: number,
  traceparent: string,
): number {
  let at = TRACE.put(dst, end - TIMES.length + 1);
  for (let i = 0; i < TRACEPARENT_LENGTH; i++) {
    dst.setUint8(at++, traceparent.charCodeAt(i));
  }
  dst.setUint8(at++, QUOTE);
  return TIMES.put(dst, at);
}

/** Writes a verdict behind an error; the empty one is left out. */
function putVerdict(dst: DataView, at: number, verdict: Verdict): number {
  if (verdict === "") return at;
  dst.setUint8(at, COMMA);
  return verdictLiteral(verdict).put(dst, at + 1);
}

/**
 * Writes an answer that is passed back: key and value of a success, key and
 * error of a failure. Custom and timeout never go back.
 *
 * @param dst Takes the body.
 * @param at Where the body begins in `dst`.
 * @param body What was read.
 * @param withVerdict Whether what it says about its error goes back as well:
 * only from a peer that negotiated `verdict` to one that did, for anybody else's
 * is made up.
 * @returns The offset after the body.
 */
export function writeAnswer(
  dst: DataView,
  at: number,
  body: DataBody,
  withVerdict = false,
): number {
  const failed = body.errorEnd > body.errorStart;
  let to = body.start + 1;
  if (body.keyEnd > body.keyStart) to = body.keyEnd + 1;
  if (!failed && body.valueEnd > body.valueStart) to = body.valueEnd + 1;
  let after = copy(dst, at, body, body.start, to);
  if (failed) {
    if (after > at + 1) dst.setUint8(after++, COMMA);
    after = ERROR.put(dst, after);
    after = copy(dst, after, body, body.errorStart, body.errorEnd);
    dst.setUint8(after++, QUOTE);
    if (withVerdict) after = putVerdict(dst, after, body.verdict);
  }
  return finish(dst, at, after, 0);
}

/**
 * Writes an answer without any contents, which says that all went well. It
 * needs room for {@linkcode BODY_SLACK} bytes.
 *
 * @param dst Takes the body.
 * @param at Where the body begins in `dst`.
 * @returns The offset after the body.
 */
export function writeEmpty(dst: DataView, at: number): number {
  dst.setUint8(at, OPEN_OBJECT);
  return finish(dst, at, at + 1, 0);
}

/**
 * Writes an answer that says why something failed. The room it needs is the
 * length of both `keyBody` and `errorJson`, and {@linkcode BODY_SLACK}.
 *
 * @param dst Takes the body.
 * @param at Where the body begins in `dst`.
 * @param keyBody The request whose key goes back; `null` for none.
 * @param errorJson The reason, from {@linkcode encodeErrorText}.
 * @param verdict What is known of the operation; empty towards peers that did
 * not negotiate `verdict`.
 * @returns The offset after the body.
 */
export function writeError(
  dst: DataView,
  at: number,
  keyBody: DataBody | null,
  errorJson: Uint8Array,
  verdict: Verdict = "",
): number {
  let after = at;
  dst.setUint8(after++, OPEN_OBJECT);
  if (keyBody !== null && keyBody.keyEnd > keyBody.keyStart) {
    const { start, keyEnd } = keyBody;
    after = copy(dst, at, keyBody, start, keyEnd + 1);
    dst.setUint8(after++, COMMA);
  }
  after = ERROR.put(dst, after);
  for (let i = 0; i < errorJson.length; i++) {
    dst.setUint8(after++, errorJson[i]!);
  }
  dst.setUint8(after++, QUOTE);
  after = putVerdict(dst, after, verdict);
  return finish(dst, at, after, 0);
}

/**
 * Escapes the text of an error for {@linkcode writeError}.
 *
 * @param text The reason.
 * @returns The inside of a JSON string, in UTF-8.
 */
export function encodeErrorText(text: string): Uint8Array<ArrayBuffer> {
  return quoteText(text);
}
