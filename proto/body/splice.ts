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

import { base64DecodedLength, encodeBase64Into } from "./base64.ts";
import { ZERO_TIME } from "../wire/constants.ts";
import type { DataBody } from "./data_body.ts";
import { quoteText } from "./json_text.ts";
import { putTime } from "./put_time.ts";
import { type Verdict, verdictMember } from "../errors/verdict.ts";

/** Bytes that a writer may add to the length of the body it copies from. */
export const BODY_SLACK = 192;

const QUOTE = 0x22;
const COMMA = 0x2c;
const OPEN_OBJECT = 0x7b;

const encoder = new TextEncoder();
const TIMES = encoder.encode(
  `,"deadline":"${ZERO_TIME}","context":{"deadline":"${ZERO_TIME}"}}`,
);
const ONLY_TIMES = TIMES.subarray(1);
const DEADLINE = encoder.encode('"deadline":"');
const AFTER_DEADLINE = encoder.encode(
  `","context":{"deadline":"${ZERO_TIME}"}}`,
);
const CUSTOM = encoder.encode('"custom":"');
const ERROR = encoder.encode('"error":"');
const TIMEOUT = encoder.encode('"timeout":');

/** Length of the id at the end of `custom`, in bytes. */
const TAIL_BYTES = 8;
/** Copies of at least this many bytes are worth a view, in bytes. */
const LONG_COPY = 96;
/** Longest timeout that is written, in milliseconds (24 days). */
const MAX_TIMEOUT_MS = 2 ** 31 - 1;

/** The id and the up to two bytes before it that share a base64 group with it. */
const tail = new Uint8Array(TAIL_BYTES + 2);

function copy(
  dst: Uint8Array,
  at: number,
  src: Uint8Array,
  from: number,
  to: number,
): number {
  if (to - from >= LONG_COPY) {
    dst.set(src.subarray(from, to), at);
    return at + to - from;
  }
  for (; from < to; from++) dst[at++] = src[from]!;
  return at;
}

function put(dst: Uint8Array, at: number, literal: Uint8Array): number {
  for (let i = 0; i < literal.length; i++) dst[at + i] = literal[i]!;
  return at + literal.length;
}

/** Writes an integer of at most 31 bits in decimal, with at least `width` digits. */
function putInteger(
  dst: Uint8Array,
  at: number,
  value: number,
  width: number,
): number {
  let digits = 1;
  for (let limit = 10; digits < 10 && value >= limit; limit *= 10) digits++;
  if (digits < width) digits = width;
  for (let i = at + digits - 1; i >= at; i--) {
    const rest = value / 10 | 0;
    dst[i] = 0x30 + value - rest * 10;
    value = rest;
  }
  return at + digits;
}

/** Writes `"timeout":` in nanoseconds, rounded up to one at least. */
function putTimeout(dst: Uint8Array, at: number, timeoutMs: number): number {
  at = put(dst, at, TIMEOUT);
  const millis = Math.floor(Math.min(timeoutMs, MAX_TIMEOUT_MS));
  const part = timeoutMs - millis;
  const nanos = part >= 1 ? 0 : Math.min(999_999, Math.round(part * 1e6));
  if (millis === 0) return putInteger(dst, at, Math.max(1, nanos), 1);
  return putInteger(dst, putInteger(dst, at, millis, 1), nanos, 6);
}

/** Ends a body: timeout, both times, braces. `begin` is where it began. */
function finish(
  dst: Uint8Array,
  begin: number,
  at: number,
  timeoutMs: number,
  deadlineMs = 0,
): number {
  if (timeoutMs > 0) {
    if (at > begin + 1) dst[at++] = COMMA;
    at = putTimeout(dst, at, timeoutMs);
  }
  if (deadlineMs > 0) {
    if (at > begin + 1) dst[at++] = COMMA;
    at = putTime(dst, put(dst, at, DEADLINE), deadlineMs);
    return put(dst, at, AFTER_DEADLINE);
  }
  if (at === begin + 1) {
    dst.set(ONLY_TIMES, at);
    return at + ONLY_TIMES.length;
  }
  dst.set(TIMES, at);
  return at + TIMES.length;
}

