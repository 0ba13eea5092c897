/**
 * The hot way through data bodies: a reusable view that finds the fields of a
 * message, message ack, request or response without parsing JSON.
 *
 * Source: docs/spec/wire.md §1.5 and §1.6.8.
 *
 * @module
 */

import { base64DecodedLength, decodeBase64, scanBase64 } from "./base64.ts";
import { BASE64_VALUES } from "./base64_table.ts";
import { ZERO_TIME } from "../wire/constants.ts";
import type { BodyView } from "./body_view.ts";
import { unquoteText } from "./json_text.ts";
import { skipString } from "./json_scan.ts";
import { earlierDeadline, NO_TIME, scanTime } from "./rfc3339.ts";
import { SlowParse } from "./slow_parse.ts";
import { type Verdict, verdictMember } from "../errors/verdict.ts";

const QUOTE = 0x22;
const COMMA = 0x2c;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

const KEY = encoder.encode('"key":"');
const VALUE = encoder.encode('"value":"');
const TOPIC = encoder.encode('"topic":"');
const CUSTOM = encoder.encode('"custom":"');
const ERROR = encoder.encode('"error":"');
const NOT_RUN = verdictMember("not-run");
const UNKNOWN = verdictMember("unknown");
const TIMEOUT = encoder.encode('"timeout":');
const DEADLINE = encoder.encode('"deadline":"');
const CONTEXT = encoder.encode('"context":{"deadline":"');

/** How nearly every body ends: both times unset. */
const USUAL_END = encoder.encode(
  `"deadline":"${ZERO_TIME}","context":{"deadline":"${ZERO_TIME}"}}`,
);

const NO_BYTES = new Uint8Array(0);
const NANOS_PER_MILLI = 1e6;
/** Topics and errors of more bytes go the slow way, which can be done in parts. */
const LONGEST_TEXT = 65_536;
/** Times of more bytes go the slow way. */
const LONGEST_TIME = 64;
/** Timeouts of more digits go the slow way. */
const TIMEOUT_DIGITS = 15;
/** Length of the id at the end of `custom`, in bytes. */
const TAIL_BYTES = 8;

/** Tells whether `literal` is at `at`. Past the end of `buf` nothing is. */
function isAt(buf: Uint8Array, at: number, literal: Uint8Array): boolean {
  for (let i = 0; i < literal.length; i++) {
    if (buf[at + i] !== literal[i]) return false;
  }
  return true;
}

/** Characters that Go writes in a JSON string as they are, as far as they are ASCII. */
const PLAIN = new Uint8Array(256).fill(1, 0x20, 0x80);
for (const char of '"\\<>&') PLAIN[char.charCodeAt(0)] = 0;

/** Finds the closing quote of plain ASCII; -1 for anything else. */
function scanPlain(buf: Uint8Array, at: number, end: number): number {
  while (at < end && PLAIN[buf[at]!] === 1) at++;
  return at < end && buf[at] === QUOTE ? at : -1;
}

/** Finds the closing quote of any text that Go's scanner takes; -1 when there is none. */
function scanText(buf: Uint8Array, at: number, end: number): number {
  const after = skipString(buf, at - 1, end);
  return after < 0 ? -1 : after - 1;
}

/**
 * A view of one data body: where its fields lie in a buffer that it does not
 * own. One object serves any number of bodies, one after the other; a view is
 * good until the next `read` or until the bytes change.
 *
 * A field's offsets enclose what is between its quotes; start and end are equal
 * when the field is absent or empty.
 *
 * @example
 * ```ts
 * const text = '{"key":"ZWNobw==","value":"cGluZw=="}';
 * const body = new DataBody();
 * const accepted = body.read(new TextEncoder().encode(text), 0, text.length);
 * if (!accepted || body.methodText() !== "echo") throw new Error("Not read");
 * ```
 */
export class DataBody implements BodyView {
  /** The buffer that all offsets are for. Not the one given to `read` when the body had to be rewritten. */
  buf: Uint8Array = NO_BYTES;
  /** First byte of the body. */
  start = 0;
  /** Byte after the body. `end - start` can exceed the length that was read. */
  end = 0;
  /** First character of the method name, in base64. */
  keyStart = 0;
  /** End of the method name. */
  keyEnd = 0;
  /** First character of the payload, in base64. */
  valueStart = 0;
  /** End of the payload. */
  valueEnd = 0;
  /** First byte of the topic, a JSON string's inside. */
  topicStart = 0;
  /** End of the topic. */
  topicEnd = 0;
  /** First character of the custom bytes, in base64. */
  customStart = 0;
  /** End of the custom bytes. */
  customEnd = 0;
  /** First byte of the error, a JSON string's inside. */
  errorStart = 0;
  /** End of the error. */
  errorEnd = 0;
  /** What the one who wrote the error says about it; empty without an error. */
  verdict: Verdict = "";
  /** Index after the closing quote of the last of key, value and topic; after the brace when there is none. */
  headEnd = 0;
  /** Time left to answer in milliseconds, perhaps with a fraction; 0 when there is none. */
  timeoutMs = 0;
  /** The earlier of the two deadlines in Unix milliseconds of the sender's clock; 0 when there is none. */
  deadlineMs = 0;
  /** High half of the id at the end of `custom`, after `readTail`. */
  tailHi = 0;
  /** Low half of the id at the end of `custom`, after `readTail`. */
  tailLo = 0;

