/**
 * The JSON bodies of packets, read in full: as lenient and as strict as Go's
 * encoding/json is with the same structures, so that what passes here cannot
 * make a Go peer drop its connection.
 *
 * Source: the wire specification, sections 1.5 and 1.6. Data bodies have a
 * faster way, `DataBody`, which ends here for every shape it does not know.
 *
 * @module
 */

import { decodeBase64Lenient, encodeBase64Into } from "./base64.ts";
import { skipSpace, skipValue, walkObject } from "./json_scan.ts";
import { quoteText, unquoteBytes, unquoteText } from "./json_text.ts";
import { ProtocolError } from "./protocol_error.ts";
import { parseTime, type TimeValue, ZERO_TIME_VALUE } from "./rfc3339.ts";

/** The fields of message, message ack, request and response. */
export interface DataFields {
  /** Method name of a request or response, in bytes. */
  key: Uint8Array | undefined;
  /** Payload. */
  value: Uint8Array | undefined;
  /** Topic of a message; empty when absent. */
  topic: string;
  /** Opaque bytes beside the payload. */
  custom: Uint8Array | undefined;
  /** Reason of a failure; empty on success. */
  error: string;
  /** Time left to answer, in nanoseconds; 0 when absent. */
  timeoutNs: bigint;
  /** Instant of the sender's clock at which its timeout ends. */
  deadline: TimeValue;
  /** Instant of the sender's clock at which its caller's context ends. */
  contextDeadline: TimeValue;
}

/** The JSON of conn, conn ack and disconn ack. */
export interface ConnBody {
  /** Free bytes of the client; absent when empty. */
  meta?: Uint8Array | undefined;
  /** Reason of a refusal; empty on success. */
  error: string;
  /** Extensions offered or taken; ours, Go peers never set or read it. */
  ext: string[];
  /** First stream credit per session and per connection, in bytes; ours. */
  window: [number, number] | undefined;
}

