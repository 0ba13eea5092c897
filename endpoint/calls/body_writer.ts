/**
 * Writes requests, messages and their answers straight into the outbox of a
 * connection, byte for byte as Go peers do. Source: docs/spec/wire.md §1.5.1 and §1.6.8.
 *
 * @module
 */

import {
  encodeBase64,
  encodeBase64Into,
  encodeErrorText,
  FrontierError,
  type Link,
  PAYLOAD_TOO_LARGE,
  type Session,
  SHORT_BUFFER,
  TRACE_KEY,
  TRACE_MEMBER_LENGTH,
  TYPE_MESSAGE_ACK,
  TYPE_RESPONSE,
  type Verdict,
  verdictMember,
  ZERO_TIME,
} from "@frontier/proto/internal";
import { checkPayload, NO_BYTES, type Payload } from "../payload.ts";

const QUOTE = 0x22;
const COMMA = 0x2c;

const encoder = new TextEncoder();

/** A body in which nothing is written yet. */
export const EMPTY_HEAD: Uint8Array = encoder.encode("{");
const VALUE = encoder.encode('"value":"');
const CUSTOM = encoder.encode('"custom":"');
const ERROR = encoder.encode('"error":"');
const TIMES = encoder.encode(
  `"deadline":"${ZERO_TIME}","context":{"deadline":"${ZERO_TIME}"}}`,
);
const DONE = encoder.encode(
  `{"deadline":"${ZERO_TIME}","context":{"deadline":"${ZERO_TIME}"}}`,
);

/** Punctuation and a timeout of 20 digits. */
const OVERHEAD = 64;
/** What a gateway adds to a body that it passes on: the id tail and a timeout. */
const RELAY_MARGIN = 64;
const TAIL_BYTES = 8;
/** Longest text that is encoded without an array of its own, in characters. */
const SHORT_TEXT = 4_096;
/** Heads remembered; names that are made up per call must not fill the memory. */
const MAX_HEADS = 4_096;
/** Longest name that is remembered, in characters. */
const MAX_NAME = 256;
const NANOS_PER_MILLI = 1_000_000;
/** More milliseconds than this do not fit into the wire's 63 bits of nanoseconds: as good as no limit. */
const LONGEST_MS = 9_223_372_036_854;

const scratch = new Uint8Array(SHORT_TEXT * 3);
const tail = new Uint8Array(TAIL_BYTES);

/** Remembers what was made of a name. */
class HeadCache {
  readonly #heads = new Map<string, Uint8Array>();
  readonly #make: (name: string) => Uint8Array;

  constructor(make: (name: string) => Uint8Array) {
    this.#make = make;
  }

