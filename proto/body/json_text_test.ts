import { assertEquals } from "@std/assert";
import { quoteText, unquoteText } from "./json_text.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** Unquotes raw bytes, given as text or as hexadecimal numbers. */
function unquoted(inside: string | number[]): string {
  const bytes = typeof inside === "string"
    ? encoder.encode(inside)
    : Uint8Array.from(inside);
  return unquoteText(bytes, 0, bytes.length);
}

const READ: [string, string | number[], string][] = [
  ["plain text", "echo", "echo"],
  ["nothing", "", ""],
  ["short escapes", '\\"\\\\\\/\\b\\f\\n\\r\\t', '"\\/\b\f\n\r\t'],
  ["upper and lower hex", "\\u00e9\\u00E9", "éé"],
  ["a zero", "\\u0000", "\0"],
  ["two-byte text", "é", "é"],
  ["four-byte text", "😀", "😀"],
  ["a surrogate pair", "\\ud83d\\ude00", "😀"],
  ["a lone high surrogate", "a\\ud83db", "a\ufffdb"],
  ["a lone low surrogate", "\\ude00", "\ufffd"],
  ["two high surrogates", "\\ud83d\\ud83d", "\ufffd\ufffd"],
  ["a high one before another escape", "\\ud83d\\n", "\ufffd\n"],
  ["a high one before a pair", "\\ud83d\\ud83d\\ude00", "\ufffd😀"],
  ["a byte order mark", "\ufeffx", "\ufeffx"],
  ["a lone continuation byte", [0x61, 0x80, 0x62], "a\ufffdb"],
  ["a sequence cut short", [0xe2, 0x82], "\ufffd\ufffd"],
  ["an overlong sequence", [0xc0, 0xaf], "\ufffd\ufffd"],
  ["an overlong sequence of three", [0xe0, 0x80, 0x80], "\ufffd\ufffd\ufffd"],
  ["a surrogate in UTF-8", [0xed, 0xa0, 0x80], "\ufffd\ufffd\ufffd"],
  ["beyond the last character", [0xf4, 0x90, 0x80, 0x80], "\ufffd".repeat(4)],
  ["a byte that never occurs", [0xff], "\ufffd"],
  ["the greatest character", [0xf4, 0x8f, 0xbf, 0xbf], "\u{10ffff}"],
];

for (const [name, inside, expected] of READ) {
  Deno.test(`${name} is read as Go reads it`, () => {
    assertEquals(unquoted(inside), expected);
  });
}

const WRITTEN: [string, string, string][] = [
  ["plain text", "echo", "echo"],
  ["what HTML would read", "a<b>&c", "a\\u003cb\\u003e\\u0026c"],
  ["line separators", "\u2028\u2029", "\\u2028\\u2029"],
  ["quotes", 'say "x"\\', 'say \\"x\\"\\\\'],
  ["white space", "\n\r\t\b\f", "\\n\\r\\t\\b\\f"],
  ["other control characters", "\0\x1f\x7f", "\\u0000\\u001f\x7f"],
  ["a slash", "/", "/"],
  ["beyond ASCII", "é😀", "é😀"],
  ["a lone surrogate", "a\ud800b", "a\ufffdb"],
];

for (const [name, text, expected] of WRITTEN) {
  Deno.test(`${name} is written as Go writes it`, () => {
    assertEquals(decoder.decode(quoteText(text)), expected);
  });
}
