import { assert, assertEquals } from "@std/assert";
import { obtainBuffer, releaseBuffer, viewOf } from "./buffer_pool.ts";

Deno.test("a buffer comes back, and is at least as long as was asked for", () => {
  for (const size of [1, 1_024, 1_025, 65_793, 262_656, 2_097_153]) {
    const buffer = obtainBuffer(size);
    assert(buffer.length >= size);
    assertEquals(viewOf(buffer).byteLength, buffer.length);
    releaseBuffer(buffer.subarray(1, 2));
  }
  const buffer = obtainBuffer(20_000);
  releaseBuffer(buffer.subarray(5));
  assert(obtainBuffer(20_000).buffer === buffer.buffer);
});

Deno.test("large buffers that are not kept are freed at once", () => {
  const many = Array.from({ length: 40 }, () => obtainBuffer(262_656));
  many.push(obtainBuffer(9_000_000));
  for (const buffer of many) releaseBuffer(buffer.subarray(0, 100));
  const freed = many.filter(({ buffer }) => buffer.byteLength === 0).length;
  assertEquals(freed, many.length - 32);
  // None of those is handed out.
  for (let i = 0; i < 40; i++) {
    assertEquals(obtainBuffer(262_656).length, 262_656);
  }
});
