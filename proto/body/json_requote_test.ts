import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { Requote } from "./json_requote.ts";
import { quoteText, unquoteText } from "./json_text.ts";

/** Gives a string its one spelling, in parts of some bytes. */
function requoted(inside: Uint8Array, part: number): string {
  const budget = { left: 0 };
  const requote = new Requote(inside, 0, inside.length, budget);
  do budget.left = part; while (!requote.measure());
  const out = new Uint8Array(requote.length + 2).fill(0x21);
  do budget.left = part; while (!requote.write(out, 1));
  const text = new TextDecoder().decode(out);
  assertEquals([text.at(0), text.at(-1)], ["!", "!"]);
  return text.slice(1, -1);
}

const unit = fc.oneof(
  fc.constantFrom("<", ">", "&", "\\\\", '\\"', "\\/", "\\n", "\\u003c"),
  fc.constantFrom("\\ud83d\\ude00", "\\ud83d", "\\ude00", "\u2028", "\\u2029"),
  fc.constantFrom("\\b", "\\f", "\\u0008", "\\u0000", "\\u001f", "\x7f", "é"),
  fc.string({ maxLength: 3 }).map((text) => JSON.stringify(text).slice(1, -1)),
  fc.string({ maxLength: 3, unit: "binary" }).map((text) =>
    JSON.stringify(text.toWellFormed()).slice(1, -1)
  ),
).map((text) => new TextEncoder().encode(text));
const broken = fc.constantFrom([0x80], [0xe2, 0x82], [0xed, 0xa0, 0x80], [0xff])
  .map((bytes) => Uint8Array.from(bytes));

Deno.test("a string gets the spelling of its text, however it was spelt", () => {
  const inside = fc.array(fc.oneof(unit, unit, unit, broken), { maxLength: 12 })
    .map((parts) => Uint8Array.from(parts.flatMap((part) => [...part])));
  fc.assert(
    fc.property(inside, fc.integer({ min: 1, max: 20 }), (bytes, part) => {
      const text = unquoteText(bytes, 0, bytes.length);
      const expected = new TextDecoder().decode(quoteText(text));
      assertEquals(requoted(bytes, part), expected);
      assertEquals(requoted(new TextEncoder().encode(expected), 3), expected);
    }),
    { numRuns: 2000 },
  );
});

Deno.test("a string that becomes six times as long is held", () => {
  const inside = new Uint8Array(100_000).fill(0x3c);
  assertEquals(requoted(inside, 1000), "\\u003c".repeat(100_000));
});