  get(name: string): Uint8Array {
    if (name.length > MAX_NAME) return this.#make(name);
    let head = this.#heads.get(name);
    if (head === undefined) {
      if (this.#heads.size >= MAX_HEADS) this.#heads.clear();
      head = this.#make(name);
      this.#heads.set(name, head);
    }
    return head;
  }
}

const methodHeads = new HeadCache((method) => {
  if (method === "") return EMPTY_HEAD;
  const key = encodeBase64(encoder.encode(method));
  const head = new Uint8Array(8 + key.length + 1);
  encoder.encodeInto('{"key":"', head);
  head.set(key, 8);
  head[head.length - 1] = QUOTE;
  return head;
});

const topics = new HeadCache((topic) => {
  const text = encodeErrorText(topic);
  const member = new Uint8Array(9 + text.length + 1);
  encoder.encodeInto('"topic":"', member);
  member.set(text, 9);
  member[member.length - 1] = QUOTE;
  return member;
});

/**
 * The beginning of a request or response.
 *
 * @param method Name of the method.
 * @returns The brace and the key.
 */
export function methodHead(method: string): Uint8Array {
  return methodHeads.get(method);
}

/** What one request or message holds. */
export interface Outgoing {
  /** What it does, for messages: `call "echo"`. */
  readonly what: string;
  /** The beginning: {@linkcode methodHead} or {@linkcode EMPTY_HEAD}. */
  readonly head: Uint8Array;
  /** The data. */
  readonly data: Payload;
  /** Topic of a message; `undefined` for a request. */
  readonly topic: string | undefined;
  /** Opaque bytes beside the data. */
  readonly custom: Uint8Array | undefined;
  /** The edge it is for, appended to the custom bytes; `undefined` for none. */
  readonly edgeId: bigint | undefined;
  /** Context of the trace it belongs to; `undefined` for none. */
  readonly trace: string | undefined;
}

/** Text in UTF-8 in a buffer that the next text overwrites, or the bytes. */
function bytesOf(data: Payload): Uint8Array {
  if (typeof data !== "string") return checkPayload(data);
  if (data.length > SHORT_TEXT) return encoder.encode(data);
  return scratch.subarray(0, encoder.encodeInto(data, scratch).written);
}

function put(dst: Uint8Array, at: number, literal: Uint8Array): number {
  for (let i = 0; i < literal.length; i++) dst[at + i] = literal[i]!;
  return at + literal.length;
}

function base64Length(bytes: number): number {
  return Math.ceil(bytes / 3) * 4;
}

function tooLarge(out: Outgoing, size: number, limit: number): FrontierError {
  return new FrontierError(
    "payload-too-large",
    `Cannot ${out.what}: encoded it has ${size} bytes, and a frame holds ${limit}; a stream takes any length`,
  );
}

let timeoutOf = -1;
let timeoutText: Uint8Array = NO_BYTES;

/** `"timeout":` in nanoseconds; most calls of a program have the same one. */
function timeoutMember(timeoutMs: number): Uint8Array {
  const millis = Math.max(1, Math.ceil(timeoutMs));
  if (millis !== timeoutOf) {
    timeoutOf = millis;
    timeoutText = encoder.encode(
      `"timeout":${BigInt(millis) * BigInt(NANOS_PER_MILLI)},`,
    );
  }
  return timeoutText;
}

/**
 * Tells whether a request or message fits into one frame.
 *
 * @param link Whose limit counts.
 * @param out What it holds.
 * @throws {FrontierError} With the code `payload-too-large` if it does not.
 */
export function checkSize(link: { maxPayload: number }, out: Outgoing): void {
  const bytes = bytesOf(out.data).length;
  const need = bodySize(out, bytes) + 8 + RELAY_MARGIN;
  if (need > link.maxPayload) throw tooLarge(out, need, link.maxPayload);
}

function bodySize(out: Outgoing, dataLength: number): number {
  let size = out.head.length + base64Length(dataLength) + OVERHEAD +
    TIMES.length;
  if (out.topic !== undefined) size += topics.get(out.topic).length;
  if (out.custom !== undefined) size += base64Length(out.custom.length);
  if (out.edgeId !== undefined) size += 12;
  return size;
}

/**
 * Writes a request or message.
 *
 * @param link The connection.
 * @param session Where it is sent; its connection must be open.
 * @param type Packet type, request or message.
 * @param idHi High half of the packet id.
 * @param idLo Low half of the packet id.
 * @param out What it holds.
 * @param timeoutMs Time the peer has to answer, in milliseconds; 0, and what
 * is too long for the wire, is not told.
 * @throws {FrontierError} With the code `payload-too-large` if it does not fit.
 */
export function writeOutgoing(
  link: Link,
  session: Session,
  type: number,
  idHi: number,
  idLo: number,
  out: Outgoing,
  timeoutMs: number,
): void {
  const data = bytesOf(out.data);
  let size = bodySize(out, data.length);
  const limit = link.settings.maxPayload;
  const need = size + 8 + RELAY_MARGIN;
  if (need > limit) throw tooLarge(out, need, limit);
  const trace = out.trace === undefined ? undefined : traceFor(link, out, need);
  if (trace !== undefined) size += TRACE_MEMBER_LENGTH;
  const begin = link.openFrame(session, size);
  const dst = link.outbox.buf;
  let at = put(dst, begin, out.head);
  if (at > begin + 1) dst[at++] = COMMA;
  if (data.length > 0) {
    at = put(dst, at, VALUE);
    at = encodeBase64Into(data, 0, data.length, dst, at);
    dst[at++] = QUOTE;
    dst[at++] = COMMA;
  }
  if (out.topic !== undefined && out.topic !== "") {
    at = put(dst, at, topics.get(out.topic));
    dst[at++] = COMMA;
  }
  const custom = customOf(out);
  if (custom.length > 0) {
    at = put(dst, at, CUSTOM);
    at = encodeBase64Into(custom, 0, custom.length, dst, at);
    dst[at++] = QUOTE;
    dst[at++] = COMMA;
  }
  if (timeoutMs > 0 && timeoutMs <= LONGEST_MS) {
    at = put(dst, at, timeoutMember(timeoutMs));
  }
  if (trace !== undefined) {
    const member = encoder.encode(`"${TRACE_KEY}":"${trace}",`);
    at = put(dst, at, member);
  }
  dst.set(TIMES, at);
  link.commitFrame(type, idHi, idLo, at + TIMES.length);
}

/** The context that goes along: none to a peer that does not know it, and nothing is too large for it. */
function traceFor(link: Link, out: Outgoing, need: number): string | undefined {
  const fits = need + TRACE_MEMBER_LENGTH <= link.settings.maxPayload;
  return link.trace && fits ? out.trace : undefined;
}

/** The custom bytes with the id of the edge behind them, big-endian. */
function customOf(out: Outgoing): Uint8Array {
  const own = out.custom ?? NO_BYTES;
  if (out.edgeId === undefined) return own;
  const hi = Number(out.edgeId >> 32n);
  const lo = Number(out.edgeId & 0xffff_ffffn);
  for (let i = 0; i < 4; i++) {
    tail[i] = hi >>> (24 - 8 * i);
    tail[i + 4] = lo >>> (24 - 8 * i);
  }
  if (own.length === 0) return tail;
  const custom = new Uint8Array(own.length + TAIL_BYTES);
  custom.set(own);
  custom.set(tail, own.length);
  return custom;
}

/**
 * Writes the response of a handler that succeeded; an error when the data does
 * not fit into a frame, or when the peer has not read what was written before.
 * The text says which of these, also to a Go caller behind the gateway; the
 * verdict tells ours that the call was done and its answer is lost.
 *
 * @param session The session of the request.
 * @param idHi High half of the request's packet id.
 * @param idLo Low half of it.
 * @param head The beginning of the response.
 * @param data What the handler returned, bytes or text; `undefined` for no
 * bytes.
 * @param outboxBytes Bytes that may wait to be written.
 */
export function writeResponse(
  session: Session,
  idHi: number,
  idLo: number,
  head: Uint8Array,
  data: Payload | undefined,
  outboxBytes: number,
): void {
  const { link } = session;
  if (link.outbox.unwritten > outboxBytes) {
    const reason = SHORT_BUFFER;
    writeFailure(session, TYPE_RESPONSE, idHi, idLo, head, reason, "unknown");
    return;
  }
  const bytes = data === undefined ? NO_BYTES : bytesOf(data);
  const size = head.length + base64Length(bytes.length) + OVERHEAD +
    TIMES.length;
  if (size + 8 > link.settings.maxPayload) {
    const reason = PAYLOAD_TOO_LARGE;
    writeFailure(session, TYPE_RESPONSE, idHi, idLo, head, reason, "unknown");
    return;
  }
  const begin = link.openFrame(session, size);
  const dst = link.outbox.buf;
  let at = put(dst, begin, head);
  if (at > begin + 1) dst[at++] = COMMA;
  if (bytes.length > 0) {
    at = put(dst, at, VALUE);
    at = encodeBase64Into(bytes, 0, bytes.length, dst, at);
    dst[at++] = QUOTE;
    dst[at++] = COMMA;
  }
  dst.set(TIMES, at);
  link.commitFrame(TYPE_RESPONSE, idHi, idLo, at + TIMES.length);
}

/** Longest error text that is sent, in bytes. */
const MAX_ERROR = 65_536;

/**
 * Writes a response or message ack that says why something failed.
 *
 * @param session The session of what is answered.
 * @param type Packet type, response or message ack.
 * @param idHi High half of its packet id.
 * @param idLo Low half of it.
 * @param head The beginning of the answer.
 * @param reason The error; cut when it is very long.
 * @param verdict What is known of the operation; empty for an error of the
 * application. Peers that did not negotiate `verdict` are not told.
 */
export function writeFailure(
  session: Session,
  type: number,
  idHi: number,
  idLo: number,
  head: Uint8Array,
  reason: string,
  verdict: Verdict = "",
): void {
  const { link } = session;
  const text = encodeErrorText(
    reason.length > MAX_ERROR ? reason.slice(0, MAX_ERROR) : reason,
  );
  const begin = link.openFrame(
    session,
    head.length + text.length + OVERHEAD + TIMES.length,
  );
  const dst = link.outbox.buf;
  let at = put(dst, begin, head);
  if (at > begin + 1) dst[at++] = COMMA;
  at = put(dst, at, ERROR);
  dst.set(text, at);
  at += text.length;
  dst[at++] = QUOTE;
  dst[at++] = COMMA;
  if (verdict !== "" && link.verdict) {
    at = put(dst, at, verdictMember(verdict));
    dst[at++] = COMMA;
  }
  dst.set(TIMES, at);
  link.commitFrame(type, idHi, idLo, at + TIMES.length);
}

/**
 * Acknowledges a message.
 *
 * @param session The session it came on.
 * @param idHi High half of its packet id.
 * @param idLo Low half of it.
 */
export function writeAck(session: Session, idHi: number, idLo: number): void {
  session.link.writeBody(session, TYPE_MESSAGE_ACK, idHi, idLo, DONE);
}