/** The JSON of session, session ack, dismiss and dismiss ack. */
export interface SessionBody {
  /** Free bytes of the opener; absent when empty. */
  meta?: Uint8Array | undefined;
  /** Reason of a refusal; empty on success. */
  error: string;
  /** Whom the session is for: a service's name or an edge's id. */
  peer: string;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const MINUS = 0x2d;
const OPEN_OBJECT = 0x7b;
const OPEN_ARRAY = 0x5b;
const LETTER_K = 0x6b;
const LETTER_N = 0x6e;
const LETTER_S = 0x73;

const INT64_MAX = 2n ** 63n - 1n;
const INT64_MIN = -(2n ** 63n);
const UINT32_MAX = 2 ** 32 - 1;
/** Digits of the longest int64, its sign included. */
const INT64_CHARS = 20;
/** Longest spelling of a known key: eight characters as `\uXXXX`. */
const LONGEST_KEY = 48;
/** An `ext` or `window` beyond this many bytes is not looked at. */
const LONGEST_EXTENSION = 4096;

const decoder = new TextDecoder();
const encoder = new TextEncoder();

/** Takes a member's value, after its key was recognised. */
type FieldReader = (buf: Uint8Array, start: number, end: number) => void;

/** The known names of an object, each with the reader of its values. */
type FieldReaders = readonly (readonly [string, FieldReader])[];

/**
 * Compares a key without escapes the way Go matches names: without regard to
 * case, where the Kelvin sign is a k and the long s an s. Names are lower-case
 * ASCII letters.
 */
function isNamed(
  buf: Uint8Array,
  at: number,
  end: number,
  name: string,
): boolean {
  for (let i = 0; i < name.length; i++) {
    const letter = name.charCodeAt(i);
    const byte = at < end ? buf[at]! : 0;
    if ((byte | 0x20) === letter) {
      at++;
    } else if (letter === LETTER_S && byte === 0xc5 && buf[at + 1] === 0xbf) {
      at += 2;
    } else if (
      letter === LETTER_K && byte === 0xe2 && buf[at + 1] === 0x84 &&
      buf[at + 2] === 0xaa
    ) {
      at += 3;
    } else {
      return false;
    }
  }
  return at === end;
}

function readerOf(
  buf: Uint8Array,
  start: number,
  end: number,
  readers: FieldReaders,
): FieldReader | undefined {
  for (const [name, reader] of readers) {
    if (isNamed(buf, start, end, name)) return reader;
  }
  return undefined;
}

/** Gives the members of an object to the readers of their names. */
function readMembers(
  buf: Uint8Array,
  at: number,
  end: number,
  depth: number,
  readers: FieldReaders,
): number {
  return walkObject(buf, at, end, depth, (keyStart, keyEnd, start, stop) => {
    if (keyEnd - keyStart > LONGEST_KEY) return;
    let reader = readerOf(buf, keyStart, keyEnd, readers);
    if (reader === undefined && hasEscape(buf, keyStart, keyEnd)) {
      const key = unquoteBytes(buf, keyStart, keyEnd);
      reader = readerOf(key, 0, key.length, readers);
    }
    reader?.(buf, start, stop);
  });
}

function hasEscape(buf: Uint8Array, start: number, end: number): boolean {
  for (let i = start; i < end; i++) if (buf[i] === BACKSLASH) return true;
  return false;
}

/** Reads a whole body: an object or `null`, white space around it allowed. */
function readBody(
  buf: Uint8Array,
  start: number,
  end: number,
  what: string,
  readers: FieldReaders,
): void {
  let at = skipSpace(buf, start, end);
  if (at < end && buf[at] === OPEN_OBJECT) {
    at = readMembers(buf, at, end, 0, readers);
  } else if (at < end && buf[at] === LETTER_N) {
    at = skipValue(buf, at, end, 0);
  } else {
    throw new ProtocolError(`Cannot decode ${what}: no JSON object`);
  }
  if (at < 0 || skipSpace(buf, at, end) !== end) {
    throw new ProtocolError(`Cannot decode ${what}: malformed JSON`);
  }
}

function wrongValue(field: string, need: string): ProtocolError {
  return new ProtocolError(`Cannot decode ${field}: not ${need}`);
}

function isNull(buf: Uint8Array, start: number): boolean {
  return buf[start] === LETTER_N;
}

/** Reads a text field; `undefined` for null, which leaves the field alone. */
function readText(
  buf: Uint8Array,
  start: number,
  end: number,
  field: string,
): string | undefined {
  if (isNull(buf, start)) return undefined;
  if (buf[start] !== QUOTE) throw wrongValue(field, "a string");
  return unquoteText(buf, start + 1, end - 1);
}

function readTime(
  buf: Uint8Array,
  start: number,
  end: number,
  field: string,
): TimeValue | undefined {
  if (isNull(buf, start)) return undefined;
  const time = buf[start] === QUOTE
    ? parseTime(buf, start + 1, end - 1)
    : undefined;
  if (time === undefined) throw wrongValue(field, "an RFC 3339 time");
  return time;
}

function readInt64(
  buf: Uint8Array,
  start: number,
  end: number,
  field: string,
): bigint | undefined {
  if (isNull(buf, start)) return undefined;
  let integral = end - start <= INT64_CHARS;
  for (let i = start; integral && i < end; i++) {
    integral = buf[i]! >= 0x30 && buf[i]! <= 0x39 ||
      buf[i] === MINUS && i === start;
  }
  if (!integral) throw wrongValue(field, "an integer");
  const value = BigInt(decoder.decode(buf.subarray(start, end)));
  if (value > INT64_MAX || value < INT64_MIN) {
    throw wrongValue(field, "an integer of 64 bits");
  }
  return value;
}

/**
 * Reads a byte field: base64, an array of numbers, or null, which empties it.
 *
 * @param before What the field held. Go decodes an array over it, so that a
 * null in the array keeps the byte that was there.
 */
function readBytes(
  buf: Uint8Array,
  start: number,
  end: number,
  field: string,
  before: ByteField,
): void {
  const first = buf[start];
  if (first === LETTER_N) {
    before.memory = before.value = undefined;
  } else if (first === QUOTE) {
    before.memory = before.value = readBase64(buf, start + 1, end - 1, field);
  } else if (first === OPEN_ARRAY) {
    readByteArray(buf, start, end, field, before);
  } else {
    throw wrongValue(field, "base64");
  }
}

/** A byte field being read, with what lies behind its end as Go would have it. */
interface ByteField {
  value: Uint8Array | undefined;
  memory: Uint8Array | undefined;
}

function readBase64(
  buf: Uint8Array,
  start: number,
  end: number,
  field: string,
): Uint8Array {
  let bytes = decodeBase64Lenient(buf, start, end);
  if (bytes === undefined && hasEscape(buf, start, end)) {
    const plain = unquoteBytes(buf, start, end);
    bytes = decodeBase64Lenient(plain, 0, plain.length);
  }
  if (bytes === undefined) throw wrongValue(field, "base64");
  return bytes;
}

/** Counts the elements of a valid array of scalars. */
function countElements(buf: Uint8Array, start: number, end: number): number {
  let commas = 0;
  for (let i = start; i < end; i++) if (buf[i] === COMMA) commas++;
  return commas + 1;
}

function readByteArray(
  buf: Uint8Array,
  start: number,
  end: number,
  field: string,
  before: ByteField,
): void {
  const last = end - 1;
  let at = skipSpace(buf, start + 1, end);
  if (at === last) {
    before.memory = before.value = new Uint8Array(0);
    return;
  }
  const old = before.memory ?? new Uint8Array(0);
  const count = countElements(buf, at, last);
  const bytes = new Uint8Array(Math.max(count, old.length));
  bytes.set(old);
  let index = 0;
  while (at < last) {
    const after = skipValue(buf, at, last, 0);
    if (!isNull(buf, at)) bytes[index] = readByte(buf, at, after, field);
    index++;
    // Past the comma, or onto the closing bracket.
    at = skipSpace(buf, skipSpace(buf, after, last) + 1, end);
  }
  before.memory = bytes;
  before.value = bytes.subarray(0, index);
}

function readByte(
  buf: Uint8Array,
  start: number,
  end: number,
  field: string,
): number {
  let value = 0;
  for (let i = start; i < end; i++) {
    const digit = (buf[i]! - 0x30) & 0xff;
    if (digit > 9) throw wrongValue(field, "bytes");
    value = value * 10 + digit;
  }
  if (value > 255) throw wrongValue(field, "bytes");
  return value;
}

/**
 * Decodes the body of a message, message ack, request or response.
 *
 * @param buf Holds the body.
 * @param start First byte of the body.
 * @param end Byte after the body.
 * @returns The fields; absent ones have their empty value.
 * @throws {ProtocolError} If a Go peer would refuse the body.
 */
export function decodeDataBody(
  buf: Uint8Array,
  start: number,
  end: number,
): DataFields {
  const key: ByteField = { value: undefined, memory: undefined };
  const value: ByteField = { value: undefined, memory: undefined };
  const custom: ByteField = { value: undefined, memory: undefined };
  const fields = emptyDataFields();
  readBody(buf, start, end, "data body", [
    ["key", (b, s, e) => readBytes(b, s, e, "key", key)],
    ["value", (b, s, e) => readBytes(b, s, e, "value", value)],
    [
      "topic",
      (b, s, e) => fields.topic = readText(b, s, e, "topic") ?? fields.topic,
    ],
    ["custom", (b, s, e) => readBytes(b, s, e, "custom", custom)],
    [
      "error",
      (b, s, e) => fields.error = readText(b, s, e, "error") ?? fields.error,
    ],
    [
      "timeout",
      (b, s, e) =>
        fields.timeoutNs = readInt64(b, s, e, "timeout") ?? fields.timeoutNs,
    ],
    [
      "deadline",
      (b, s, e) =>
        fields.deadline = readTime(b, s, e, "deadline") ?? fields.deadline,
    ],
    ["context", (b, s, e) => readContext(b, s, e, fields)],
  ]);
  fields.key = key.value;
  fields.value = value.value;
  fields.custom = custom.value;
  return fields;
}

function readContext(
  buf: Uint8Array,
  start: number,
  end: number,
  fields: DataFields,
): void {
  if (isNull(buf, start)) return;
  if (buf[start] !== OPEN_OBJECT) throw wrongValue("context", "an object");
  readMembers(buf, start, end, 1, [
    [
      "deadline",
      (b, s, e) =>
        fields.contextDeadline = readTime(b, s, e, "context deadline") ??
          fields.contextDeadline,
    ],
  ]);
}

/**
 * Makes the fields of an empty data body.
 *
 * @returns Fields with nothing set.
 */
export function emptyDataFields(): DataFields {
  return {
    key: undefined,
    value: undefined,
    topic: "",
    custom: undefined,
    error: "",
    timeoutNs: 0n,
    deadline: ZERO_TIME_VALUE,
    contextDeadline: ZERO_TIME_VALUE,
  };
}

/** Collects the members of an object that is written. */
class BodyWriter {
  #parts: Uint8Array[] = [];
  #length = 2;

