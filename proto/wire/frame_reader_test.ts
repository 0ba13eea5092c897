import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import * as wire from "./constants.ts";
import { FrameReader } from "./frame_reader.ts";
import { ProtocolError } from "../errors/protocol_error.ts";
import { rawFrame } from "../testing/raw_frame.ts";
import { seen, type SeenFrame } from "../testing/recorder.ts";

/** Longest payload of a packet that carries nothing of an application. */
const CONTROL = 262_144;
/** Every type, with its least payload and its greatest where it has its own. */
const TYPES: readonly [number, number, number?][] = [
  [wire.TYPE_CONN, 12],
  [wire.TYPE_CONN_ACK, 11],
  [wire.TYPE_DISCONN, 0, 0],
  [wire.TYPE_DISCONN_ACK, 3, CONTROL],
  [wire.TYPE_FAREWELL, 2, CONTROL],
  [wire.TYPE_HEARTBEAT, 0, 0],
  [wire.TYPE_HEARTBEAT_ACK, 0, 0],
  [wire.TYPE_SESSION, 12],
  [wire.TYPE_SESSION_ACK, 20, CONTROL],
  [wire.TYPE_DISMISS, 10, CONTROL],
  [wire.TYPE_DISMISS_ACK, 10, CONTROL],
  [wire.TYPE_MESSAGE, 10],
  [wire.TYPE_MESSAGE_ACK, 10],
  [wire.TYPE_STREAM, 8],
  [wire.TYPE_CREDIT, 12, 12],
  [wire.TYPE_REQUEST, 10],
  [wire.TYPE_RESPONSE, 10],
  [wire.TYPE_REQUEST_CANCEL, 10, CONTROL],
  [wire.TYPE_REGISTER, 8],
  [wire.TYPE_REGISTER_ACK, 10, CONTROL],
];

function header(type: number, length: number): Uint8Array<ArrayBuffer> {
  const bytes = rawFrame(type, 1n);
  new DataView(bytes.buffer).setUint32(10, length);
  return bytes;
}

/** Feeds bytes in pieces; stream parts of one frame are joined again. */
function readAll(
  reader: FrameReader,
  bytes: Uint8Array,
  pieces: readonly number[] = [],
): SeenFrame[] {
  const frames: SeenFrame[] = [];
  let left = 0;
  for (let at = 0, turn = 0; at < bytes.length; turn++) {
    const piece = pieces[turn % pieces.length] ?? bytes.length;
    const room = reader.reserve();
    const count = Math.min(piece, room.length, bytes.length - at);
    room.set(bytes.subarray(at, at + count));
    at += count;
    reader.commit(count);
    while (reader.next()) {
      const frame = seen(reader);
      if (left > 0) {
        const last = frames.at(-1)!;
        assertEquals(
          [frame.type, frame.id, frame.session],
          [last.type, last.id, last.session],
        );
        last.body.set(frame.body, last.body.length - left);
        left -= frame.body.length;
      } else {
        frames.push(frame);
        if (frame.type === wire.TYPE_STREAM) {
          const whole = new Uint8Array(streamLength(bytes, frames.length - 1));
          whole.set(frame.body);
          left = whole.length - frame.body.length;
          frame.body = whole;
        }
      }
    }
  }
  return frames;
}

function streamLength(bytes: Uint8Array, index: number): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  let at = 0;
  for (let i = 0; i < index; i++) at += 14 + view.getUint32(at + 10);
  return view.getUint32(at + 10) - 8;
}

const frame = fc.record({
  kind: fc.constantFrom(...TYPES),
  id: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
  session: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
  extra: fc.oneof(
    { weight: 8, arbitrary: fc.nat(40) },
    { weight: 1, arbitrary: fc.nat(3_000) },
    { weight: 1, arbitrary: fc.nat(150_000) },
  ),
  fill: fc.nat(255),
}).map(({ kind: [type, min, max], id, session, extra, fill }) => {
  const payload = new Uint8Array(Math.min(min + extra, max ?? Infinity))
    .map((_, i) => i * 31 + fill);
  if (payload.length >= 8) {
    new DataView(payload.buffer).setBigUint64(0, session);
  }
  return { type, id, payload, bytes: rawFrame(type, id, payload) };
});

