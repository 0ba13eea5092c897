/**
 * The JSON bodies of packets, read in full: as lenient and as strict as Go's
 * encoding/json is with the same structures, so that what passes here cannot
 * make a Go peer drop its connection.
 *
 * Source: docs/spec/wire.md §1.5 and §1.6. Data bodies have a
 * faster way, `DataBody`, which ends here for every shape it does not know.
 *
 * @module
 */

import type { ConnBody, DataFields, SessionBody } from "./bodies.ts";
import { ByteField } from "./byte_field.ts";
import { DataMembers, readDataMembers } from "./data_members.ts";
import {
  type FieldReader,
  type FieldReaders,
  ObjectRead,
  TextField,
} from "./json_fields.ts";
import { NameTable } from "./json_names.ts";
import type { Budget } from "./json_scan.ts";
import { BodyWriter } from "./json_writer.ts";
import { ProtocolError } from "../errors/protocol_error.ts";
import { ZERO_TIME_VALUE } from "./rfc3339.ts";
import { readUsualSession } from "./usual_session.ts";
import { TRACE_KEY, TraceField } from "./traceparent.ts";
import { VERDICT_KEY } from "../errors/verdict.ts";

const UINT32_MAX = 2 ** 32 - 1;
/** An `ext` or `window` beyond this many bytes is not looked at. */
const LONGEST_EXTENSION = 4096;

/**
 * Longest body that is read of a packet other than message, request and their
 * answers, in bytes: it is read at once, while everybody else waits.
 */
export const MAX_CONTROL_BODY: number = 2 * 1024 * 1024;

const decoder = new TextDecoder();

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
  const members = new DataMembers({ left: Infinity });
  while (!readDataMembers(members, buf, start, end).step());
  return {
    key: members.key.bytes(),
    value: members.value.bytes(),
    topic: members.topic.text(),
    custom: members.custom.bytes(),
    error: members.error.text(),
    verdict: members.verdict,
    timeoutNs: members.timeout.value(),
    deadline: members.deadline.value(),
    contextDeadline: members.contextDeadline.value(),
    ...traceMember(members.trace),
  };
}

/** The context of a trace as an optional member. */
function traceMember({ text }: TraceField): { trace?: string } {
  return text === "" ? {} : { trace: text };
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
    verdict: "",
    timeoutNs: 0n,
    deadline: ZERO_TIME_VALUE,
    contextDeadline: ZERO_TIME_VALUE,
  };
}

/**
 * Encodes a data body, byte for byte as Go does.
 *
 * @param fields What to write; empty fields are left out, times never. A verdict
 * is written only with an error.
 * @returns The body.
 */
export function encodeDataBody(fields: DataFields): Uint8Array<ArrayBuffer> {
  const writer = new BodyWriter();
  writer.bytes("key", fields.key);
  writer.bytes("value", fields.value);
  writer.text("topic", fields.topic);
  writer.bytes("custom", fields.custom);
  writer.text("error", fields.error);
  if (fields.error !== "") writer.text(VERDICT_KEY, fields.verdict);
  if (fields.timeoutNs !== 0n) writer.json("timeout", `${fields.timeoutNs}`);
  writer.text(TRACE_KEY, fields.trace ?? "");
  writer.json("deadline", `"${fields.deadline.text}"`);
  writer.json("context", `{"deadline":"${fields.contextDeadline.text}"}`);
  return writer.finish();
}

/** What any body but a data body says, as far as it was read. */
class Envelope {
  readonly budget: Budget = { left: Infinity };
  readonly meta = new ByteField("meta", this.budget);
  readonly error = new TextField("error");
  readonly peer = new TextField("peer");
  readonly reason = new TextField("reason");
  readonly trace = new TraceField();
  ext: string[] = [];
  window: [number, number] | undefined;

  /** The free bytes as an optional member. */
  get metaMember(): { meta?: Uint8Array } {
    const meta = this.meta.bytes();
    return meta === undefined ? {} : { meta };
  }
}

type Reader = FieldReader<Envelope>;

const readMeta: Reader = (into, b, s, e) => into.meta.read(b, s, e);
const readError: Reader = (into, b, s, e) => into.error.read(b, s, e);

const CONN = new NameTable<Reader>({
  meta: readMeta,
  error: readError,
  ext: (into, b, s, e) => {
    const value = readExtension(b, s, e);
    if (isFeatureList(value)) into.ext = value;
  },
  window: (into, b, s, e) => {
    const value = readExtension(b, s, e);
    if (isWindow(value)) into.window = value;
  },
});

