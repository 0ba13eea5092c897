/**
 * Datagrams on a stream: each is a frame, its length in two bytes first.
 *
 * @module
 */

/** Bytes of the length before each payload. */
const HEADER = 2;
/** Largest payload in bytes. */
const MAX_PAYLOAD = 65_535;
/** Bytes of one read: more than the largest frame. */
const PIECE = 131_072;

/** A frame that cannot be. */
export class FrameError extends Error {
  /** Always `FrameError`. */
  override readonly name = "FrameError";
}

/**
 * Makes a frame, for one write.
 *
 * @param payload A datagram.
 * @returns Its frame.
 * @throws {FrameError} If it has no bytes, or too many.
 */
export function encodeFrame(payload: Uint8Array): Uint8Array<ArrayBuffer> {
  const { length } = payload;
  if (length === 0) throw new FrameError("frame: empty payload");
  if (length > MAX_PAYLOAD) {
    throw new FrameError(`frame: payload exceeds ${MAX_PAYLOAD} bytes`);
  }
  const frame = new Uint8Array(HEADER + length);
  frame[0] = length >> 8;
  frame[1] = length & 0xff;
  frame.set(payload, HEADER);
  return frame;
}

/** What frames are read from, as `Stream.read` does. */
export interface FrameSource {
  /** Reads what has arrived; `null` at the end. */
  read(buf: Uint8Array): Promise<number | null>;
}

/**
 * Reads frames.
 *
 * @param source Where they come from.
 * @returns The payloads, until the source ends between two frames; each is good
 * until the next one is asked for.
 * @throws {FrameError} If a frame has no bytes, or the source ends inside of one.
 */
export async function* readFrames(
  source: FrameSource,
): AsyncGenerator<Uint8Array<ArrayBuffer>, void, undefined> {
  const buf = new Uint8Array(PIECE);
  let start = 0;
  let end = 0;
  for (;;) {
    const length = end - start < HEADER
      ? 0
      : (buf[start]! << 8) | buf[start + 1]!;
    if (end - start >= HEADER && length === 0) {
      throw new FrameError("frame: zero-length frame on wire");
    }
    if (length > 0 && end - start >= HEADER + length) {
      start += HEADER + length;
      yield buf.subarray(start - length, start);
      continue;
    }
    buf.copyWithin(0, start, end);
    end -= start;
    start = 0;
    const count = await source.read(buf.subarray(end));
    if (count === null) {
      if (end > 0) throw new FrameError("unexpected EOF");
      return;
    }
    end += count;
  }
}
