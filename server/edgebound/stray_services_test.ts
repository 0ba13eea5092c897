import { assertEquals } from "@std/assert";
import { isServiceMeta } from "./stray_services.ts";

Deno.test("what a service says of itself is told from what edges say", () => {
  const cases: [string, boolean][] = [
    ['{"service":"S","topics":["a"]}', true],
    ['{"service":"S","topics":null}', true],
    ['{"service":""}', true],
    ['{"Service":"S","version":2}', true],
    ["", false],
    ["{}", false],
    ["service", false],
    ['"service"', false],
    ['["service"]', false],
    ['{"service":1}', false],
    ['{"name":"service"}', false],
    ['{"name":"the \\"service\\""}', false],
    ['{"device":{"service":"S"}}', false],
    ['{"service":"S"', false],
    [`{"service":"S","x":"${"x".repeat(20_000)}"}`, false],
  ];
  for (const [text, expected] of cases) {
    assertEquals(isServiceMeta(new TextEncoder().encode(text)), expected, text);
  }
});