Deno.test("frames are the same whatever the pieces they arrive in", () => {
  fc.assert(
    fc.property(
      fc.array(frame, { minLength: 1, maxLength: 12 }),
      fc.array(fc.oneof(fc.integer({ min: 1, max: 20 }), fc.nat(70_000)), {
        minLength: 1,
        maxLength: 8,
      }).map((list) => list.map((n) => Math.max(1, n))),
      (frames, pieces) => {
        const bytes = new Uint8Array(
          frames.reduce((sum, one) => sum + one.bytes.length, 0),
        );
        let at = 0;
        for (const one of frames) {
          bytes.set(one.bytes, at);
          at += one.bytes.length;
        }
        const reader = new FrameReader();
        const got = readAll(reader, bytes, pieces);
        assertEquals(got.length, frames.length);
        for (const [i, one] of frames.entries()) {
          const { type, id, session, body } = got[i]!;
          assertEquals([type, id], [one.type, one.id]);
          const hasSession = type >= wire.TYPE_DISMISS;
          if (hasSession) {
            assertEquals(
              session,
              new DataView(one.payload.buffer).getBigUint64(0),
            );
          } else assertEquals(session, 0n);
          const expected = one.payload.subarray(hasSession ? 8 : 0);
          assert(body.length === expected.length);
          assert(body.every((byte, j) => byte === expected[j]));
        }
        assertEquals(reader.buffered, 0);
        assertEquals(reader.inFrame, false);
      },
    ),
    { numRuns: 60 },
  );
});

Deno.test("every type has its least length, and some a greatest", () => {
  const known = new Map(
    TYPES.map(([type, min, max = wire.MAX_PAYLOAD]) => [type, { min, max }]),
  );
  for (let type = 0; type < 256; type++) {
    const rule = known.get(type);
    const lengths = Array.from({ length: 24 }, (_, length) => length);
    for (const length of [...lengths, 65_536, CONTROL, CONTROL + 1]) {
      const reader = new FrameReader();
      reader.reserve().set(header(type, length));
      reader.commit(14);
      const fits = rule !== undefined &&
        length >= rule.min && length <= rule.max;
      if (fits) assertEquals(reader.next(), length === 0);
      else {
        const error = assertThrows(() => reader.next(), ProtocolError);
        assert(
          error.message.startsWith(
            rule === undefined
              ? "Cannot parse frame: unknown type 0x"
              : "Cannot parse frame of type 0x",
          ),
        );
      }
    }
  }
});

Deno.test("cap is checked with the header, before anything is allocated", () => {
  for (const length of [wire.MAX_PAYLOAD + 1, 2 ** 31, 2 ** 32 - 1]) {
    const reader = new FrameReader();
    reader.reserve().set(header(wire.TYPE_REQUEST, length));
    reader.commit(14);
    assertThrows(
      () => reader.next(),
      ProtocolError,
      `exceeds ${wire.MAX_PAYLOAD}`,
    );
    assertEquals(reader.buf.length, 256);
  }
  const small = new FrameReader({ maxPayload: 100 });
  small.reserve().set(header(wire.TYPE_STREAM, 101));
  small.commit(14);
  assertThrows(() => small.next(), ProtocolError, "length 101 exceeds 100");
});

Deno.test("frame of exactly the cap is read", () => {
  const frame = rawFrame(
    wire.TYPE_REQUEST,
    1n,
    new Uint8Array(wire.MAX_PAYLOAD),
  );
  const [got] = readAll(new FrameReader(), frame);
  assertEquals(got!.body.length, wire.MAX_PAYLOAD - 8);
});

Deno.test("memory grows only with the bytes that arrived", () => {
  const reader = new FrameReader();
  const size = 5_000_000;
  let arrived = 14;
  reader.reserve().set(header(wire.TYPE_REQUEST, size));
  reader.commit(14);
  assertEquals(reader.next(), false);
  for (; arrived < 400; arrived++) {
    assert(reader.reserve().length > 0);
    assert(reader.buf.length <= (arrived < 128 ? 256 : 4096));
    reader.commit(1);
    assertEquals(reader.next(), false);
  }
  while (arrived < size + 14) {
    const room = reader.reserve().length;
    assert(reader.buf.length <= Math.max(65_536, arrived * 4));
    const count = Math.min(room, 50_000, size + 14 - arrived);
    reader.commit(count);
    arrived += count;
    assertEquals(reader.next(), arrived === size + 14);
  }
});