  #add(name: string, part: Uint8Array): void {
    const key = encoder.encode(
      `${this.#parts.length > 0 ? "," : ""}"${name}":`,
    );
    this.#parts.push(key, part);
    this.#length += key.length + part.length;
  }

  json(name: string, text: string): void {
    this.#add(name, encoder.encode(text));
  }

  text(name: string, text: string): void {
    if (text === "") return;
    const inside = quoteText(text);
    const quoted = new Uint8Array(inside.length + 2);
    quoted[0] = quoted[quoted.length - 1] = QUOTE;
    quoted.set(inside, 1);
    this.#add(name, quoted);
  }

  bytes(name: string, bytes: Uint8Array | undefined): void {
    if (bytes === undefined || bytes.length === 0) return;
    const quoted = new Uint8Array(Math.ceil(bytes.length / 3) * 4 + 2);
    quoted[0] = quoted[quoted.length - 1] = QUOTE;
    encodeBase64Into(bytes, 0, bytes.length, quoted, 1);
    this.#add(name, quoted);
  }

  finish(): Uint8Array<ArrayBuffer> {
    const out = new Uint8Array(this.#length);
    let at = 1;
    out[0] = OPEN_OBJECT;
    for (const part of this.#parts) {
      out.set(part, at);
      at += part.length;
    }
    out[at] = 0x7d;
    return out;
  }
}

/**
 * Encodes a data body, byte for byte as Go does.
 *
 * @param fields What to write; empty fields are left out, times never.
 * @returns The body.
 */
export function encodeDataBody(fields: DataFields): Uint8Array<ArrayBuffer> {
  const writer = new BodyWriter();
  writer.bytes("key", fields.key);
  writer.bytes("value", fields.value);
  writer.text("topic", fields.topic);
  writer.bytes("custom", fields.custom);
  writer.text("error", fields.error);
  if (fields.timeoutNs !== 0n) writer.json("timeout", `${fields.timeoutNs}`);
  writer.json("deadline", `"${fields.deadline.text}"`);
  writer.json("context", `{"deadline":"${fields.contextDeadline.text}"}`);
  return writer.finish();
}

/** Reads one of our own fields; what is malformed counts as absent. */
function readExtension(buf: Uint8Array, start: number, end: number): unknown {
  if (end - start > LONGEST_EXTENSION) return undefined;
  return JSON.parse(decoder.decode(buf.subarray(start, end)));
}

function isFeatureList(value: unknown): value is string[] {
  return Array.isArray(value) &&
    value.every((item) => typeof item === "string");
}

function isWindow(value: unknown): value is [number, number] {
  return Array.isArray(value) && value.length === 2 &&
    value.every((item) =>
      Number.isInteger(item) && item >= 0 && item <= UINT32_MAX
    );
}

/**
 * Decodes the body of a conn, conn ack or disconn ack.
 *
 * @param buf Holds the body.
 * @param start First byte of the body.
 * @param end Byte after the body.
 * @returns The fields. A malformed `ext` or `window` counts as absent.
 * @throws {ProtocolError} If a Go peer would refuse the body.
 */
export function decodeConnBody(
  buf: Uint8Array,
  start: number,
  end: number,
): ConnBody {
  const meta: ByteField = { value: undefined, memory: undefined };
  const body: ConnBody = { error: "", ext: [], window: undefined };
  readBody(buf, start, end, "conn body", [
    ["meta", (b, s, e) => readBytes(b, s, e, "meta", meta)],
    [
      "error",
      (b, s, e) => body.error = readText(b, s, e, "error") ?? body.error,
    ],
    ["ext", (b, s, e) => {
      const value = readExtension(b, s, e);
      if (isFeatureList(value)) body.ext = value;
    }],
    ["window", (b, s, e) => {
      const value = readExtension(b, s, e);
      if (isWindow(value)) body.window = value;
    }],
  ]);
  if (meta.value !== undefined) body.meta = meta.value;
  return body;
}

/**
 * Encodes the body of a conn, conn ack or disconn ack. Without
 * `ext` and `window` it is byte for byte what Go writes.
 *
 * @param body What to write; empty fields are left out.
 * @returns The body.
 */
export function encodeConnBody(
  body: Partial<ConnBody>,
): Uint8Array<ArrayBuffer> {
  const writer = new BodyWriter();
  writer.bytes("meta", body.meta);
  writer.text("error", body.error ?? "");
  if (body.ext !== undefined && body.ext.length > 0) {
    writer.json("ext", JSON.stringify(body.ext));
  }
  if (body.window !== undefined) {
    writer.json("window", JSON.stringify(body.window));
  }
  return writer.finish();
}

/**
 * Decodes the body of a session, session ack, dismiss or dismiss ack.
 *
 * @param buf Holds the body.
 * @param start First byte of the body.
 * @param end Byte after the body.
 * @returns The fields.
 * @throws {ProtocolError} If a Go peer would refuse the body.
 */
export function decodeSessionBody(
  buf: Uint8Array,
  start: number,
  end: number,
): SessionBody {
  const meta: ByteField = { value: undefined, memory: undefined };
  const body: SessionBody = { error: "", peer: "" };
  readBody(buf, start, end, "session body", [
    ["meta", (b, s, e) => readBytes(b, s, e, "meta", meta)],
    [
      "error",
      (b, s, e) => body.error = readText(b, s, e, "error") ?? body.error,
    ],
    ["peer", (b, s, e) => body.peer = readText(b, s, e, "peer") ?? body.peer],
  ]);
  if (meta.value !== undefined) body.meta = meta.value;
  return body;
}

/**
 * Encodes the body of a session, session ack, dismiss or dismiss ack, byte for
 * byte as Go does.
 *
 * @param body What to write; empty fields are left out.
 * @returns The body.
 */
export function encodeSessionBody(
  body: Partial<SessionBody>,
): Uint8Array<ArrayBuffer> {
  const writer = new BodyWriter();
  writer.bytes("meta", body.meta);
  writer.text("error", body.error ?? "");
  writer.text("peer", body.peer ?? "");
  return writer.finish();
}

/**
 * Decodes the body of a register ack.
 *
 * @param buf Holds the body.
 * @param start First byte of the body.
 * @param end Byte after the body.
 * @returns The reason of a refusal; empty on success.
 * @throws {ProtocolError} If a Go peer would refuse the body.
 */
export function decodeErrorBody(
  buf: Uint8Array,
  start: number,
  end: number,
): string {
  let error = "";
  readBody(buf, start, end, "register ack body", [
    ["error", (b, s, e) => error = readText(b, s, e, "error") ?? error],
  ]);
  return error;
}

/**
 * Encodes the body of a register ack, byte for byte as Go does.
 *
 * @param error The reason of a refusal; empty on success.
 * @returns The body.
 */
export function encodeErrorBody(error: string): Uint8Array<ArrayBuffer> {
  const writer = new BodyWriter();
  writer.text("error", error);
  return writer.finish();
}
