import { assert, assertEquals } from "@std/assert";
import { copyBytes, Literal } from "./byte_copy.ts";

Deno.test("a range of any length is copied to any place, and nothing beside it", () => {
  const bytes = Uint8Array.from({ length: 1_200 }, (_, i) => i * 31 + (i >> 8));
  const src = new DataView(bytes.buffer, 3);
  const lengths = [...Array(80).keys(), 1_023, 1_024, 1_025, 1_100];
  for (const length of lengths) {
    for (let from = 0; from < 9; from++) {
      const at = (from * 5 + length) % 11;
      const out = new Uint8Array(at + length + 20).fill(0xaa);
      const dst = new DataView(out.buffer, 2);
      assertEquals(copyBytes(dst, at, src, from, from + length), at + length);
      assertEquals(
        out.subarray(2 + at, 2 + at + length),
        bytes.subarray(3 + from, 3 + from + length),
      );
      assert(out.subarray(0, 2 + at).every((byte) => byte === 0xaa));
      assert(out.subarray(2 + at + length).every((byte) => byte === 0xaa));
    }
  }
});

Deno.test("a text is found where it is, and only there", () => {
  for (let length = 4; length < 40; length++) {
    const text = Array.from(
      { length },
      (_, i) => String.fromCharCode(0x30 + i),
    ).join("");
    const literal = new Literal(text);
    const buf = new Uint8Array(length + 6);
    const view = new DataView(buf.buffer);
    assertEquals(literal.put(view, 3), 3 + length);
    assertEquals(new TextDecoder().decode(buf.subarray(3, 3 + length)), text);
    assert(literal.isAt(view, 3, 3 + length));
    // What lies behind the end does not count, though the buffer has it.
    assert(!literal.isAt(view, 3, 2 + length));
    assert(!literal.isAt(view, 2, 6 + length));
    assert(!literal.isAt(view, 6 + length, 6 + length));
    for (let i = 3; i < 3 + length; i++) {
      buf[i]! ^= 0x80;
      assert(!literal.isAt(view, 3, 3 + length), `${length}, byte ${i}`);
      buf[i]! ^= 0x80;
    }
  }
});