  /**
   * Reads a body at once, however long that takes.
   *
   * @param buf Holds the body.
   * @param start First byte of the body.
   * @param end Byte after the body.
   * @returns `false` exactly when a Go peer would refuse the body; the view
   * means nothing then.
   */
  read(buf: Uint8Array, start: number, end: number): boolean {
    if (this.scan(buf, start, end)) return true;
    const parse = new SlowParse(buf, start, end);
    if (parse.step(Infinity) !== "done") return false;
    parse.fill(this);
    return true;
  }

  /**
   * Scans the shape that Go peers and we write. A topic with escapes or beyond
   * ASCII is another shape, so that one topic has one spelling; an error may be
   * spelt anyhow.
   *
   * @param buf Holds the body.
   * @param start First byte of the body.
   * @param end Byte after the body.
   * @returns Whether the body was read; `false` says that it has another shape,
   * or none, and that only a {@linkcode SlowParse} can tell. The view means
   * nothing then.
   */
  scan(buf: Uint8Array, start: number, end: number): boolean {
    this.buf = buf;
    this.start = start;
    this.end = end;
    this.keyStart =
      this.keyEnd =
      this.valueStart =
      this.valueEnd =
        0;
    this.topicStart =
      this.topicEnd =
      this.customStart =
      this.customEnd =
        0;
    this.errorStart = this.errorEnd = 0;
    this.verdict = "";
    this.timeoutMs = this.deadlineMs = 0;
    let at = start + 1;
    this.headEnd = at;
    if (buf[start] !== OPEN_OBJECT) return false;
    if (buf[at] === CLOSE_OBJECT) return at + 1 === end;
    if (isAt(buf, at, KEY)) {
      this.keyStart = at + KEY.length;
      at = this.keyEnd = scanBase64(buf, this.keyStart, end);
      if (at < 0) return false;
      this.headEnd = ++at;
      if (buf[at] !== COMMA) return this.#endsAt(at);
      at++;
    }
    if (isAt(buf, at, VALUE)) {
      this.valueStart = at + VALUE.length;
      at = this.valueEnd = scanBase64(buf, this.valueStart, end);
      if (at < 0) return false;
      this.headEnd = ++at;
      if (buf[at] !== COMMA) return this.#endsAt(at);
      at++;
    }
    if (isAt(buf, at, TOPIC)) {
      this.topicStart = at + TOPIC.length;
      at = this.topicEnd = scanPlain(
        buf,
        this.topicStart,
        Math.min(end, this.topicStart + LONGEST_TEXT),
      );
      if (at < 0) return false;
      this.headEnd = ++at;
      if (buf[at] !== COMMA) return this.#endsAt(at);
      at++;
    }
    if (isAt(buf, at, CUSTOM)) {
      this.customStart = at + CUSTOM.length;
      at = this.customEnd = scanBase64(buf, this.customStart, end);
      if (at < 0) return false;
      if (buf[++at] !== COMMA) return this.#endsAt(at);
      at++;
    }
    if (end - at === USUAL_END.length && isAt(buf, at, USUAL_END)) return true;
    if (isAt(buf, at, ERROR)) {
      this.errorStart = at + ERROR.length;
      at = this.errorEnd = scanText(
        buf,
        this.errorStart,
        Math.min(end, this.errorStart + LONGEST_TEXT),
      );
      if (at < 0) return false;
      if (buf[++at] !== COMMA) return this.#endsAt(at);
      at++;
      if (this.#hasVerdict(at)) {
        at += verdictMember(this.verdict).length;
        if (buf[at] !== COMMA) return this.#endsAt(at);
        at++;
      }
    }
    return this.#scanTimes(at);
  }

