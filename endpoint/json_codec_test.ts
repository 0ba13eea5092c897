import { assert, assertEquals, assertThrows } from "@std/assert";
import { decodeJson, encodeJson, jsonCodec } from "./json_codec.ts";

const encoder = new TextEncoder();

Deno.test("a value comes back as it was", () => {
  const codec = jsonCodec<unknown>();
  for (
    const value of [null, 0, "", "ä€😀", [], [1, [2]], { a: { b: [true] } }]
  ) {
    assertEquals(codec.decode(codec.encode(value)), value);
    assertEquals(codec.decode({ data: codec.encode(value) }), value);
  }
});

const around: Record<string, unknown> = { a: 1 };
around.self = [around];
const WITHOUT_FORM: [unknown, string][] = [
  [undefined, "value as JSON: undefined has no JSON form"],
  [() => {}, "value as JSON: function has no JSON form"],
  [Symbol("x"), "value as JSON: symbol has no JSON form"],
  [1n, "value as JSON: 1n is a bigint, send it as text"],
  [{ a: [{ b: 2n }] }, "value.a[0].b as JSON: 2n is a bigint"],
  [{ "a b": 2n }, 'value["a b"] as JSON: 2n is a bigint'],
  [around, "value.self[0] as JSON: it contains itself"],
  [{
    toJSON: () => {
      throw new Error("not today");
    },
  }, "value as JSON: not today"],
];
for (const [value, message] of WITHOUT_FORM) {
  Deno.test(`encodeJson() names the part that has no JSON form: ${message}`, () => {
    assertThrows(
      () => encodeJson(value),
      TypeError,
      `Cannot encode ${message}`,
    );
  });
}

Deno.test("one object in two places is no circle", () => {
  const one = { a: 1 };
  assertEquals(decodeJson(encodeJson([one, one])), [one, one]);
  assertThrows(() => encodeJson([one, one, 1n]), TypeError, "value[2]");
});

Deno.test("what is no JSON is shown, and a long text only begun", () => {
  for (const text of ["", "{", "ids=1", "\u0000"]) {
    assertThrows(
      () => decodeJson(encoder.encode(text)),
      SyntaxError,
      `Cannot decode ${JSON.stringify(text)} as JSON: `,
    );
  }
  const error = assertThrows(
    () => decodeJson(encoder.encode("x".repeat(10_000))),
    SyntaxError,
    `${"x".repeat(80)}"... as JSON`,
  );
  assert(error.message.length < 300);
  assert(error.cause instanceof SyntaxError);
});

Deno.test("what is neither bytes nor has any is refused", () => {
  const codec = jsonCodec<unknown>();
  // deno-lint-ignore no-explicit-any
  for (const wrong of [{}, "{}", { data: "{}" }] as any[]) {
    assertThrows(() => codec.decode(wrong), TypeError, "need bytes");
  }
});

Deno.test("a check turns what was decoded into the value, or refuses it", () => {
  const cause = new Error("no celsius");
  const codec = jsonCodec<number>((value) => {
    if (typeof value === "object") return 21;
    throw cause;
  });
  assertEquals(codec.decode(encoder.encode("{}")), 21);
  const error = assertThrows(
    () => codec.decode(encoder.encode("5")),
    TypeError,
    'Cannot take "5" for what was expected: no celsius',
  );
  assertEquals(error.cause, cause);
});
