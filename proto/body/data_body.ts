/**
 * The hot way through data bodies: a reusable view that finds the fields of a
 * message, message ack, request or response without parsing JSON.
 *
 * Source: docs/spec/wire.md §1.5 and §1.6.8.
 *
 * @module
 */

import { base64DecodedLength, decodeBase64, scanBase64 } from "./base64.ts";
import { BASE64_VALUES, paddingOf } from "./base64_table.ts";
import { Literal } from "../wire/byte_copy.ts";
import { ZERO_TIME } from "../wire/constants.ts";
import type { BodyView } from "./body_view.ts";
import { unquoteText } from "./json_text.ts";
import { skipString } from "./json_scan.ts";
import { earlierDeadline, NO_TIME, scanTime } from "./rfc3339.ts";
import { SlowParse } from "./slow_parse.ts";
import {
  isTraceparent,
  TRACE_KEY,
  TRACEPARENT_LENGTH,
  traceparentText,
} from "./traceparent.ts";
import type { Verdict } from "../errors/verdict.ts";
import { verdictLiteral } from "./verdict_literal.ts";

const QUOTE = 0x22;
const COMMA = 0x2c;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;

const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

const KEY = new Literal('"key":"');
const VALUE = new Literal('"value":"');
const TOPIC = new Literal('"topic":"');
const CUSTOM = new Literal('"custom":"');
const ERROR = new Literal('"error":"');
const NOT_RUN = verdictLiteral("not-run");
const UNKNOWN = verdictLiteral("unknown");
const TIMEOUT = new Literal('"timeout":');
const TRACE = new Literal(`"${TRACE_KEY}":"`);
const DEADLINE = new Literal('"deadline":"');
const CONTEXT = new Literal('"context":{"deadline":"');

/** How nearly every body ends: both times unset. */
const USUAL_END = new Literal(
  `"deadline":"${ZERO_TIME}","context":{"deadline":"${ZERO_TIME}"}}`,
);

const NO_BYTES = new Uint8Array(0);
const NO_VIEW = new DataView(NO_BYTES.buffer);
const NANOS_PER_MILLI = 1e6;
/** Topics and errors of more bytes go the slow way, which can be done in parts. */
const LONGEST_TEXT = 65_536;
/** Times of more bytes go the slow way. */
const LONGEST_TIME = 64;
/** Timeouts of more digits go the slow way. */
const TIMEOUT_DIGITS = 15;
/** Length of the id at the end of `custom`, in bytes. */
const TAIL_BYTES = 8;

/** Characters that Go writes in a JSON string as they are, as far as they are ASCII. */
const PLAIN = new Uint8Array(256).fill(1, 0x20, 0x80);
for (const char of '"\\<>&') PLAIN[char.charCodeAt(0)] = 0;

/** Finds the closing quote of plain ASCII; -1 for anything else. */
function scanPlain(buf: Uint8Array, at: number, end: number): number {
  while (at < end && PLAIN[buf[at]!] === 1) at++;
  return at < end && buf[at] === QUOTE ? at : -1;
}

