import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { obtainBuffer, releaseBuffer } from "./buffer_pool.ts";
import { TYPE_HEARTBEAT, TYPE_REQUEST } from "./constants.ts";
import { Outbox } from "./outbox.ts";
import { rawFrame } from "../testing/raw_frame.ts";

function put(outbox: Outbox, id: bigint, payload: Uint8Array, spare = 0): void {
  const at = outbox.open(payload.length + spare);
  outbox.buf.set(payload, at);
  outbox.commit(
    TYPE_REQUEST,
    Number(id >> 32n),
    Number(id & 0xffffffffn),
    at + payload.length,
  );
}

function drain(outbox: Outbox): Uint8Array[] {
  const pieces: Uint8Array[] = [];
  for (let one = outbox.take(); one !== undefined; one = outbox.take()) {
    pieces.push(one.slice());
    outbox.done();
  }
  return pieces;
}

function join(pieces: Uint8Array[]): Uint8Array {
  const all = new Uint8Array(pieces.reduce((n, one) => n + one.length, 0));
  let at = 0;
  for (const one of pieces) {
    all.set(one, at);
    at += one.length;
  }
  return all;
}

function same(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}

Deno.test("frames come out whole and in order, whatever their sizes", () => {
  const size = fc.oneof(
    { weight: 10, arbitrary: fc.nat(300) },
    { weight: 3, arbitrary: fc.nat(20_000) },
    { weight: 1, arbitrary: fc.nat(400_000) },
    { weight: 1, arbitrary: fc.constantFrom(2_097_138, 2_097_139, 3_000_000) },
  );
  fc.assert(
    fc.property(
      fc.array(
        fc.tuple(
          fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
          size,
          fc.nat(100),
          fc.nat(5),
        ),
        { minLength: 1, maxLength: 40 },
      ),
      (frames) => {
        const outbox = new Outbox();
        const expected: Uint8Array[] = [];
        const got: Uint8Array[] = [];
        for (const [id, length, spare, action] of frames) {
          const payload = new Uint8Array(length).fill(length);
          expected.push(rawFrame(TYPE_REQUEST, id, payload));
          put(outbox, id, payload, spare);
          // Opened and given up: nothing of it may be seen.
          if (action === 0) outbox.open(5_000);
          if (action === 2) {
            const whole = rawFrame(TYPE_REQUEST, 2n, new Uint8Array(length));
            const buffer = obtainBuffer(whole.length + 7);
            buffer.set(whole, 7);
            outbox.adopt(buffer, 7, 7 + whole.length);
            expected.push(whole);
          }
          if (action === 1) {
            const piece = outbox.take();
            if (piece !== undefined) {
              got.push(piece.slice());
              assertEquals(outbox.take(), undefined);
              put(outbox, 1n, new Uint8Array(3));
              expected.push(rawFrame(TYPE_REQUEST, 1n, new Uint8Array(3)));
              outbox.done();
            }
          }
          const sent = got.reduce((n, one) => n + one.length, 0);
          const all = expected.reduce((n, one) => n + one.length, 0);
          assertEquals(outbox.unwritten, all - sent);
        }
        got.push(...drain(outbox));
        assert(same(join(got), join(expected)));
        assertEquals(outbox.unwritten, 0);
      },
    ),
    { numRuns: 40 },
  );
});

Deno.test("piece in flight is not overwritten by what follows", () => {
  const outbox = new Outbox();
  const others = [new Outbox(), new Outbox()];
  put(outbox, 1n, new Uint8Array(500).fill(1));
  const piece = outbox.take()!;
  const copy = piece.slice();
  for (let i = 0; i < 200; i++) {
    put(outbox, 2n, new Uint8Array(700).fill(2));
    for (const other of others) {
      put(other, 3n, new Uint8Array(700).fill(3));
      drain(other);
    }
  }
  assertEquals(piece, copy);
  outbox.clear();
  put(others[0]!, 3n, new Uint8Array(700).fill(3));
  assertEquals(piece, copy);
  assertEquals(outbox.unwritten, piece.length);
  outbox.done();
  assertEquals(outbox.unwritten, 0);
});

