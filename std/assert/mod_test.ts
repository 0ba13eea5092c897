import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertExists,
  assertFalse,
  assertGreater,
  assertGreaterOrEqual,
  assertInstanceOf,
  AssertionError,
  assertIsError,
  assertLess,
  assertLessOrEqual,
  assertMatch,
  assertNotEquals,
  assertNotMatch,
  assertNotStrictEquals,
  assertRejects,
  assertStrictEquals,
  assertStringIncludes,
  assertThrows,
  fail,
} from "@std/assert";

/** Runs `fn` and returns the AssertionError it must throw, without help from the code under test. */
function failure(fn: () => unknown): AssertionError {
  let thrown: unknown;
  try {
    fn();
  } catch (error) {
    thrown = error;
  }
  if (!(thrown instanceof AssertionError)) {
    throw new Error(`Expected an AssertionError, got ${thrown}`);
  }
  return thrown;
}

async function rejection(fn: () => Promise<unknown>): Promise<AssertionError> {
  const outcome = await fn().then(() => undefined, (error: unknown) => error);
  return failure(() => {
    if (outcome !== undefined) throw outcome;
  });
}

Deno.test("AssertionError is an Error with its own name, message and cause", () => {
  const error = new AssertionError("Broken", { cause: 7 });
  if (!(error instanceof Error) || error.name !== "AssertionError") {
    throw new Error("Wrong class");
  }
  if (error.message !== "Broken" || error.cause !== 7) {
    throw new Error("Wrong contents");
  }
});

Deno.test("truth assertions throw on the wrong truth value and carry the message", () => {
  assert(1);
  assertFalse(0);
  if (failure(() => assert(0, "zero")).message !== "zero") {
    throw new Error("Message lost");
  }
  if (failure(() => assertFalse("x", "text")).message !== "text") {
    throw new Error("Message lost");
  }
  if (failure(() => fail("why")).message !== "Failed assertion: why") {
    throw new Error("Message lost");
  }
});

const EQUAL: [string, unknown, unknown][] = [
  ["numbers", 1, 1],
  ["NaN", NaN, NaN],
  ["bigint", 2n ** 63n, 2n ** 63n],
  ["nested", { a: [1, { b: "c" }] }, { a: [1, { b: "c" }] }],
  ["key order", { a: 1, b: 2 }, { b: 2, a: 1 }],
  ["bytes", new Uint8Array([1, 2]), new Uint8Array([1, 2])],
  [
    "views of different buffers",
    new Uint8Array([0, 1, 2]).subarray(1),
    new Uint8Array([1, 2]),
  ],
  ["maps", new Map([["a", [1]]]), new Map([["a", [1]]])],
  ["sets", new Set([1, 2]), new Set([2, 1])],
  ["dates", new Date(5), new Date(5)],
];
const DIFFERENT: [string, unknown, unknown][] = [
  ["numbers", 1, 2],
  ["types", 1, "1"],
  ["null and undefined", null, undefined],
  ["absent and undefined", {}, { a: undefined }],
  ["classes", new Error("x"), new TypeError("x")],
  ["bytes", new Uint8Array([1]), new Uint8Array([2])],
  ["element types", new Uint8Array([1]), new Int8Array([1])],
  ["maps", new Map([["a", 1]]), new Map([["a", 2]])],
];

for (const [name, a, b] of EQUAL) {
  Deno.test(`assertEquals accepts equal ${name}`, () => {
    assertEquals(a, b);
    failure(() => assertNotEquals(a, b));
  });
}
for (const [name, a, b] of DIFFERENT) {
  Deno.test(`assertEquals refuses different ${name}`, () => {
    failure(() => assertEquals(a, b));
    assertNotEquals(a, b);
  });
}