Deno.test("large stream frame needs no large buffer", () => {
  const reader = new FrameReader();
  const frame = rawFrame(wire.TYPE_STREAM, 1n, 9n, new Uint8Array(8_000_000));
  let bytes = 0;
  let parts = 0;
  for (let at = 0; at < frame.length;) {
    const room = reader.reserve();
    assert(reader.buf.length <= 262_144);
    const part = frame.subarray(at, at + room.length);
    room.set(part);
    at += part.length;
    reader.commit(part.length);
    while (reader.next()) {
      assertEquals(reader.type, wire.TYPE_STREAM);
      assertEquals(reader.sessionLo, 9);
      bytes += reader.bodyEnd - reader.bodyStart;
      parts++;
    }
    assertEquals(reader.inFrame, at < frame.length);
  }
  assertEquals(bytes, 8_000_000);
  assert(parts > 30);
});

Deno.test("empty stream frame is one frame, and never part of the next", () => {
  const bytes = new Uint8Array([
    ...rawFrame(wire.TYPE_STREAM, 1n, 9n),
    ...rawFrame(wire.TYPE_STREAM, 2n, 9n, "x"),
    ...rawFrame(wire.TYPE_STREAM, 3n, 9n),
  ]);
  const frames = readAll(new FrameReader(), bytes, [3]);
  assertEquals(frames.map((one) => one.id), [1n, 2n, 3n]);
  assertEquals(frames.map((one) => one.body.length), [0, 1, 0]);
});

Deno.test("buffer of a busy connection grows though frames cross the reads", () => {
  const reader = new FrameReader();
  const one = rawFrame(wire.TYPE_REQUEST, 1n, 1n, new Uint8Array(83));
  const bytes = new Uint8Array(one.length * 2_000);
  for (let i = 0; i < 2_000; i++) bytes.set(one, i * one.length);
  let reads = 0;
  for (let at = 0; at < bytes.length; reads++) {
    const room = reader.reserve();
    const part = bytes.subarray(at, at + room.length);
    room.set(part);
    at += part.length;
    reader.commit(part.length);
    while (reader.next());
  }
  assert(reads < 10, `${reads} reads`);
});

Deno.test("buffer steps down when reads are small, and at once when parked", () => {
  const reader = new FrameReader();
  const beat = rawFrame(wire.TYPE_HEARTBEAT, 1n);
  const feed = (bytes: Uint8Array) => readAll(reader, bytes);
  feed(rawFrame(wire.TYPE_STREAM, 1n, 9n, new Uint8Array(500_000)));
  assertEquals(reader.buf.length, 262_144);
  for (let i = 0; i < 100; i++) feed(beat);
  assertEquals(reader.buf.length, 256);

  feed(rawFrame(wire.TYPE_STREAM, 1n, 9n, new Uint8Array(500_000)));
  for (let i = 0; i < 3; i++) {
    reader.park();
    feed(beat);
  }
  assertEquals(reader.buf.length, 256);
});

Deno.test("buffer of a large frame is given back, also when frames cross the reads", () => {
  for (const tail of [0, 5]) {
    const reader = new FrameReader();
    const large = rawFrame(
      wire.TYPE_REQUEST,
      1n,
      1n,
      new Uint8Array(1_000_000),
    );
    readAll(reader, large);
    assert(reader.buf.length > 1_000_000);
    const beat = rawFrame(wire.TYPE_HEARTBEAT, 1n);
    const cut = new Uint8Array([
      ...beat.subarray(14 - tail),
      ...beat.subarray(0, 14 - tail),
    ]);
    if (tail > 0) readAll(reader, beat.subarray(0, 14 - tail));
    for (let i = 0; i < 100; i++) readAll(reader, cut);
    assert(reader.buf.length <= 65_536);
    assertEquals(reader.buffered, tail > 0 ? 14 - tail : 0);
  }
});

