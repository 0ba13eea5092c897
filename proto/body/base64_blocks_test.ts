import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { isCanonicalBase64, scanBase64 } from "./base64.ts";
import { Base64Blocks, type WasmEngine } from "./base64_blocks.ts";
import {
  BASE64_VALUES,
  checkByTable,
  NOT_BASE64,
  scanByTable,
} from "./base64_table.ts";

const blocks = new Base64Blocks(WebAssembly);

function viewOf(buf: Uint8Array): DataView {
  return new DataView(buf.buffer, buf.byteOffset, buf.length);
}

function scan(buf: Uint8Array, start: number, end: number): number {
  return scanBase64(buf, viewOf(buf), start, end);
}

Deno.test("every byte at every place of a block is told right", () => {
  const buf = new Uint8Array(400);
  for (let place = 0; place < 128; place++) {
    for (let byte = 0; byte < 256; byte++) {
      buf.fill(0x41);
      buf[3 + place] = byte;
      const good = BASE64_VALUES[byte]! < NOT_BASE64;
      const expected = good ? 3 + 192 : 3 + (place & ~63);
      assertEquals(
        blocks.skip(buf, 3, 3 + 200),
        expected,
        `${byte} at ${place}`,
      );
    }
  }
});

Deno.test("only whole blocks are skipped, however long the text is", () => {
  const buf = new Uint8Array(20_000).fill(0x2b);
  for (let length = 0; length < 10_000; length += length < 300 ? 1 : 61) {
    const whole = length - length % 64;
    assertEquals(blocks.skip(buf, 7, 7 + length), 7 + whole);
    buf[7 + length] = 0x22;
    assertEquals(blocks.skip(buf, 7, buf.length), 7 + whole);
    buf[7 + length] = 0x2b;
  }
});

/** An engine that a content security policy would make. */
function forbidden(): { engine: WasmEngine; asked: () => number } {
  let asked = 0;
  class Module {
    constructor() {
      asked++;
      throw new WebAssembly.CompileError("Wasm code generation disallowed");
    }
  }
  const engine = { ...WebAssembly, Module } as unknown as WasmEngine;
  return { engine, asked: () => asked };
}

Deno.test("nothing is skipped, and nothing thrown, where there is no WebAssembly", () => {
  const buf = new Uint8Array(1000).fill(0x41);
  const none = new Base64Blocks(undefined);
  assertEquals(none.skip(buf, 5, 900), 5);
  const { engine, asked } = forbidden();
  const without = new Base64Blocks(engine);
  assertEquals(asked(), 0);
  for (let i = 0; i < 3; i++) assertEquals(without.skip(buf, 5, 900), 5);
  assertEquals(asked(), 1);
  assert(blocks.skip(buf, 5, 900) > 5, "Here there is");
});

/** Base64 of some length with a few bytes changed, and a quote behind it. */
const damaged = fc.tuple(
  fc.uint8Array({ minLength: 100, maxLength: 700 }),
  fc.array(
    fc.tuple(
      fc.nat(),
      fc.oneof(
        fc.nat({ max: 255 }),
        fc.constantFrom(0x22, 0x3d, 0x2b, 0x2f, 0x40, 0x5b, 0x60, 0x7b, 0xc1),
      ),
    ),
    { maxLength: 2 },
  ),
  fc.nat({ max: 5 }),
).map(([bytes, edits, before]) => {
  const text = new TextEncoder().encode(bytes.toBase64());
  for (const [at, byte] of edits) text[at % text.length] = byte;
  const buf = new Uint8Array(before + text.length + 300).fill(0x7a);
  buf.set(text, before);
  buf[before + text.length] = 0x22;
  return { buf, start: before, end: before + text.length };
});

Deno.test("both ways give the same for whole texts and for damaged ones", () => {
  let good = 0;
  fc.assert(
    fc.property(damaged, ({ buf, start, end }) => {
      const found = scan(buf, start, buf.length);
      assertEquals(found, scanByTable(viewOf(buf), start, buf.length));
      assertEquals(scan(buf, start, end), scanByTable(viewOf(buf), start, end));
      const canonical = isCanonicalBase64(buf, start, end);
      assertEquals(canonical, checkByTable(buf, start, end));
      if (found === end) assert(canonical);
      if (canonical) good++;
    }),
    { numRuns: 3000 },
  );
  assert(good > 300, `${good}`);
});

Deno.test("both ways find the last bits and the padding at every length", () => {
  const buf = new Uint8Array(4_200);
  for (let length = 0; length <= 1_100; length++) {
    const text = new TextEncoder().encode(
      new Uint8Array(length).fill(0xff).toBase64(),
    );
    buf.fill(0x7a).set(text, 1);
    const end = 1 + text.length;
    buf[end] = 0x22;
    assertEquals(scan(buf, 1, buf.length), end);
    assertEquals(scanByTable(viewOf(buf), 1, buf.length), end);
    assert(isCanonicalBase64(buf, 1, end) && checkByTable(buf, 1, end));
    const pads = (3 - length % 3) % 3;
    if (pads === 0) continue;
    // One of the unused bits of the last character is set.
    buf[end - pads - 1] = pads === 1 ? 0x39 : 0x78;
    assertEquals(scan(buf, 1, buf.length), -1);
    assertEquals(scanByTable(viewOf(buf), 1, buf.length), -1);
    assert(!isCanonicalBase64(buf, 1, end) && !checkByTable(buf, 1, end));
  }
});
