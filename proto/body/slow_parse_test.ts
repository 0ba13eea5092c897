import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import type { BodyView } from "./body_view.ts";
import { DataBody } from "./data_body.ts";
import { decodeDataBody } from "./json_body.ts";
import { ProtocolError } from "../errors/protocol_error.ts";
import { SlowParse } from "./slow_parse.ts";
import { ODD_SHAPES, oddBody } from "../testdata/odd_bodies.ts";
import { mutated, place, spelt } from "../testdata/bodies.ts";

const encoder = new TextEncoder();

/** Parses in parts; gives the view, or why there is none. */
function parsed(bytes: Uint8Array, part: number): DataBody | ProtocolError {
  const parse = new SlowParse(...place(bytes));
  let progress;
  let steps = 0;
  do {
    progress = parse.step(part);
    assert(++steps <= bytes.length * 8 / part + 8, `${steps} steps`);
  } while (progress === "more");
  // The end stays the end.
  assertEquals(parse.step(part), progress);
  const view = new DataBody();
  if (progress === "malformed") {
    assertThrows(() => parse.fill(view), Error, "Cannot fill");
    return parse.error!;
  }
  parse.fill(view);
  return view;
}

/** What a view says. */
function said(view: DataBody): unknown[] {
  const { topicStart, topicEnd, timeoutMs, deadlineMs, verdict } = view;
  const topic = view.buf.slice(topicStart, topicEnd).toHex();
  const bytes = [view.keyBytes(), view.valueBytes(), view.customBytes()];
  return [...bytes.map((field) => field.toHex()), topic, view.topicText()]
    .concat([view.errorText(), verdict, `${timeoutMs}`, `${deadlineMs}`]);
}

const part = fc.oneof(
  fc.integer({ min: 1, max: 8 }),
  fc.integer({ min: 9, max: 400 }),
);

Deno.test("a body read in parts says what it says when it is read at once", () => {
  fc.assert(
    fc.property(spelt, part, ({ bytes, meaning }, size) => {
      const view = parsed(bytes, size);
      assert(view instanceof DataBody);
      const at = new DataBody();
      assert(at.read(...place(bytes)));
      assertEquals(said(view), said(at));
      assertEquals(view.valueBytes(), meaning.value);
      assertEquals(view.topicText(), meaning.topic);
      assertEquals(view.errorText(), meaning.error);
      assertEquals(view.deadlineMs, meaning.deadlineMs);
      // What is filled in lies as the scan would have found it.
      if (!/^[ -~]*$/.test(meaning.topic) || /["\\<>&]/.test(meaning.topic)) {
        return;
      }
      const again = new DataBody();
      assert(again.scan(view.buf, view.start, view.end));
      const { timeoutMs, deadlineMs, ...ranges }: BodyView = view;
      assertEquals({ ...ranges, timeoutMs, deadlineMs }, {
        ...again,
        timeoutMs,
        deadlineMs,
      });
    }),
    { numRuns: 1000 },
  );
});

Deno.test("a changed body is refused in parts exactly when it is refused at once", () => {
  fc.assert(
    fc.property(mutated, part, (bytes, size) => {
      const view = parsed(bytes, size);
      let error: unknown;
      try {
        decodeDataBody(...place(bytes));
      } catch (thrown) {
        error = thrown;
      }
      if (view instanceof ProtocolError) {
        assertEquals((error as Error)?.message, view.message);
      } else assertEquals(error, undefined);
    }),
    { numRuns: 2000 },
  );
});

Deno.test("the scan knows the usual shape and no other", () => {
  const body = new DataBody();
  const usual = encoder.encode('{"key":"ZWNobw==","value":"cGluZw=="}');
  assert(body.scan(usual, 0, usual.length));
  for (const text of [' {"key":"ZWNobw=="}', "null", '{"key":[1]}', "{"]) {
    const bytes = encoder.encode(text);
    assertEquals(body.scan(bytes, 0, bytes.length), false);
  }
});

Deno.test("several parses go on side by side, and fill any number of views", () => {
  const texts = ["a", "bb", "ccc"].map((topic) =>
    encoder.encode(`{"value":[1,2,3],"x":[[[{}]]],"topic":"\\u0061${topic}"}`)
  );
  const parses = texts.map((text) => new SlowParse(text, 0, text.length));
  while (parses.some((parse) => parse.step(2) === "more"));
  const one = new DataBody();
  for (let i = 0; i < 2; i++) {
    parses.forEach((parse, n) => {
      parse.fill(one);
      assertEquals(one.topicText(), "a" + ["a", "bb", "ccc"][n]);
      assertEquals(one.valueBytes(), Uint8Array.of(1, 2, 3));
    });
  }
});

for (const [name, shape] of Object.entries(ODD_SHAPES)) {
  Deno.test(`${name}: the cost grows with the length and no faster`, () => {
    const times = [250_000, 4_000_000].map((size) => {
      const bytes = encoder.encode(oddBody(shape, size));
      let best = Infinity;
      for (let i = 0; i < 2; i++) {
        const parse = new SlowParse(bytes, 0, bytes.length);
        const begin = performance.now();
        while (parse.step(16_384) === "more");
        best = Math.min(best, performance.now() - begin);
      }
      return best / bytes.length;
    });
    // Sixteen times the length: what grew with its square would cost that much more per byte.
    assert(times[1]! < Math.max(times[0]!, 5e-6) * 8, `${times}`);
  });
}
