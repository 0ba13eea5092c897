import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import type { BodyView } from "./body_view.ts";
import { DataBody } from "./data_body.ts";
import { decodeDataBody } from "./json_body.ts";
import { ProtocolError } from "../errors/protocol_error.ts";
import { SlowParse } from "./slow_parse.ts";
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

/** Bodies of some size that are all odd, each in its own way. */
const ODD: Record<string, [head: string, unit: string, tail: string]> = {
  "members of no meaning": ["{", '"":1,', '"b":0}'],
  "members of no meaning with escapes": ["{", '"\\b":1,', '"b":0}'],
  "short values": ["{", '"value":"AA==",', '"b":0}'],
  "empty arrays": ["{", '"key":[],', '"b":0}'],
  "long arrays after long base64": [
    `{"value":"${"QUJD".repeat(20_000)}",`,
    '"value":[null,7],',
    '"b":0}',
  ],
  "base64 before arrays over it": [
    "{",
    '"value":"QUJD","value":[null],',
    '"b":0}',
  ],
  "times": ["{", '"deadline":"2024-08-20T15:09:56.123456789Z",', '"b":0}'],
  "contexts": ["{", '"context":{},', '"b":0}'],
  "timeouts": ["{", '"timeout":9223372036854775807,', '"b":0}'],
  "verdicts": ["{", '"verdict":"unknown",', '"b":0}'],
  "numbers": ['{"value":[', "0,", "0]}"],
  "nulls": ['{"value":[', "null,", "0]}"],
  "nesting": ['{"a":[', "[".repeat(9_000) + "]".repeat(9_000) + ",", "0]}"],
  "nesting that never ends": ['{"a":', '{"a":', "1"],
  "an error of escapes": ['{"error":"', "\\u0061", '","b":1}'],
  "a topic of escapes": ['{"topic":"', "\\ud83d\\ude00", '","b":1}'],
  "a topic that grows": ['{"topic":"', "<", '","b":1}'],
  "base64 with escapes": ['{"value":"', "\\u0041\\u0042\\u0043\\u0044", '"}'],
  "base64 with line ends": ['{"value":"', "AAAA\\n", '"}'],
  "base64 with odd bits": ['{"value":"', "AAAA", 'AB=="}'],
  "a key of escapes": ['{"', "\\u006b", '":1}'],
  "white space": ["{", " ", '"a":1}'],
  "a huge number": ['{"a":', "1", "}"],
  "a time of many digits": [
    '{"deadline":"0001-01-01T00:00:00.',
    "1",
    'Z","b":1}',
  ],
};

for (const [name, [head, unit, tail]] of Object.entries(ODD)) {
  Deno.test(`${name}: the cost grows with the length and no faster`, () => {
    const times = [250_000, 4_000_000].map((size) => {
      const left = size - head.length - tail.length;
      const text = head +
        unit.repeat(Math.max(1, Math.floor(left / unit.length))) +
        tail;
      const bytes = encoder.encode(text);
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