Deno.test("assertEquals names both values and the caller's message, and stays short on big values", () => {
  const message =
    failure(() => assertEquals({ a: "left" }, { a: "right" }, "context"))
      .message;
  for (const part of ["left", "right", "context"]) {
    if (!message.includes(part)) {
      throw new Error(`Message lacks ${part}: ${message}`);
    }
  }
  const big =
    failure(() =>
      assertEquals(new Uint8Array(5_000_000), new Uint8Array(5_000_001))
    ).message;
  if (big.length > 20_000) {
    throw new Error(`Message has ${big.length} characters`);
  }
});

Deno.test("strict equality is identity", () => {
  const value = {};
  assertStrictEquals(value, value);
  assertNotStrictEquals(value, {});
  if (
    !failure(() => assertStrictEquals(value, {})).message.includes(
      "not reference-equal",
    )
  ) {
    throw new Error("Structure not mentioned");
  }
  failure(() => assertNotStrictEquals(value, value));
});

Deno.test("assertThrows returns the error and checks class and message", () => {
  const error = new RangeError("Out of range");
  const thrower = () => {
    throw error;
  };
  assertStrictEquals(assertThrows(thrower), error);
  assertStrictEquals(assertThrows(thrower, RangeError, "of range"), error);
  failure(() => assertThrows(thrower, TypeError));
  failure(() => assertThrows(thrower, RangeError, "within"));
  if (
    !failure(() => assertThrows(() => 1, "reason")).message.includes("reason")
  ) throw new Error("Message lost");
  failure(() =>
    assertThrows(() => {
      throw "text";
    }, Error)
  );
});

Deno.test("assertRejects returns the error and checks class and message", async () => {
  const error = new RangeError("Out of range");
  assertStrictEquals(await assertRejects(() => Promise.reject(error)), error);
  assertStrictEquals(
    await assertRejects(() => Promise.reject(error), RangeError, "of range"),
    error,
  );
  await rejection(() => assertRejects(() => Promise.resolve()));
  await rejection(() => assertRejects(() => Promise.reject(error), TypeError));
  await rejection(() =>
    assertRejects(() => Promise.reject(error), RangeError, "within")
  );
  await rejection(() => assertRejects(() => Promise.reject("text"), Error));
  const early = await rejection(() =>
    assertRejects(() => {
      throw error;
    })
  );
  assertStringIncludes(
    early.message,
    "Function throws when expected to reject",
  );
});

Deno.test("assertIsError checks class and message", () => {
  assertIsError(new RangeError("far"), RangeError, /^far$/);
  failure(() => assertIsError("far"));
  failure(() => assertIsError(new RangeError("far"), TypeError));
  failure(() => assertIsError(new RangeError("far"), RangeError, "near"));
});

Deno.test("value assertions accept and refuse", () => {
  assertExists(0);
  failure(() => assertExists(null));
  failure(() => assertExists(undefined));
  assertInstanceOf(new TypeError(), Error);
  failure(() => assertInstanceOf({}, Error));
  assertMatch("abc", /b/);
  failure(() => assertMatch("abc", /x/));
  assertNotMatch("abc", /x/);
  failure(() => assertNotMatch("abc", /b/));
  assertStringIncludes("abc", "bc");
  failure(() => assertStringIncludes("abc", "cb"));
});

Deno.test("comparisons accept and refuse at the bound", () => {
  assertGreater(2, 1);
  failure(() => assertGreater(1, 1));
  assertGreaterOrEqual(1, 1);
  failure(() => assertGreaterOrEqual(0n, 1n));
  assertLess("a", "b");
  failure(() => assertLess(1, 1));
  assertLessOrEqual(1, 1);
  failure(() => assertLessOrEqual(2, 1));
  failure(() => assertLessOrEqual(NaN, 1));
});

Deno.test("assertAlmostEquals uses the tolerance given or a relative one", () => {
  assertAlmostEquals(0.1 + 0.2, 0.3);
  assertAlmostEquals(10, 10.5, 0.5);
  assertAlmostEquals(Infinity, Infinity);
  failure(() => assertAlmostEquals(1, 1.1));
  failure(() => assertAlmostEquals(10, 10.6, 0.5));
  failure(() => assertAlmostEquals(NaN, 1));
});
