import { assertEquals, assertThrows } from "@std/assert";
import { parseServiceMeta } from "./service_meta.ts";

const utf8 = new TextEncoder();

Deno.test("a service's meta is read as Go reads it", () => {
  const cases: [string, string, string[]][] = [
    ['{"service":"S","topics":["a","b"]}', "S", ["a", "b"]],
    ['{"Service":"S","Topics":null}', "S", []],
    ['{"SERVICE":"S"}', "S", []],
    ["{}", "", []],
    [' { "service" : "\\u0053" } ', "S", []],
    ['{"service":null,"topics":[]}', "", []],
    ['{"service":"S","x":{"service":"T"},"y":[1]}', "S", []],
    ['{"topics":["a","a","b","a"]}', "", ["a", "b"]],
    ['{"topics":["","*"]}', "", ["", "*"]],
  ];
  for (const [text, service, topics] of cases) {
    assertEquals(
      parseServiceMeta(utf8.encode(text)),
      { service, topics },
      text,
    );
  }
});

Deno.test("what is no meta is refused with the reason", () => {
  const cases = [
    undefined,
    "",
    "x",
    "null",
    "[]",
    "1",
    '"S"',
    '{"service":1}',
    '{"service":["S"]}',
    '{"topics":"a"}',
    '{"topics":{}}',
    '{"topics":[1]}',
    '{"service":"S"}x',
    `{"topics":[${Array.from({ length: 4_097 }, (_, i) => `"${i}"`)}]}`,
    "[".repeat(1_000_000),
  ];
  for (const text of cases) {
    assertThrows(
      () =>
        parseServiceMeta(text === undefined ? undefined : utf8.encode(text)),
      SyntaxError,
      "illegal service meta",
    );
  }
});
