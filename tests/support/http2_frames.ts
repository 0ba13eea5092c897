/** Frames of HTTP/2 by hand, for peers that break its rules. */

const encoder = new TextEncoder();

/** What every client says first. */
export const PREFACE = encoder.encode("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");

const TYPES = {
  data: 0,
  headers: 1,
  rst: 3,
  settings: 4,
  ping: 6,
  goaway: 7,
  window: 8,
  continuation: 9,
} as const;

/** How a frame is marked. */
export const FLAGS = { ack: 1, endStream: 1, endHeaders: 4 } as const;

/** @returns One frame. */
export function h2Frame(
  type: keyof typeof TYPES,
  flags: number,
  stream: number,
  payload: Uint8Array = new Uint8Array(0),
): Uint8Array {
  const frame = new Uint8Array(9 + payload.length);
  const view = new DataView(frame.buffer);
  view.setUint32(0, payload.length << 8 | TYPES[type]);
  frame[4] = flags;
  view.setUint32(5, stream);
  frame.set(payload, 9);
  return frame;
}

/** @returns Four bytes. */
export function u32(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value);
  return bytes;
}

/** @returns A SETTINGS frame with these values. */
export function settings(values: Readonly<Record<number, number>>): Uint8Array {
  const payload = Object.entries(values).map(([id, value]) => {
    const one = new Uint8Array(6);
    const view = new DataView(one.buffer);
    view.setUint16(0, Number(id));
    view.setUint32(2, value);
    return one;
  });
  return h2Frame("settings", 0, 0, joined(payload));
}

/** @returns Fields as a header block in which nothing is compressed. */
export function fields(
  pairs: readonly (readonly [string, string])[],
): Uint8Array {
  return joined(pairs.flatMap(([name, value]) => [
    new Uint8Array([0]),
    text(name),
    text(value),
  ]));
}

/** @returns A request without a body, as one frame. */
export function h2Request(
  stream: number,
  path: string,
  more: readonly (readonly [string, string])[] = [],
): Uint8Array {
  const block = fields([
    [":method", "GET"],
    [":scheme", "http"],
    [":authority", "localhost"],
    [":path", path],
    ...more,
  ]);
  return h2Frame("headers", FLAGS.endHeaders | FLAGS.endStream, stream, block);
}

/** @returns A call by gRPC with an empty request; with `null` the beginning of one. */
export function grpcRequest(
  stream: number,
  method: string,
  message: Uint8Array | null = new Uint8Array(5),
): Uint8Array {
  const block = fields([
    [":method", "POST"],
    [":scheme", "http"],
    [":authority", "localhost"],
    [":path", method],
    ["content-type", "application/grpc"],
    ["te", "trailers"],
  ]);
  const head = h2Frame("headers", FLAGS.endHeaders, stream, block);
  if (message === null) return head;
  return joined([head, h2Frame("data", FLAGS.endStream, stream, message)]);
}

/** @returns All parts as one. */
export function joined(parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(
    parts.reduce((sum, { length }) => sum + length, 0),
  );
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

function text(value: string): Uint8Array {
  const bytes = encoder.encode(value);
  return joined([integer(bytes.length), bytes]);
}

/** A length in seven bits, and more where those do not do. */
function integer(value: number): Uint8Array {
  if (value < 127) return new Uint8Array([value]);
  const bytes = [127];
  for (value -= 127; value >= 128; value >>= 7) bytes.push(value & 127 | 128);
  return new Uint8Array([...bytes, value]);
}
