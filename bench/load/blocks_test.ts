import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { BLOCK, stampBlocks, wrongBlocks } from "./blocks.ts";

const STREAM = new Uint8Array(20 * BLOCK);
stampBlocks(STREAM, 0, STREAM.length, 0);

/** Checks a stream in pieces of the given sizes, in turn. */
function check(stream: Uint8Array, sizes: readonly number[]): number {
  let wrong = 0;
  let turn = 0;
  for (let at = 0; at < stream.length;) {
    const end = Math.min(
      stream.length,
      at + (sizes[turn++ % sizes.length] ?? 1),
    );
    wrong += wrongBlocks(stream, at, end, at);
    at = end;
  }
  return wrong;
}

Deno.test("wrongBlocks() finds nothing wrong with what stampBlocks() wrote, however it is cut", () => {
  const sizes = fc.array(fc.integer({ min: 1, max: 3 * BLOCK }), {
    minLength: 1,
  });
  fc.assert(fc.property(sizes, (cuts) => assertEquals(check(STREAM, cuts), 0)));
});

Deno.test("wrongBlocks() notices lost, repeated and swapped bytes", () => {
  const lost = new Uint8Array([
    ...STREAM.subarray(0, 100),
    ...STREAM.subarray(101),
  ]);
  assertEquals(check(lost, [5000]) > 0, true);
  const repeated = new Uint8Array([
    ...STREAM.subarray(0, 9000),
    ...STREAM.subarray(8000),
  ]);
  assertEquals(check(repeated, [5000]) > 0, true);
  const swapped = STREAM.slice();
  swapped.copyWithin(0, BLOCK, 2 * BLOCK);
  assertEquals(check(swapped, [5000]), 1);
});

Deno.test("stampBlocks() goes on from a number", () => {
  const bytes = new Uint8Array(1 + 2 * BLOCK);
  assertEquals(stampBlocks(bytes, 1, 2 * BLOCK, 7), 9);
  assertEquals(wrongBlocks(bytes, 1, bytes.length, 7 * BLOCK), 0);
});
