import { assert, assertEquals } from "@std/assert";
import { ReceiveBuffer } from "./receive_buffer.ts";

/** A generator whose results are the same in every run. */
function* numbers(seed: number): Generator<number, never, undefined> {
  while (true) {
    seed = (Math.imul(seed, 1_103_515_245) + 12_345) & 0x7fff_ffff;
    yield seed >>> 8;
  }
}

Deno.test("bytes come out in the order in which they went in, however they are cut", () => {
  const random = numbers(7);
  const next = (limit: number) => random.next().value % limit;
  const buffer = new ReceiveBuffer();
  let written = 0;
  let read = 0;
  const check = (bytes: Uint8Array) => {
    for (const byte of bytes) assertEquals(byte, read++ % 251);
  };
  for (let round = 0; round < 300; round++) {
    const size = next(4) === 0 ? next(90_000) : next(300);
    const source = new Uint8Array(size + 2);
    for (let i = 0; i < size; i++) source[i + 1] = written++ % 251;
    buffer.push(source, 1, size + 1);
    assertEquals(buffer.size, written - read);
    if (next(3) === 0) {
      const chunk = buffer.take();
      if (chunk !== undefined) check(chunk);
    } else if (next(2) === 0) {
      const into = new Uint8Array(next(120_000));
      check(into.subarray(0, buffer.read(into)));
    }
  }
  for (let chunk; (chunk = buffer.take()) !== undefined;) check(chunk);
  assertEquals(read, written);
  assertEquals(buffer.size, 0);
});

Deno.test("a piece that was handed out is never written to again", () => {
  const buffer = new ReceiveBuffer();
  const data = new Uint8Array(20_000).fill(1);
  buffer.push(data, 0, data.length);
  const piece = buffer.take()!;
  buffer.push(data.fill(2), 0, data.length);
  assert(piece.every((byte) => byte === 1));
});

Deno.test("small arrivals do not cost a large piece of memory each", () => {
  const buffer = new ReceiveBuffer();
  buffer.push(new Uint8Array(10), 0, 10);
  assertEquals(buffer.take()!.buffer.byteLength, 10);
  for (let i = 0; i < 1_000; i++) buffer.push(new Uint8Array(10), 0, 10);
  let memory = 0;
  for (let chunk; (chunk = buffer.take()) !== undefined;) {
    memory += chunk.buffer.byteLength;
  }
  assert(memory < 40_000, `${memory} bytes for 10000`);
});
