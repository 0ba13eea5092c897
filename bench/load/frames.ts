/**
 * Building and taking apart frames without objects.
 *
 * The generator has its own few lines for this, apart from `proto/`: a mistake there shall not be hidden by the same
 * mistake here. Bodies are minimal (docs/spec/wire.md §1.2 to §1.6).
 *
 * @module
 */

/** Bytes before the payload. */
export const HEADER_SIZE = 14;
/** Header and session id: where the body of a message, request, response or stream frame begins. */
export const BODY_AT = 22;

const encoder = new TextEncoder();

/**
 * @param text any text.
 * @returns its UTF-8 bytes.
 */
export function utf8(text: string): Uint8Array<ArrayBuffer> {
  return encoder.encode(text);
}

/**
 * @param bytes any bytes.
 * @returns padded base64, standard alphabet.
 */
export function base64(bytes: Uint8Array): string {
  return bytes.toBase64();
}

/**
 * Writes a 32-bit integer, big-endian.
 *
 * @param into destination.
 * @param at offset.
 * @param value the integer; bits above 32 are lost.
 */
export function putU32(into: Uint8Array, at: number, value: number): void {
  into[at] = value >>> 24;
  into[at + 1] = value >>> 16;
  into[at + 2] = value >>> 8;
  into[at + 3] = value;
}

/**
 * Reads a 32-bit integer, big-endian.
 *
 * @param from source.
 * @param at offset.
 * @returns the unsigned integer.
 */
export function getU32(from: Uint8Array, at: number): number {
  return (((from[at] as number) << 24) | ((from[at + 1] as number) << 16) |
    ((from[at + 2] as number) << 8) |
    (from[at + 3] as number)) >>> 0;
}

/**
 * Builds a frame.
 *
 * @param type packet type.
 * @param id packet id, below 2^32.
 * @param parts payload, in pieces: bytes or text.
 * @returns the whole frame.
 */
export function frame(
  type: number,
  id: number,
  ...parts: (Uint8Array | string)[]
): Uint8Array<ArrayBuffer> {
  const pieces = parts.map((part) =>
    typeof part === "string" ? utf8(part) : part
  );
  const length = pieces.reduce((sum, piece) => sum + piece.length, 0);
  const bytes = new Uint8Array(HEADER_SIZE + length);
  bytes[0] = 1;
  bytes[1] = type;
  putU32(bytes, 6, id);
  putU32(bytes, 10, length);
  let at = HEADER_SIZE;
  for (const piece of pieces) {
    bytes.set(piece, at);
    at += piece.length;
  }
  return bytes;
}

/**
 * @param value below 2^32.
 * @returns 8 bytes, big-endian.
 */
export function u64(value: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(8);
  putU32(bytes, 4, value);
  return bytes;
}

/** The default session's id on the wire. */
export const SESSION_ONE: Uint8Array<ArrayBuffer> = u64(1);

/** First payload byte of a conn: choose my id, heartbeat every 20 s. */
export const CONN_20_S = 0x18;
/** First payload byte of a conn: choose my id, heartbeat every 320 s. Runs shorter than 640 s then need none. */
export const CONN_320_S = 0x38;

/**
 * The conn frame, packet id 1.
 *
 * @param flags {@linkcode CONN_20_S} or {@linkcode CONN_320_S}.
 * @param meta application meta; none when absent.
 * @returns the frame.
 */
export function connFrame(
  flags: number,
  meta?: Uint8Array,
): Uint8Array<ArrayBuffer> {
  const body = meta === undefined ? "{}" : `{"meta":"${base64(meta)}"}`;
  return frame(0x01, 1, new Uint8Array([flags, 0]), new Uint8Array(8), body);
}

/**
 * Meta of a service.
 *
 * @param service its name.
 * @param topics what it takes.
 * @returns the JSON bytes.
 */