Deno.test("buffers that a frame outgrows are freed at once, unless it was put off", () => {
  const large = rawFrame(wire.TYPE_REQUEST, 1n, 1n, new Uint8Array(3_000_000));
  const reader = new FrameReader();
  const used = new Set<Uint8Array>();
  for (let at = 0; at < large.length;) {
    const room = reader.reserve();
    used.add(reader.buf);
    const count = Math.min(room.length, large.length - at);
    room.set(large.subarray(at, at + count));
    reader.commit(count);
    at += count;
  }
  assert(reader.next());
  assertEquals(reader.bodyEnd - reader.bodyStart, 3_000_000);
  const outgrown = [...used].filter((buf) => buf !== reader.buf);
  assert(outgrown.length > 4);
  for (const { buffer, length } of outgrown) {
    assert(length < 65_536 || buffer.byteLength === 0);
  }
  reader.rewind();
  const { buf, bodyStart } = reader;
  while (reader.buf === buf) {
    reader.commit(reader.reserveLittle().length);
  }
  assertEquals(
    buf.length > 3_000_000 && buf[bodyStart - 1] !== undefined,
    true,
  );
  assert(reader.next());
  assertEquals(reader.bodyEnd - reader.bodyStart, 3_000_000);
  const last = reader.buf;
  // Somebody may be writing into what was reserved.
  const other = new FrameReader();
  for (let i = 0; i < 4; i++) other.commit(other.reserve().fill(1).length);
  const lent = other.reserve();
  reader.release();
  other.release();
  assertEquals(last.length, 0);
  assert(lent.length > 0);
});

Deno.test("reader with a frame that was put off tells when its buffer is full", () => {
  const reader = new FrameReader();
  const bytes = new Uint8Array(8_192);
  for (let at = 0; at < bytes.length; at += 128) {
    bytes.set(rawFrame(wire.TYPE_MESSAGE, 1n, 1n, new Uint8Array(106)), at);
  }
  const room = reader.reserve();
  room.set(bytes.subarray(0, room.length));
  reader.commit(room.length);
  assert(!reader.full);
  assert(reader.next());
  reader.rewind();
  assert(reader.full);
  reader.reserveLittle();
  assert(!reader.full);
  assert(reader.next() && reader.next() && !reader.full);
});

Deno.test("buffer of the last large frame can be given back at once, unless another one has begun", () => {
  const large = rawFrame(wire.TYPE_REQUEST, 1n, 1n, new Uint8Array(900_000));
  const small = rawFrame(wire.TYPE_REQUEST, 2n, 1n, new Uint8Array(100));
  for (const tail of [0, 14, 100]) {
    const reader = new FrameReader();
    readAll(reader, large);
    readAll(reader, small.subarray(0, tail));
    assert(reader.buf.length > 900_000);
    reader.settle();
    assertEquals([reader.buf.length, reader.buffered], [65_536, tail]);
    const rest = new Uint8Array([...small.subarray(tail), ...large]);
    assertEquals(readAll(reader, rest).length, 2);
  }
  const reader = new FrameReader();
  readAll(reader, large);
  readAll(reader, large.subarray(0, 70_000));
  const { buf } = reader;
  reader.settle();
  assertEquals(reader.buf, buf);
  readAll(reader, large.subarray(70_000));
  reader.settle();
  assertEquals([reader.buf.length, buf.length], [65_536, 0]);
});

Deno.test("reserve always has room, though no frame is taken", () => {
  const reader = new FrameReader();
  const beat = rawFrame(wire.TYPE_HEARTBEAT, 7n);
  for (let i = 0; i < 10_000 * 14;) {
    const room = reader.reserve();
    assert(room.length > 0);
    const count = Math.min(room.length, 10_000 * 14 - i);
    for (let j = 0; j < count; j++) room[j] = beat[(i + j) % 14]!;
    reader.commit(count);
    i += count;
  }
  let frames = 0;
  while (reader.next()) frames++;
  assertEquals(frames, 10_000);
});
