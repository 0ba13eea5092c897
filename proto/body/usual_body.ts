/**
 * Writes data bodies in the shape that Go peers and we use.
 *
 * Source: docs/spec/wire.md §1.6.8.
 *
 * @module
 */

import type { BodyView } from "./body_view.ts";
import type { ByteField } from "./byte_field.ts";
import { ZERO_TIME } from "../wire/constants.ts";
import type { DataMembers } from "./data_members.ts";
import {
  TRACE_KEY,
  TRACE_MEMBER_LENGTH,
  TRACEPARENT_LENGTH,
} from "./traceparent.ts";
import { verdictMember } from "../errors/verdict.ts";

const QUOTE = 0x22;
const COMMA = 0x2c;
const OPEN_OBJECT = 0x7b;

const encoder = new TextEncoder();
const KEY = encoder.encode('"key":"');
const VALUE = encoder.encode('"value":"');
const TOPIC = encoder.encode('"topic":"');
const CUSTOM = encoder.encode('"custom":"');
const ERROR = encoder.encode('"error":"');
const TRACE = encoder.encode(`"${TRACE_KEY}":"`);
const TIMES = encoder.encode(
  `"deadline":"${ZERO_TIME}","context":{"deadline":"${ZERO_TIME}"}}`,
);
/** Room for all keys with their punctuation, a verdict, a trace and the times. */
const OVERHEAD = 96 + TRACE_MEMBER_LENGTH + TIMES.length;

/**
 * One body in the usual shape. Its times are unset, and its error keeps its
 * spelling. Its topic is written by somebody else, between `begin` and `end`.
 */
export class UsualBody {
  /** Takes the body. */
  readonly out: Uint8Array;
  readonly #members: DataMembers;
  readonly #error: Uint8Array;
  readonly #topicLength: number;
  readonly #view: BodyView;
  #at = 1;

  /**
   * Makes the room.
   *
   * @param members What the body says.
   * @param error Inside of the error in JSON.
   * @param topicLength Length of the inside of the topic in JSON, in bytes.
   */
  constructor(members: DataMembers, error: Uint8Array, topicLength: number) {
    const { key, value, custom } = members;
    this.#members = members;
    this.#error = error;
    this.#topicLength = topicLength;
    this.out = new Uint8Array(
      key.textLength + value.textLength + custom.textLength + topicLength +
        error.length + OVERHEAD,
    );
    this.out[0] = OPEN_OBJECT;
    this.#view = emptyView(this.out);
  }

  /**
   * Writes what is before the topic.
   *
   * @returns Where the topic begins.
   */
  begin(): number {
    const view = this.#view;
    const { key, value } = this.#members;
    [view.keyStart, view.keyEnd] = this.#bytes(KEY, key);
    [view.valueStart, view.valueEnd] = this.#bytes(VALUE, value);
    if (this.#topicLength > 0) this.#member(TOPIC);
    return this.#at;
  }

  /**
   * Writes what is after the topic.
   *
   * @returns Where everything lies.
   */
  end(): BodyView {
    const view = this.#view;
    if (this.#topicLength > 0) {
      view.topicStart = this.#at;
      view.topicEnd = this.#at += this.#topicLength;
      this.out[this.#at++] = QUOTE;
    }
    view.headEnd = this.#at;
    const { custom, verdict } = this.#members;
    const trace = this.#members.trace.text;
    [view.customStart, view.customEnd] = this.#bytes(CUSTOM, custom);
    if (this.#error.length > 0) {
      this.#member(ERROR);
      view.errorStart = this.#at;
      view.errorEnd = this.#at += this.#error.length;
      this.out.set(this.#error, view.errorStart);
      this.out[this.#at++] = QUOTE;
      view.verdict = verdict;
      if (verdict !== "") this.#member(verdictMember(verdict));
    }
    if (trace !== "") {
      this.#member(TRACE);
      view.traceStart = this.#at;
      encoder.encodeInto(trace, this.out.subarray(this.#at));
      this.#at += TRACEPARENT_LENGTH;
      this.out[this.#at++] = QUOTE;
    }
    this.#member(TIMES);
    view.end = this.#at;
    return view;
  }

  #member(literal: Uint8Array): void {
    if (this.#at > 1) this.out[this.#at++] = COMMA;
    this.out.set(literal, this.#at);
    this.#at += literal.length;
  }

  /** Writes a field unless it is empty; returns where it lies between its quotes. */
  #bytes(key: Uint8Array, field: ByteField): [start: number, end: number] {
    if (field.textLength === 0) return [0, 0];
    this.#member(key);
    const start = this.#at;
    const end = field.writeText(this.out, start);
    this.out[end] = QUOTE;
    this.#at = end + 1;
    return [start, end];
  }
}

function emptyView(buf: Uint8Array): BodyView {
  return {
    buf,
    start: 0,
    end: 0,
    keyStart: 0,
    keyEnd: 0,
    valueStart: 0,
    valueEnd: 0,
    topicStart: 0,
    topicEnd: 0,
    customStart: 0,
    customEnd: 0,
    errorStart: 0,
    errorEnd: 0,
    verdict: "",
    traceStart: 0,
    headEnd: 0,
    timeoutMs: 0,
    deadlineMs: 0,
  };
}