  /** Tells whether a verdict follows an error that is not empty, and notes it. */
  #hasVerdict(at: number): boolean {
    if (this.errorEnd === this.errorStart) return false;
    if (isAt(this.buf, at, NOT_RUN)) this.verdict = "not-run";
    else if (isAt(this.buf, at, UNKNOWN)) this.verdict = "unknown";
    return this.verdict !== "";
  }

  #endsAt(at: number): boolean {
    return this.buf[at] === CLOSE_OBJECT && at + 1 === this.end;
  }

  /** Scans timeout, deadline and context. */
  #scanTimes(at: number): boolean {
    const { buf, end } = this;
    if (isAt(buf, at, TIMEOUT)) {
      at = this.#scanTimeout(at + TIMEOUT.length);
      if (at < 0) return false;
      if (buf[at] !== COMMA) return this.#endsAt(at);
      at++;
    }
    if (end - at === USUAL_END.length && isAt(buf, at, USUAL_END)) return true;
    let deadline = NO_TIME;
    if (isAt(buf, at, DEADLINE)) {
      const from = at + DEADLINE.length;
      at = scanPlain(buf, from, Math.min(end, from + LONGEST_TIME));
      deadline = at < 0 ? NaN : scanTime(buf, from, at);
      if (Number.isNaN(deadline)) return false;
      this.deadlineMs = earlierDeadline(deadline, NO_TIME);
      if (buf[++at] !== COMMA) return this.#endsAt(at);
      at++;
    }
    if (!isAt(buf, at, CONTEXT)) return false;
    const from = at + CONTEXT.length;
    at = scanPlain(buf, from, Math.min(end, from + LONGEST_TIME));
    const context = at < 0 ? NaN : scanTime(buf, from, at);
    if (Number.isNaN(context)) return false;
    this.deadlineMs = earlierDeadline(deadline, context);
    return buf[at + 1] === CLOSE_OBJECT && this.#endsAt(at + 2);
  }

  /** Scans a plain number of nanoseconds; -1 for anything unusual. */
  #scanTimeout(at: number): number {
    const { buf, end } = this;
    const from = at;
    let nanos = 0;
    for (; at < end; at++) {
      const digit = buf[at]! - 0x30;
      if (digit < 0 || digit > 9) break;
      nanos = nanos * 10 + digit;
    }
    const digits = at - from;
    if (digits === 0 || digits > TIMEOUT_DIGITS) return -1;
    if (digits > 1 && buf[from] === 0x30) return -1;
    this.timeoutMs = nanos / NANOS_PER_MILLI;
    return at;
  }

  /**
   * Reads the 8-byte big-endian id at the end of `custom` into `tailHi` and
   * `tailLo`.
   *
   * @returns `false` when `custom` has fewer than 8 bytes.
   */
  readTail(): boolean {
    const length = base64DecodedLength(
      this.buf,
      this.customStart,
      this.customEnd,
    );
    if (length < TAIL_BYTES) return false;
    let hi = 0;
    let lo = 0;
    for (let i = length - TAIL_BYTES; i < length - 4; i++) {
      hi = hi << 8 | this.customByte(i);
      lo = lo << 8 | this.customByte(i + 4);
    }
    this.tailHi = hi >>> 0;
    this.tailLo = lo >>> 0;
    return true;
  }

  /**
   * Decodes one byte of `custom`.
   *
   * @param index Which one; it must exist.
   * @returns The byte.
   */
  customByte(index: number): number {
    const group = Math.floor(index / 3);
    const within = index - group * 3;
    const at = this.customStart + group * 4 + within;
    const left = BASE64_VALUES[this.buf[at]!]!;
    const right = BASE64_VALUES[this.buf[at + 1]!]!;
    return (left << 2 * within + 2 | right >> 4 - 2 * within) & 0xff;
  }

  /**
   * Gives the topic.
   *
   * @returns The topic without escapes; empty when absent.
   */
  topicText(): string {
    return unquoteText(this.buf, this.topicStart, this.topicEnd);
  }

  /**
   * Gives the error.
   *
   * @returns The error without escapes; empty when absent.
   */
  errorText(): string {
    return unquoteText(this.buf, this.errorStart, this.errorEnd);
  }

  /**
   * Decodes the method name.
   *
   * @returns Its bytes, in an array of their own; empty when absent.
   */
  keyBytes(): Uint8Array<ArrayBuffer> {
    return decodeBase64(this.buf, this.keyStart, this.keyEnd);
  }

  /**
   * Decodes the payload.
   *
   * @returns Its bytes, in an array of their own; empty when absent.
   */
  valueBytes(): Uint8Array<ArrayBuffer> {
    return decodeBase64(this.buf, this.valueStart, this.valueEnd);
  }

  /**
   * Decodes the custom bytes.
   *
   * @returns Them in an array of their own; empty when absent.
   */
  customBytes(): Uint8Array<ArrayBuffer> {
    return decodeBase64(this.buf, this.customStart, this.customEnd);
  }

  /**
   * Gives the method name as text.
   *
   * @returns The name; bytes that are not UTF-8 become U+FFFD.
   */
  methodText(): string {
    return decoder.decode(this.keyBytes());
  }
}
