import { assert, assertEquals, assertFalse, assertThrows } from "@std/assert";
import fc from "fast-check";
import {
  base64DecodedLength,
  decodeBase64,
  encodeBase64Into,
  isCanonicalBase64,
  scanBase64,
} from "./base64.ts";
import { ProtocolError } from "../errors/protocol_error.ts";

const encoder = new TextEncoder();

/** Lengths on both sides of every change of method and of every chunk. */
const LENGTHS = [0, 1, 2, 3, 64, 575, 576, 577, 767, 768, 769, 49_151, 49_152]
  .concat([49_153, 100_000, 98_304]);

function bytesOf(length: number): Uint8Array {
  return new Uint8Array(length).map((_, i) => (i * 167 + (i >> 8)) & 0xff);
}

function viewOf(buf: Uint8Array): DataView {
  return new DataView(buf.buffer, buf.byteOffset, buf.length);
}

function scan(buf: Uint8Array, start: number, end: number): number {
  return scanBase64(buf, viewOf(buf), start, end);
}

/** Text in the middle of a buffer, so that offsets matter. */
function place(text: string | Uint8Array): [Uint8Array, number, number] {
  const bytes = typeof text === "string" ? encoder.encode(text) : text;
  const buf = new Uint8Array(bytes.length + 20).fill(0x41);
  buf.set(bytes, 10);
  return [buf, 10, 10 + bytes.length];
}

function canonical(text: string | Uint8Array): boolean {
  return isCanonicalBase64(...place(text));
}

for (const length of LENGTHS) {
  Deno.test(`base64 of ${length} bytes goes both ways`, () => {
    const src = bytesOf(length + 2).subarray(1, 1 + length);
    const text = src.toBase64();
    const dst = new Uint8Array(text.length + 2);
    assertEquals(encodeBase64Into(src, 0, length, dst, 1), 1 + text.length);
    assertEquals(new TextDecoder().decode(dst.subarray(1, -1)), text);
    const [buf, start, end] = place(text);
    assert(isCanonicalBase64(buf, start, end));
    assertEquals(base64DecodedLength(buf, start, end), length);
    assert(decodeBase64(buf, start, end).toHex() === src.toHex());
    const [quoted, from, to] = place(`${text}"${"A".repeat(5)}`);
    assertEquals(scan(quoted, from, to), from + text.length);
    assertEquals(scan(quoted, from, from + text.length), -1);
  });
}

const WRONG: [string, string][] = [
  ["one character", "A"],
  ["two characters", "AA"],
  ["three characters", "AAA"],
  ["no padding", "aGVsbG8"],
  ["only padding", "===="],
  ["three paddings", "A==="],
  ["padding in the middle", "AA==AAAA"],
  ["one character after padding", "AA=A"],
  ["bits after one padding", "aGl="],
  ["bits after two paddings", "aR=="],
  ["the URL alphabet", "-_-_"],
  ["a space", "AAA "],
  ["white space of four", "AAAA \n\t\r"],
  ["beyond ASCII", "AAAé"],
];

for (const [name, text] of WRONG) {
  for (const before of [0, 768, 65_536]) {
    Deno.test(`${name} after ${before} characters is not canonical`, () => {
      const whole = "A".repeat(before) + text;
      assertFalse(canonical(whole));
      const [buf, start, end] = place(whole);
      assertThrows(() => decodeBase64(buf, start, end), ProtocolError);
      const [quoted, from, to] = place(`${whole}"zzzzz`);
      assertEquals(scan(quoted, from, to), -1);
    });
    if (before === 0) continue;
    Deno.test(`${name} before ${before} characters is not canonical`, () => {
      const whole = text + "A".repeat(before);
      assertFalse(canonical(whole));
      const [quoted, from, to] = place(`${whole}"zzzzz`);
      assertEquals(scan(quoted, from, to), -1);
    });
  }
}

Deno.test("a byte order mark never hides in a long field", () => {
  const mark = Uint8Array.of(0xef, 0xbb, 0xbf);
  for (const before of [0, 64, 768, 65_536]) {
    for (const after of [765, 766, 767, 768, 769, 70_000]) {
      const whole = new Uint8Array(before + 3 + after + 1).fill(0x41);
      whole.set(mark, before);
      whole[whole.length - 1] = 0x22;
      const [buf, start, end] = place(whole);
      assertFalse(isCanonicalBase64(buf, start, end - 1));
      assertEquals(scan(buf, start, end), -1);
    }
  }
});

Deno.test("base64 of every length to 300 000 bytes is found, wherever it begins", () => {
  const groups = 100_000;
  const end = 8 + groups * 4;
  const buf = new Uint8Array(end + 1).fill(0x41);
  buf[end] = 0x22;
  for (const pads of [0, 1, 2]) {
    buf.fill(0x3d, end - pads, end);
    for (let start = 8; start < end; start += 4) {
      // The beginning moves over the buffer as the length grows.
      const found = scan(buf, start, end + 1);
      if (found !== end) throw new Error(`${end - start} of ${pads}: ${found}`);
    }
  }
});

Deno.test("the engine's strict decoder agrees on random text", () => {
  const char = fc.constantFrom(..."AQgwZz09+/=", "-", " ", "\n", '"', "\\");
  const tail = fc.array(char, { maxLength: 9 }).map((chars) => chars.join(""));
  const head = fc.constantFrom(0, 4, 764, 768, 65_532, 65_536);
  fc.assert(
    fc.property(head, tail, (length, text) => {
      const whole = "Q".repeat(length) + text;
      let expected = !/\s/.test(whole);
      try {
        Uint8Array.fromBase64(whole, { lastChunkHandling: "strict" });
      } catch {
        expected = false;
      }
      assertEquals(canonical(whole), expected);
      if (text.includes('"')) return;
      const [buf, start, end] = place(`${whole}"`);
      assertEquals(
        scan(buf, start, end),
        expected ? start + whole.length : -1,
      );
    }),
    { numRuns: 2000 },
  );
});

Deno.test("a field of 10 MB is checked and decoded", () => {
  const src = new Uint8Array(7_800_000).fill(0x5a);
  const text = new Uint8Array(10_400_000);
  const end = encodeBase64Into(src, 0, src.length, text, 0);
  assert(isCanonicalBase64(text, 0, end));
  assertEquals(decodeBase64(text, 0, end).length, src.length);
  text[end - 4_000_000] = 0x20;
  assertFalse(isCanonicalBase64(text, 0, end));
});
