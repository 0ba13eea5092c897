/**
 * Writes data bodies in the shape that Go peers and we use.
 *
 * Source: docs/spec/wire.md §1.6.8.
 *
 * @module
 */

import type { BodyView } from "./body_view.ts";
import type { ByteField } from "./byte_field.ts";
import { ZERO_TIME } from "./constants.ts";
import type { DataMembers } from "./data_members.ts";
import { verdictMember } from "./verdict.ts";

const QUOTE = 0x22;
const COMMA = 0x2c;
const OPEN_OBJECT = 0x7b;

const encoder = new TextEncoder();
const KEY = encoder.encode('"key":"');
const VALUE = encoder.encode('"value":"');
const TOPIC = encoder.encode('"topic":"');
const CUSTOM = encoder.encode('"custom":"');
const ERROR = encoder.encode('"error":"');
const TIMES = encoder.encode(
  `"deadline":"${ZERO_TIME}","context":{"deadline":"${ZERO_TIME}"}}`,
);
/** Room for all keys with their punctuation, a verdict and the times. */
const OVERHEAD = 96 + TIMES.length;

/** Writes the members of one body, with the commas between them. */
class UsualWriter {
  readonly out: Uint8Array;
  at = 1;

  constructor(room: number) {
    this.out = new Uint8Array(room);
    this.out[0] = OPEN_OBJECT;
  }

  literal(literal: Uint8Array): void {
    if (this.at > 1) this.out[this.at++] = COMMA;
    this.out.set(literal, this.at);
    this.at += literal.length;
  }

  /** Writes a member that is not empty; returns where it begins between its quotes. */
  bytes(key: Uint8Array, field: ByteField): number {
    if (field.textLength === 0) return 0;
    this.literal(key);
    const start = this.at;
    this.at = field.writeText(this.out, start);
    this.out[this.at++] = QUOTE;
    return start;
  }

  /** Writes a member that is not empty; returns where it begins between its quotes. */
  text(key: Uint8Array, inside: Uint8Array): number {
    if (inside.length === 0) return 0;
    this.literal(key);
    const start = this.at;
    this.out.set(inside, start);
    this.at += inside.length;
    this.out[this.at++] = QUOTE;
    return start;
  }
}

/**
 * Writes a body in the usual shape. Its times are unset, and are not in the view
 * either; the error keeps its spelling.
 *
 * @param members What the body says.
 * @param error Inside of the error in JSON.
 * @param topic Inside of the topic in JSON, in its one spelling.
 * @returns The view, over a buffer of its own.
 */
export function writeUsual(
  members: DataMembers,
  error: Uint8Array,
  topic: Uint8Array,
): BodyView {
  const { key, value, custom } = members;
  const verdict = error.length > 0 ? members.verdict : "";
  const writer = new UsualWriter(
    key.textLength + value.textLength + custom.textLength + topic.length +
      error.length + OVERHEAD,
  );
  const keyStart = writer.bytes(KEY, key);
  const keyEnd = keyStart + key.textLength;
  const valueStart = writer.bytes(VALUE, value);
  const valueEnd = valueStart + value.textLength;
  const topicStart = writer.text(TOPIC, topic);
  const headEnd = writer.at;
  const customStart = writer.bytes(CUSTOM, custom);
  const errorStart = writer.text(ERROR, error);
  if (verdict !== "") writer.literal(verdictMember(verdict));
  writer.literal(TIMES);
  return {
    buf: writer.out,
    start: 0,
    end: writer.at,
    keyStart,
    keyEnd,
    valueStart,
    valueEnd,
    topicStart,
    topicEnd: topicStart + topic.length,
    customStart,
    customEnd: customStart + custom.textLength,
    errorStart,
    errorEnd: errorStart + error.length,
    verdict,
    headEnd,
    timeoutMs: 0,
    deadlineMs: 0,
  };
}
