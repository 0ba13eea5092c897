import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { skipValue } from "./json_scan.ts";

const encoder = new TextEncoder();

/** Scans a whole text, with bytes after it that must not be looked at. */
function accepts(text: string): boolean {
  const bytes = encoder.encode(`${text}0000`);
  const end = bytes.length - 4;
  const after = skipValue(bytes, 0, end, 0);
  return after >= 0 && text.trim().length > 0 && after <= end &&
    new TextDecoder().decode(bytes.subarray(after, end)).trim() === "";
}

function parses(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

Deno.test("the platform's parser agrees on JSON with a few edits", () => {
  const edit = fc.tuple(
    fc.nat(),
    fc.nat({ max: 2 }),
    fc.constantFrom(...'{}[],:"\\ \n\t0123456789-+.eEtrufalsn\u0001é', ""),
  );
  const edits = fc.array(edit, { maxLength: 2 });
  const space = fc.constantFrom(undefined, 1, "\t");
  fc.assert(
    fc.property(fc.jsonValue(), space, edits, (value, indent, list) => {
      let text = JSON.stringify(value, undefined, indent);
      for (const [where, drop, put] of list) {
        const at = where % (text.length + 1);
        text = text.slice(0, at) + put + text.slice(at + drop);
      }
      assertEquals(accepts(text), parses(text), text);
    }),
    { numRuns: 3000 },
  );
});

Deno.test("nesting is limited as in Go", () => {
  const nested = (depth: number): string =>
    "[".repeat(depth) + "]".repeat(depth);
  assertEquals(accepts(nested(10_000)), true);
  assertEquals(accepts(nested(10_001)), false);
  assertEquals(
    accepts('{"a":'.repeat(10_000) + "1" + "}".repeat(10_000)),
    true,
  );
  assertEquals(
    accepts('{"a":'.repeat(10_001) + "1" + "}".repeat(10_001)),
    false,
  );
});

Deno.test("ten megabytes of openers are refused", () => {
  assertEquals(accepts("[".repeat(10_000_000)), false);
  assertEquals(accepts('"\\u'.repeat(2_500_000)), false);
});

Deno.test("a scan starts inside what is already open", () => {
  const bytes = encoder.encode("[[]]");
  assertEquals(skipValue(bytes, 0, 4, 9_998), 4);
  assertEquals(skipValue(bytes, 0, 4, 9_999), -1);
});

Deno.test("a value ends where it ends", () => {
  const bytes = encoder.encode(' {"a":[1,{}]} ,2');
  assertEquals(skipValue(bytes, 0, bytes.length, 0), 13);
});
