import { assert, assertEquals } from "@std/assert";
import {
  compareBytes,
  compareText,
  HEAD,
  headOf,
  sortKey,
  startOf,
  textOf,
} from "./text.ts";

const TEXTS = ["", "a", "A", "b", "B", "ab", "aB", "[", "_", "z", "Z", "a\0"]
  .concat([
    "ä",
    "Ä",
    "\uffee",
    "\ud7ff",
    "\ue000",
    "💥",
    "💦",
    "a💥",
    "a\uffee",
  ]);

function compareArrays(a: Uint8Array, b: Uint8Array): number {
  for (let i = 0; i < Math.min(a.length, b.length); i++) {
    if (a[i] !== b[i]) return a[i]! - b[i]!;
  }
  return a.length - b.length;
}

Deno.test("texts are in the order of their bytes, with and without case", () => {
  const utf8 = new TextEncoder();
  for (const a of TEXTS) {
    for (const b of TEXTS) {
      assertEquals(
        Math.sign(compareText(a, b)),
        Math.sign(compareArrays(sortKey(a), sortKey(b))),
        `${a} ${b}`,
      );
      assertEquals(
        Math.sign(compareBytes(a, b)),
        Math.sign(compareArrays(utf8.encode(a), utf8.encode(b))),
        `${a} ${b}`,
      );
    }
  }
  assertEquals(compareText("Echo", "eCHO"), 0);
  assert(compareText("Ä", "ä") !== 0, "only ASCII");
});

Deno.test("the head of a text begins as the text does", () => {
  for (const filler of ["x", "ä", "💥"]) {
    for (let odd = 0; odd < 2; odd++) {
      for (let length = HEAD - 4; length < HEAD + 4; length++) {
        const text = "-".repeat(odd) + filler.repeat(length);
        const start = startOf(text);
        assert(start.isWellFormed());
        assert(headOf(text).isWellFormed());
        assert(headOf(text).startsWith(start), text);
        assert(start.length >= Math.min(text.length, HEAD - 2));
        assert(headOf(text).length <= HEAD);
      }
    }
  }
});

Deno.test("a mark of the order of bytes stays, bytes that are no text do not", () => {
  assertEquals(textOf(new Uint8Array([0xef, 0xbb, 0xbf, 0x61])), "\ufeffa");
  assertEquals(textOf(new Uint8Array([0x61, 0xc3])), "a\ufffd");
  assertEquals(textOf(undefined), "");
});
