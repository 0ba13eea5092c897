/**
 * Frames of HTTP/2, written by hand: what no library would send.
 *
 * @module
 */

/** Types of frames. */
export const DATA = 0;
/** Opens a stream. */
export const HEADERS = 1;
/** Ends a stream at once. */
export const RST_STREAM = 3;
/** How the sender wants to be treated. */
export const SETTINGS = 4;
/** Asks whether the peer is there. */
export const PING = 6;
/** Ends a connection. */
export const GOAWAY = 7;
/** Lets the peer send more. */
export const WINDOW_UPDATE = 8;

/** Flag of a frame that ends its side of the stream; of a SETTINGS or PING: an answer. */
export const END_STREAM = 1;
/** Flag of HEADERS that are complete. */
export const END_HEADERS = 4;

/** What a client begins with. */
export const PREFACE: Uint8Array = new TextEncoder().encode(
  "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
);

/**
 * @param type The frame's type.
 * @param flags Its flags.
 * @param stream The stream's number.
 * @param payload What is in it.
 * @returns The frame.
 */
export function frame(
  type: number,
  flags: number,
  stream: number,
  payload: Uint8Array = new Uint8Array(0),
): Uint8Array {
  const bytes = new Uint8Array(9 + payload.length);
  const view = new DataView(bytes.buffer);
  view.setUint8(0, payload.length >> 16);
  view.setUint16(1, payload.length & 0xffff);
  view.setUint8(3, type);
  view.setUint8(4, flags);
  view.setUint32(5, stream);
  bytes.set(payload, 9);
  return bytes;
}

/**
 * @param fields Names and values, each shorter than 127 bytes.
 * @returns A block of headers.
 */
export function headerBlock(fields: readonly [string, string][]): Uint8Array {
  const utf8 = new TextEncoder();
  const parts = fields.flatMap(([name, value]) => [
    [0, name.length],
    [...utf8.encode(name)],
    [value.length],
    [...utf8.encode(value)],
  ]);
  return new Uint8Array(parts.flat());
}

/**
 * @param path The method's path.
 * @returns The headers of a gRPC call.
 */
export function callHeaders(path: string): Uint8Array {
  return headerBlock([
    [":method", "POST"],
    [":scheme", "http"],
    [":path", path],
    [":authority", "localhost"],
    ["content-type", "application/grpc"],
    ["te", "trailers"],
  ]);
}

/**
 * @param parts Some bytes.
 * @returns All of them in one piece.
 */
export function join(parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(parts.flatMap((part) => [...part]));
}