export function serviceMeta(
  service: string,
  topics: readonly string[] = [],
): Uint8Array<ArrayBuffer> {
  return utf8(
    JSON.stringify({ service, topics: topics.length === 0 ? null : topics }),
  );
}

/**
 * Writes the first 22 bytes of an answer: version, packet id and session id are those of the frame that is answered.
 *
 * @param into destination.
 * @param to offset in it.
 * @param bytes where the answered frame is.
 * @param at its offset.
 * @param type packet type of the answer.
 * @param bodySize size of the answer's body in bytes.
 */
export function putReply(
  into: Uint8Array,
  to: number,
  bytes: Uint8Array,
  at: number,
  type: number,
  bodySize: number,
): void {
  for (let i = 0; i < BODY_AT; i++) into[to + i] = bytes[at + i] as number;
  into[to + 1] = type;
  putU32(into, to + 10, bodySize + 8);
}

const ALPHABET = utf8(
  "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/",
);
const DIGIT = new Int8Array(256).fill(-1);
ALPHABET.forEach((character, digit) => DIGIT[character] = digit);

/**
 * Writes 24 bits as one base64 quantum, which stays valid base64 wherever a value has four characters.
 *
 * @param into destination.
 * @param at offset of the four characters.
 * @param value the number; bits above 24 are lost.
 */
export function putTag(into: Uint8Array, at: number, value: number): void {
  into[at] = ALPHABET[(value >>> 18) & 63] as number;
  into[at + 1] = ALPHABET[(value >>> 12) & 63] as number;
  into[at + 2] = ALPHABET[(value >>> 6) & 63] as number;
  into[at + 3] = ALPHABET[value & 63] as number;
}

/**
 * Reads what {@linkcode putTag} wrote.
 *
 * @param from source.
 * @param at offset of the four characters.
 * @returns the number, or a negative one when a character is not base64.
 */
export function getTag(from: Uint8Array, at: number): number {
  return (DIGIT[from[at] as number] as number) << 18 |
    (DIGIT[from[at + 1] as number] as number) << 12 |
    (DIGIT[from[at + 2] as number] as number) << 6 |
    (DIGIT[from[at + 3] as number] as number);
}

/**
 * Whether bytes begin with a prefix.
 *
 * @param bytes source.
 * @param at where to look.
 * @param end end of the valid bytes.
 * @param prefix what should be there.
 * @returns true when it is.
 */
export function hasPrefix(
  bytes: Uint8Array,
  at: number,
  end: number,
  prefix: Uint8Array,
): boolean {
  const length = prefix.length;
  if (end - at < length) return false;
  for (let i = 0; i < length; i++) {
    if (bytes[at + i] !== prefix[i]) return false;
  }
  return true;
}

const VALUE_KEY = utf8('"value":"');

/**
 * Finds the value of a data body whose keys before it hold no `"value":"` in their texts, as is the case for all
 * that the generator sends.
 *
 * @param bytes source.
 * @param at where the body begins.
 * @param end where it ends.
 * @param prefix a guess at what stands before the value; the usual case is then one comparison.
 * @returns offset of the first character of the value, or -1 when there is none.
 */
export function findValue(
  bytes: Uint8Array,
  at: number,
  end: number,
  prefix: Uint8Array,
): number {
  if (hasPrefix(bytes, at, end, prefix)) return at + prefix.length;
  for (let i = at; i < end; i++) {
    if (bytes[i] === 0x22 && hasPrefix(bytes, i, end, VALUE_KEY)) {
      return i + VALUE_KEY.length;
    }
  }
  return -1;
}

/**
 * The text a peer answered instead of a value, for the report.
 *
 * @param bytes source.
 * @param at where the body begins.
 * @param end where it ends.
 * @returns at most 200 characters.
 */
export function bodyText(bytes: Uint8Array, at: number, end: number): string {
  return new TextDecoder().decode(bytes.subarray(at, Math.min(end, at + 200)));
}