/** Writes key, value and topic. */
function putHead(dst: Uint8Array, at: number, body: DataBody): number {
  return copy(dst, at, body.buf, body.start, body.headEnd);
}

/** Writes `"custom":"`, with a comma when something is before it. */
function openCustom(dst: Uint8Array, begin: number, at: number): number {
  if (at > begin + 1) dst[at++] = COMMA;
  return put(dst, at, CUSTOM);
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
  dst: Uint8Array,
  at: number,
  body: DataBody,
  timeoutMs: number,
  deadlineMs = 0,
): number {
  const to = body.customEnd > body.customStart
    ? body.customEnd + 1
    : body.headEnd;
  const after = copy(dst, at, body.buf, body.start, to);
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
  dst: Uint8Array,
  at: number,
  body: DataBody,
  hi: number,
  lo: number,
  timeoutMs: number,
  deadlineMs = 0,
): number {
  const { buf, customStart, customEnd } = body;
  let after: number;
  let count = 0;
  if (customEnd === customStart) {
    after = openCustom(dst, at, putHead(dst, at, body));
  } else {
    // Everything up to the last group of four goes over as it is; the bytes
    // of a padded last group are encoded again, together with the id.
    const length = base64DecodedLength(buf, customStart, customEnd);
    count = length % 3;
    for (let i = 0; i < count; i++) {
      tail[i] = body.customByte(length - count + i);
    }
    const whole = count > 0 ? customEnd - 4 : customEnd;
    after = copy(dst, at, buf, body.start, whole);
  }
  for (let shift = 24; shift >= 0; shift -= 8) {
    tail[count] = hi >>> shift;
    tail[count + 4] = lo >>> shift;
    count++;
  }
  after = encodeBase64Into(tail, 0, count + 4, dst, after);
  dst[after++] = QUOTE;
  return finish(dst, at, after, timeoutMs, deadlineMs);
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
  dst: Uint8Array,
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
  let after = copy(dst, at, buf, body.start, whole);
  for (let i = 0; i < rest; i++) tail[i] = body.customByte(keep - rest + i);
  after = encodeBase64Into(tail, 0, rest, dst, after);
  dst[after++] = QUOTE;
  return finish(dst, at, after, timeoutMs, deadlineMs);
}

/** Writes a verdict behind an error; the empty one is left out. */
function putVerdict(dst: Uint8Array, at: number, verdict: Verdict): number {
  if (verdict === "") return at;
  dst[at] = COMMA;
  return put(dst, at + 1, verdictMember(verdict));
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
  dst: Uint8Array,
  at: number,
  body: DataBody,
  withVerdict = false,
): number {
  const failed = body.errorEnd > body.errorStart;
  let to = body.start + 1;
  if (body.keyEnd > body.keyStart) to = body.keyEnd + 1;
  if (!failed && body.valueEnd > body.valueStart) to = body.valueEnd + 1;
  let after = copy(dst, at, body.buf, body.start, to);
  if (failed) {
    if (after > at + 1) dst[after++] = COMMA;
    after = put(dst, after, ERROR);
    after = copy(dst, after, body.buf, body.errorStart, body.errorEnd);
    dst[after++] = QUOTE;
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
export function writeEmpty(dst: Uint8Array, at: number): number {
  dst[at] = OPEN_OBJECT;
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
  dst: Uint8Array,
  at: number,
  keyBody: DataBody | null,
  errorJson: Uint8Array,
  verdict: Verdict = "",
): number {
  let after = at;
  dst[after++] = OPEN_OBJECT;
  if (keyBody !== null && keyBody.keyEnd > keyBody.keyStart) {
    const { buf, start, keyEnd } = keyBody;
    after = copy(dst, at, buf, start, keyEnd + 1);
    dst[after++] = COMMA;
  }
  after = put(dst, after, ERROR);
  after = copy(dst, after, errorJson, 0, errorJson.length);
  dst[after++] = QUOTE;
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
