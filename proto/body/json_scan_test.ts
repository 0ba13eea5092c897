import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { type Budget, ObjectScan } from "./json_scan.ts";

const encoder = new TextEncoder();

/** Scans a text as the member of an object, in parts of some bytes, with bytes behind it that must not be looked at. */
function accepts(text: string, part = Infinity, depth = 0): boolean {
  const bytes = encoder.encode(`{"a":${text}}0000`);
  const end = bytes.length - 4;
  const budget: Budget = { left: 0 };
  const scan = new ObjectScan(bytes, 0, end, depth, budget, () => undefined);
  do budget.left = part; while (!scan.step());
  return !scan.malformed;
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
      // What leaves the object would say something else in it.
      const whole = parses(`{"a":${text}}`);
      for (const part of [1, 3, Infinity]) {
        assertEquals(accepts(text, part), whole, text);
      }
    }),
    { numRuns: 3000 },
  );
});

Deno.test("nesting is limited as in Go", () => {
  const nested = (depth: number): string =>
    "[".repeat(depth) + "]".repeat(depth);
  assertEquals(accepts(nested(9_999)), true);
  assertEquals(accepts(nested(10_000)), false);
  assertEquals(
    accepts('{"a":'.repeat(9_999) + "1" + "}".repeat(9_999)),
    true,
  );
  assertEquals(
    accepts('{"a":'.repeat(10_000) + "1" + "}".repeat(10_000)),
    false,
  );
});

Deno.test("ten megabytes of openers are refused", () => {
  assertEquals(accepts("[".repeat(10_000_000)), false);
  assertEquals(accepts('"\\u'.repeat(2_500_000)), false);
});

Deno.test("a scan starts inside what is already open", () => {
  assertEquals(accepts("[[]]", Infinity, 9_997), true);
  assertEquals(accepts("[[]]", Infinity, 9_998), false);
});

/** Shows the members of a text, by key and value. */
function members(text: string, part: number): string[] | undefined {
  const bytes = encoder.encode(text);
  const budget: Budget = { left: 0 };
  const seen: string[] = [];
  const slice = (start: number, end: number): string =>
    new TextDecoder().decode(bytes.subarray(start, end));
  const scan = new ObjectScan(
    bytes,
    0,
    bytes.length,
    0,
    budget,
    (k, l, v, w) => {
      seen.push(`${slice(k, l)}=${slice(v, w)}`);
      return undefined;
    },
  );
  do budget.left = part; while (!scan.step());
  return scan.malformed ? undefined : seen;
}

Deno.test("the members of the outermost object are shown, and no others", () => {
  const text =
    ' {"a" : {"b":1,"c":[{"d":2}]} ,"":[ ],"e":-1.5e+3 , "e":"\\"",' +
    '"f":true,"g":null}\n';
  const all = ['a={"b":1,"c":[{"d":2}]}', "=[ ]", "e=-1.5e+3", 'e="\\""']
    .concat(["f=true", "g=null"]);
  for (let part = 1; part <= text.length; part++) {
    assertEquals(members(text, part), all);
  }
  assertEquals(members(" null ", 1), []);
  assertEquals(members("{}", 1), []);
  for (
    const wrong of ["", " ", "[]", "1", "nul", "{} {}", "{", '{"a":1', "true"]
  ) {
    assertEquals(members(wrong, 1), undefined, wrong);
  }
});

Deno.test("a scan does no more at a time than it may, and waits for what takes long", () => {
  const text = encoder.encode(
    `{"a":"${"x".repeat(1000)}","b":[${"1,".repeat(500)}1]}`,
  );
  const budget: Budget = { left: 0 };
  let waits = 0;
  const scan = new ObjectScan(text, 0, text.length, 0, budget, () => ({
    step: () => ++waits % 5 === 0,
  }));
  let steps = 0;
  do {
    budget.left = 100;
    steps++;
  } while (!scan.step());
  assertEquals([scan.malformed, waits], [false, 10]);
  // Twenty parts of the text, and four turns that each long member asked for.
  assertEquals(steps >= 28 && steps <= 31, true, `${steps}`);
});
