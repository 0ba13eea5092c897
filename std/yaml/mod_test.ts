import {
  assertEquals,
  assertInstanceOf,
  assertMatch,
  assertThrows,
} from "@std/assert";
import { parse, stringify } from "@std/yaml";

const PARSED: [string, string, unknown][] = [
  ["an empty document", "", null],
  ["a map", "a: 1\nb: [x, y]\n", { a: 1, b: ["x", "y"] }],
  ["the core schema", "[true, null, ~, 0x10, 1.5, .inf, yes, on]", [
    true,
    null,
    null,
    16,
    1.5,
    Infinity,
    "yes",
    "on",
  ]],
  ["quoted texts", `["1", 'true']`, ["1", "true"]],
  ["anchors", "a: &x {b: 1}\nc: *x\n", { a: { b: 1 }, c: { b: 1 } }],
  ["merge keys", "a: &x {b: 1}\nc:\n  <<: *x\n  d: 2\n", {
    a: { b: 1 },
    c: { b: 1, d: 2 },
  }],
  ["block texts", "a: |\n  x\n  y\n", { a: "x\ny\n" }],
  ["comments", "# c\na: 1 # d\n", { a: 1 }],
];

for (const [name, text, value] of PARSED) {
  Deno.test(`parse reads ${name}`, () => assertEquals(parse(text), value));
}

const REFUSED: [string, string, RegExp][] = [
  [
    "a key that stands twice",
    "a: 1\nb: 2\na: 3\n",
    /duplicated key at line 3, column 1/,
  ],
  ["bad indentation", "a:\n  - b\n c: d\n", /line \d+, column \d+/],
  ["an open list", "a: [1, 2\n", /line \d+, column \d+/],
  ["two documents", "a: 1\n---\nb: 2\n", /more than 1 document/],
];

for (const [name, text, message] of REFUSED) {
  Deno.test(`parse refuses ${name} with its place`, () => {
    assertMatch(assertThrows(() => parse(text), SyntaxError).message, message);
  });
}

Deno.test("parse keeps the last of several equal keys when told to", () => {
  assertEquals(parse("a: 1\na: 2\n", { allowDuplicateKeys: true }), { a: 2 });
});

Deno.test("parse leaves texts alone with the failsafe schema", () => {
  assertEquals(parse("a: 1\nb: true\n", { schema: "failsafe" }), {
    a: "1",
    b: "true",
  });
});

Deno.test("parse makes times into dates unless the schema is core", () => {
  assertInstanceOf(parse("2026-01-31T00:00:00Z"), Date);
  assertEquals(
    parse("2026-01-31T00:00:00Z", { schema: "core" }),
    "2026-01-31T00:00:00Z",
  );
});

const VALUES: unknown[] = [
  { a: 1, b: "text", c: [true, null, 1.5], d: {} },
  ["1", "true", "null", "", " x", "a: b", "#", "multi\nline"],
  "text",
  42,
  null,
];

for (const value of VALUES) {
  Deno.test(`stringify and parse give back ${JSON.stringify(value)}`, () => {
    assertEquals(parse(stringify(value)), value);
  });
}

Deno.test("stringify writes blocks of two spaces", () => {
  assertEquals(
    stringify({ a: { b: [1, "x"] } }),
    "a:\n  b:\n    - 1\n    - x\n",
  );
});

Deno.test("stringify sorts keys when told to", () => {
  assertEquals(stringify({ b: 1, a: 2 }, { sortKeys: true }), "a: 2\nb: 1\n");
  assertEquals(
    stringify({ a: 1, b: 2 }, { sortKeys: (x, y) => (x < y ? 1 : -1) }),
    "b: 2\na: 1\n",
  );
});

Deno.test("stringify refuses what YAML has no form for, or leaves it out when told to", () => {
  assertThrows(() => stringify({ a: () => 1 }), TypeError);
  assertThrows(() => stringify({ a: undefined }), TypeError);
  assertEquals(
    stringify({ a: () => 1, b: 2 }, { skipInvalid: true }),
    "b: 2\n",
  );
});

Deno.test("stringify refers to a value that occurs twice, or writes it twice when told to", () => {
  const shared = { x: 1 };
  assertMatch(stringify({ a: shared, b: shared }), /\*/);
  assertEquals(
    stringify({ a: shared, b: shared }, { useAnchors: false }),
    "a:\n  x: 1\nb:\n  x: 1\n",
  );
});

Deno.test({
  name: "parse needs no permission",
  permissions: "none",
  fn: () => assertEquals(parse("a: 1\n"), { a: 1 }),
});