Deno.test("idle outbox owns no memory", () => {
  const outbox = new Outbox();
  for (const size of [10, 100_000, 5_000_000]) {
    put(outbox, 1n, new Uint8Array(size));
    put(outbox, 1n, new Uint8Array(size));
    drain(outbox);
    assertEquals(outbox.buf.length, 0);
  }
});

Deno.test("small frames of a turn go out in one piece", () => {
  const outbox = new Outbox();
  for (let i = 0; i < 1_000; i++) put(outbox, 1n, new Uint8Array(100));
  assertEquals(drain(outbox).map((one) => one.length), [114_000]);
});

Deno.test("chunk steps down when turns become small", () => {
  const outbox = new Outbox();
  put(outbox, 1n, new Uint8Array(200_000));
  drain(outbox);
  for (let i = 0; i < 4; i++) {
    put(outbox, 1n, new Uint8Array(10));
    drain(outbox);
  }
  put(outbox, 1n, new Uint8Array(10));
  assertEquals(outbox.buf.length, 1_024);
});

Deno.test("clear drops what waits, once", () => {
  const outbox = new Outbox();
  for (let i = 0; i < 5; i++) put(outbox, 1n, new Uint8Array(300_000));
  outbox.clear();
  outbox.clear();
  assertEquals(outbox.unwritten, 0);
  assertEquals(outbox.take(), undefined);
  outbox.done();
  // A chunk released twice would be handed to two owners.
  const a = new Outbox();
  const b = new Outbox();
  put(a, 1n, new Uint8Array(100_000).fill(1));
  put(b, 2n, new Uint8Array(100_000).fill(2));
  assert(a.buf !== b.buf);
  assert(
    same(
      drain(a)[0]!,
      rawFrame(TYPE_REQUEST, 1n, new Uint8Array(100_000).fill(1)),
    ),
  );
  assert(
    same(
      drain(b)[0]!,
      rawFrame(TYPE_REQUEST, 2n, new Uint8Array(100_000).fill(2)),
    ),
  );
});

Deno.test("adopted buffer is used again once it was written", () => {
  const outbox = new Outbox();
  const buffer = obtainBuffer(50_000);
  const frame = rawFrame(TYPE_REQUEST, 1n, new Uint8Array(40_000).fill(9));
  buffer.set(frame, 100);
  outbox.adopt(buffer, 100, 100 + frame.length);
  assertEquals(outbox.unwritten, frame.length);
  const piece = outbox.take()!;
  assert(piece.buffer === buffer.buffer);
  assert(obtainBuffer(50_000).buffer !== buffer.buffer);
  assert(same(piece, frame));
  outbox.done();
  assert(obtainBuffer(50_000).buffer === buffer.buffer);
});

Deno.test("pool hands out whole buffers of at least the size, each once", () => {
  for (const size of [1, 1_024, 1_025, 65_792, 262_145, 3_000_000]) {
    const one = obtainBuffer(size);
    const two = obtainBuffer(size);
    const { length } = one;
    assert(length >= size && one.buffer !== two.buffer);
    releaseBuffer(one.subarray(0, 1));
    const again = obtainBuffer(size);
    assertEquals(again.length, length);
    assertEquals(again.byteOffset, 0);
  }
});

Deno.test("payload may be shorter than was reserved", () => {
  const outbox = new Outbox();
  const at = outbox.open(1_000);
  outbox.commit(TYPE_HEARTBEAT, 0xffffffff, 0x80000000, at);
  assertEquals(
    [...drain(outbox)[0]!],
    [1, 0x21, 255, 255, 255, 255, 128, 0, 0, 0, 0, 0, 0, 0],
  );
});