/** Decodes four characters to 24 bits; those of padding are zero. */
function groupAt(src: DataView, at: number): number {
  const values = BASE64_VALUES;
  const group = src.getInt32(at);
  return values[group >>> 24]! << 18 | values[group >> 16 & 0xff]! << 12 |
    (values[group >> 8 & 0xff]! & 63) << 6 | (values[group & 0xff]! & 63);
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
  /** First character of the context of its trace, 55 characters; 0 when there is none. */
  traceStart = 0;
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
  #view: DataView = NO_VIEW;
  /** What `#view` shows. */
  #viewed: Uint8Array = NO_BYTES;

  /** The same bytes as `buf`. */
  get view(): DataView {
    if (this.buf !== this.#viewed) this.#look(this.buf);
    return this.#view;
  }

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
   * @param view The same bytes as `buf`, where its owner has a view of them.
   * @returns Whether the body was read; `false` says that it has another shape,
   * or none, and that only a {@linkcode SlowParse} can tell. The view means
   * nothing then.
   */
  scan(
    buf: Uint8Array,
    start: number,
    end: number,
    view?: DataView,
  ): boolean {
    this.buf = buf;
    if (view !== undefined) {
      this.#viewed = buf;
      this.#view = view;
    } else if (buf !== this.#viewed) this.#look(buf);
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
    this.timeoutMs = this.deadlineMs = this.traceStart = 0;
    return this.#scan(buf, this.#view, start, end);
  }

  #scan(buf: Uint8Array, view: DataView, start: number, end: number): boolean {
    let at = start + 1;
    this.headEnd = at;
    if (end - start < 2 || buf[start] !== OPEN_OBJECT) return false;
    if (buf[at] === CLOSE_OBJECT) return at + 1 === end;
    if (KEY.isAt(view, at, end)) {
      this.keyStart = at + KEY.length;
      at = this.keyEnd = scanBase64(buf, view, this.keyStart, end);
      if (at < 0) return false;
      this.headEnd = ++at;
      if (buf[at] !== COMMA) return this.#endsAt(at);
      at++;
    }
    if (VALUE.isAt(view, at, end)) {
      this.valueStart = at + VALUE.length;
      at = this.valueEnd = scanBase64(buf, view, this.valueStart, end);
      if (at < 0) return false;
      this.headEnd = ++at;
      if (buf[at] !== COMMA) return this.#endsAt(at);
      at++;
    }
    if (TOPIC.isAt(view, at, end)) {
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
    if (CUSTOM.isAt(view, at, end)) {
      this.customStart = at + CUSTOM.length;
      at = this.customEnd = scanBase64(buf, view, this.customStart, end);
      if (at < 0) return false;
      if (buf[++at] !== COMMA) return this.#endsAt(at);
      at++;
    }
    if (end - at === USUAL_END.length && USUAL_END.isAt(view, at, end)) {
      return true;
    }
    return this.#scanRest(buf, view, at, end);
  }

  /** Scans error, verdict, timeout, trace, deadline and context. */
  #scanRest(
    buf: Uint8Array,
    view: DataView,
    at: number,
    end: number,
  ): boolean {
    if (ERROR.isAt(view, at, end)) {
      this.errorStart = at + ERROR.length;
      at = this.errorEnd = scanText(
        buf,
        this.errorStart,
        Math.min(end, this.errorStart + LONGEST_TEXT),
      );
      if (at < 0) return false;
      if (buf[++at] !== COMMA) return this.#endsAt(at);
      at++;
      const verdict = this.#verdictAt(view, at);
      if (verdict !== undefined) {
        at += verdict.length;
        if (buf[at] !== COMMA) return this.#endsAt(at);
        at++;
      }
    }
    return this.#scanTimes(view, at);
  }

  #look(buf: Uint8Array): void {
    this.#viewed = buf;
    this.#view = new DataView(buf.buffer, buf.byteOffset, buf.length);
  }

  /** Notes the verdict that follows an error that is not empty, if one does. */
  #verdictAt(view: DataView, at: number): Literal | undefined {
    if (this.errorEnd === this.errorStart) return undefined;
    if (NOT_RUN.isAt(view, at, this.end)) {
      this.verdict = "not-run";
      return NOT_RUN;
    }
    if (!UNKNOWN.isAt(view, at, this.end)) return undefined;
    this.verdict = "unknown";
    return UNKNOWN;
  }

  #endsAt(at: number): boolean {
    return this.buf[at] === CLOSE_OBJECT && at + 1 === this.end;
  }

  /** Scans timeout, trace, deadline and context. */
  #scanTimes(view: DataView, at: number): boolean {
    const { buf, end } = this;
    if (TIMEOUT.isAt(view, at, end)) {
      at = this.#scanTimeout(at + TIMEOUT.length);
      if (at < 0) return false;
      if (buf[at] !== COMMA) return this.#endsAt(at);
      at++;
    }
    if (end - at === USUAL_END.length && USUAL_END.isAt(view, at, end)) {
      return true;
    }
    if (TRACE.isAt(view, at, end)) {
      at = this.#scanTrace(at + TRACE.length);
      if (at < 0) return false;
      if (buf[at] !== COMMA) return this.#endsAt(at);
      at++;
      if (end - at === USUAL_END.length && USUAL_END.isAt(view, at, end)) {
        return true;
      }
    }
    let deadline = NO_TIME;
    if (DEADLINE.isAt(view, at, end)) {
      const from = at + DEADLINE.length;
      at = scanPlain(buf, from, Math.min(end, from + LONGEST_TIME));
      deadline = at < 0 ? NaN : scanTime(buf, from, at);
      if (Number.isNaN(deadline)) return false;
      this.deadlineMs = earlierDeadline(deadline, NO_TIME);
      if (buf[++at] !== COMMA) return this.#endsAt(at);
      at++;
    }
    if (!CONTEXT.isAt(view, at, end)) return false;
    const from = at + CONTEXT.length;
    at = scanPlain(buf, from, Math.min(end, from + LONGEST_TIME));
    const context = at < 0 ? NaN : scanTime(buf, from, at);
    if (Number.isNaN(context)) return false;
    this.deadlineMs = earlierDeadline(deadline, context);
    return buf[at + 1] === CLOSE_OBJECT && this.#endsAt(at + 2);
  }

  /** Scans the context of a trace; -1 for anything else. */
  #scanTrace(at: number): number {
    const { buf, end } = this;
    const close = at + TRACEPARENT_LENGTH;
    if (close >= end || buf[close] !== QUOTE || !isTraceparent(buf, at)) {
      return -1;
    }
    this.traceStart = at;
    return close + 1;
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
    const { buf, customStart, customEnd: end } = this;
    if (base64DecodedLength(buf, customStart, end) < TAIL_BYTES) return false;
    const { view } = this;
    // The eight bytes lie in the last three groups of four characters; with
    // most of the last one padded, one of them is before these.
    const first = groupAt(view, end - 12);
    const second = groupAt(view, end - 8);
    const third = groupAt(view, end - 4);
    let hi: number;
    let lo: number;
    switch (paddingOf(buf, end)) {
      case 0:
        hi = first << 16 | second >> 8;
        lo = second << 24 | third;
        break;
      case 1:
        hi = first << 8 | second >> 16;
        lo = second << 16 | third >> 8;
        break;
      default:
        hi = groupAt(view, end - 16) << 24 | first;
        lo = second << 8 | third >> 16;
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
   * Gives the context of its trace.
   *
   * @returns A W3C `traceparent`; empty when absent.
   */
  traceText(): string {
    const { buf, traceStart } = this;
    return traceStart === 0 ? "" : traceparentText(buf, traceStart);
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