const SESSION = new NameTable<Reader>({
  meta: readMeta,
  error: readError,
  peer: (into, b, s, e) => into.peer.read(b, s, e),
}, {
  [TRACE_KEY]: (into, b, s, e) => into.trace.read(b, s, e),
});

const REGISTER_ACK = new NameTable<Reader>({ error: readError });

const FAREWELL = new NameTable<Reader>({
  reason: (into, b, s, e) => into.reason.read(b, s, e),
});

/** Reads a body at once; one that would take long is refused unread. */
function readEnvelope(
  what: string,
  readers: FieldReaders<Envelope>,
  buf: Uint8Array,
  start: number,
  end: number,
): Envelope {
  const length = end - start;
  if (length > MAX_CONTROL_BODY) {
    throw new ProtocolError(
      `Cannot decode ${what}: ${length} bytes exceed ${MAX_CONTROL_BODY}`,
    );
  }
  const into = new Envelope();
  const { budget } = into;
  const read = new ObjectRead(what, readers, into, budget, buf, start, end);
  while (!read.step());
  return into;
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
 * @throws {ProtocolError} If a Go peer would refuse the body, or it is longer
 * than {@linkcode MAX_CONTROL_BODY}.
 */
export function decodeConnBody(
  buf: Uint8Array,
  start: number,
  end: number,
): ConnBody {
  // Most edges say nothing of themselves, or a meta.
  const usual = readUsualSession(buf, start, end);
  if (usual !== undefined && usual.peer === "") {
    const { meta } = usual;
    const body: ConnBody = { error: "", ext: [], window: undefined };
    if (meta !== undefined) body.meta = meta;
    return body;
  }
  const read = readEnvelope("conn body", CONN, buf, start, end);
  const { ext, window } = read;
  return { error: read.error.text(), ext, window, ...read.metaMember };
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
 * @throws {ProtocolError} If a Go peer would refuse the body, or it is longer
 * than {@linkcode MAX_CONTROL_BODY}.
 */
export function decodeSessionBody(
  buf: Uint8Array,
  start: number,
  end: number,
): SessionBody {
  const usual = readUsualSession(buf, start, end);
  return usual ?? readSession(buf, start, end);
}

/**
 * Reads a session body of any shape in full; else like
 * {@linkcode decodeSessionBody}.
 *
 * @param buf Holds the body.
 * @param start First byte of the body.
 * @param end Byte after the body.
 * @returns The fields.
 */
export function readSession(
  buf: Uint8Array,
  start: number,
  end: number,
): SessionBody {
  const read = readEnvelope("session body", SESSION, buf, start, end);
  const { error, peer, trace } = read;
  return {
    error: error.text(),
    peer: peer.text(),
    ...read.metaMember,
    ...traceMember(trace),
  };
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
  writer.text(TRACE_KEY, body.trace ?? "");
  return writer.finish();
}

/**
 * Decodes the body of a register ack.
 *
 * @param buf Holds the body.
 * @param start First byte of the body.
 * @param end Byte after the body.
 * @returns The reason of a refusal; empty on success.
 * @throws {ProtocolError} If a Go peer would refuse the body, or it is longer
 * than {@linkcode MAX_CONTROL_BODY}.
 */
export function decodeErrorBody(
  buf: Uint8Array,
  start: number,
  end: number,
): string {
  const what = "register ack body";
  return readEnvelope(what, REGISTER_ACK, buf, start, end).error.text();
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

/**
 * Decodes the body of a farewell.
 *
 * @param buf Holds the body.
 * @param start First byte of the body.
 * @param end Byte after the body.
 * @returns The reason; empty when there is none.
 * @throws {ProtocolError} If it is malformed.
 */
export function decodeFarewellBody(
  buf: Uint8Array,
  start: number,
  end: number,
): string {
  const what = "farewell body";
  return readEnvelope(what, FAREWELL, buf, start, end).reason.text();
}

/**
 * Encodes the body of a farewell.
 *
 * @param reason One of `FAREWELL_REASONS`; peers ignore others.
 * @returns The body.
 */
export function encodeFarewellBody(reason: string): Uint8Array<ArrayBuffer> {
  const writer = new BodyWriter();
  writer.text("reason", reason);
  return writer.finish();
}
