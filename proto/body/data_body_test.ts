import { assert, assertEquals, assertFalse } from "@std/assert";
import fc from "fast-check";
import { DataBody } from "./data_body.ts";
import type { DataFields } from "./bodies.ts";
import { decodeDataBody } from "./json_body.ts";
import { ProtocolError } from "../errors/protocol_error.ts";
import type { TimeValue } from "./rfc3339.ts";
import { type Meaning, mutated, place, spelt } from "../testdata/bodies.ts";

const encoder = new TextEncoder();

const TIMES = '"deadline":"0001-01-01T00:00:00Z",' +
  '"context":{"deadline":"0001-01-01T00:00:00Z"}';

/** What a view says. */
function viewed(body: DataBody): Meaning {
  return {
    key: body.keyBytes(),
    value: body.valueBytes(),
    topic: body.topicText(),
    custom: body.customBytes(),
    error: body.errorText(),
    timeoutMs: body.timeoutMs,
    deadlineMs: body.deadlineMs,
  };
}

function millis(...times: TimeValue[]): number {
  const set = times.map((time) => time.unixMillis)
    .filter((ms): ms is number => ms !== "zero");
  return set.length > 0 ? Math.min(...set) || 1 : 0;
}

/** What fully decoded fields say. */
function decoded(fields: DataFields): Meaning {
  const none = new Uint8Array(0);
  return {
    key: fields.key ?? none,
    value: fields.value ?? none,
    topic: fields.topic,
    custom: fields.custom ?? none,
    error: fields.error,
    timeoutMs: Math.max(0, Number(fields.timeoutNs) / 1e6),
    deadlineMs: millis(fields.deadline, fields.contextDeadline),
  };
}

function decodeOrNull(bytes: Uint8Array): DataFields | null {
  try {
    return decodeDataBody(...place(bytes));
  } catch (error) {
    assert(error instanceof ProtocolError);
    return null;
  }
}

const body = new DataBody();

/** Reads a text; gives whether it was accepted. */
function read(text: string): boolean {
  return body.read(...place(encoder.encode(text)));
}

/** Reads a text and tells whether it went the fast way. */
function readFast(text: string): boolean {
  const [buf, start, end] = place(encoder.encode(text));
  assert(body.read(buf, start, end), text);
  return body.buf === buf;
}

Deno.test("every accepted spelling is read as what it says", () => {
  fc.assert(
    fc.property(spelt, ({ bytes, meaning }) => {
      const fields = decodeOrNull(bytes);
      assert(fields !== null);
      assertEquals(decoded(fields), meaning);
      assert(body.read(...place(bytes)));
      assertEquals(viewed(body), meaning);
    }),
    { numRuns: 1500 },
  );
});

Deno.test("a changed body is accepted exactly when the full decoder accepts it", () => {
  let refused = 0;
  let accepted = 0;
  fc.assert(
    fc.property(mutated, (bytes) => {
      const fields = decodeOrNull(bytes);
      assertEquals(body.read(...place(bytes)), fields !== null);
      if (fields === null) return void refused++;
      accepted++;
      assertEquals(viewed(body), decoded(fields));
    }),
    { numRuns: 3000 },
  );
  assert(refused > 100 && accepted > 100, `${refused} and ${accepted}`);
});

for (const number of ["01", "00", "-", "1.5", "1e3", "0x1", "", "-01", "+1"]) {
  Deno.test(`a timeout of "${number}" is refused`, () => {
    assertFalse(read(`{"timeout":${number},${TIMES}}`));
    assertFalse(read(`{"timeout":${number}}`));
  });
}

Deno.test("a body ends where its frame ends", () => {
  for (const head of ["", '"key":"ZWNobw==",', '"timeout":5,']) {
    const text = `{${head}${TIMES}}`;
    assert(readFast(text));
    for (const more of ["}", "x", ",", '"', "\0", "{}"]) {
      assertFalse(read(text + more), text + more);
    }
    assertFalse(readFast(text + " "));
    // The right bytes are there, but they belong to what comes next.
    const [buf, start, end] = place(encoder.encode(text));
    for (let cut = start; cut < end; cut++) {
      assertFalse(body.read(buf, start, cut), `${cut - start}`);
    }
  }
});

Deno.test("every prefix of a body is refused", () => {
  const text = '{"key":"ZWNobw==","value":"cGluZw==","topic":"t",' +
    '"custom":"ZsSxpi88nRE=","error":"e","timeout":5,' +
    '"deadline":"2024-08-20T15:09:56Z","context":{"deadline":"0001-01-01T00:00:00Z"}}';
  assert(readFast(text));
  for (let end = 0; end < text.length; end++) {
    assertFalse(read(text.slice(0, end)), text.slice(0, end));
  }
});

const FAST = [
  "{}",
  `{${TIMES}}`,
  '{"key":"ZWNobw=="}',
  '{"value":""}',
  `{"topic":"t1",${TIMES}}`,
  `{"key":"ZWNobw==","custom":"ZsSxpi88nRE=",${TIMES}}`,
  `{"error":"no such rpc: \\"x\\" \\u003cy\\u003e",${TIMES}}`,
  `{"error":"服务不在线",${TIMES}}`,
  `{"timeout":0,${TIMES}}`,
  `{"timeout":30000000000,${TIMES}}`,
  '{"timeout":1}',
  '{"deadline":"2024-08-20T15:09:56.123456789Z","context":{"deadline":"2024-08-20T23:09:31.5+08:00"}}',
  '{"deadline":"2024-08-20T15:09:56Z"}',
  '{"context":{"deadline":"2024-08-20T15:09:56Z"}}',
];

for (const text of FAST) {
  Deno.test(`fast: ${text}`, () => {
    assert(readFast(text));
    assertEquals(body.start, 20);
    assertEquals(body.end, 20 + encoder.encode(text).length);
  });
}

const SLOW = [
  "null",
  " {}",
  '{"value":"cGluZw==","key":"ZWNobw=="}',
  '{"topic":"\\u0074"}',
  '{"topic":"é"}',
  '{"timeout":-5}',
  '{"timeout":9223372036854775807}',
  '{"value":[1,2]}',
  '{"value":null}',
  '{"value":"aGl="}',
  '{"context":{}}',
  '{"key":"ZWNobw==","key":"ZWNobw=="}',
];

for (const text of SLOW) {
  Deno.test(`slow: ${text}`, () => assertFalse(readFast(text)));
}

Deno.test("what is long and no base64 is left to the way that can be done in parts", () => {
  const long = "x".repeat(70_000);
  for (
    const [text, topic, error] of [
      [`{"topic":"${long}",${TIMES}}`, long, ""],
      [`{"error":"${long}",${TIMES}}`, "", long],
      [`{"deadline":"2024-08-20T15:09:56.${"1".repeat(70)}Z"}`, "", ""],
    ] as const
  ) {
    assertFalse(readFast(text));
    assertEquals([body.topicText(), body.errorText()], [topic, error]);
  }
  assertEquals(
    body.deadlineMs,
    Date.parse("2024-08-20T15:09:56Z") + 111.111111,
  );
  const most = "x".repeat(65_000);
  assert(readFast(`{"topic":"${most}","error":"${most}",${TIMES}}`));
});

Deno.test("one topic has one spelling, whoever wrote it", () => {
  const spellings = [
    "a<b>&c",
    "a\\u003cb\\u003e\\u0026c",
    "\\u0061<b>\\u0026c",
  ];
  for (const inside of spellings) {
    assert(read(`{"topic":"${inside}",${TIMES}}`));
    const { buf, topicStart, topicEnd } = body;
    const topic = new TextDecoder().decode(buf.subarray(topicStart, topicEnd));
    assertEquals(topic, spellings[1]);
    assertEquals(body.topicText(), "a<b>&c");
  }
});

Deno.test("the earlier of two deadlines counts, unset ones do not", () => {
  const early = "2024-08-20T15:09:56Z";
  const late = "2024-08-20T15:09:57+00:00";
  const zero = "0001-01-01T00:00:00Z";
  const ms = Date.parse(early);
  for (const slow of ["", " "]) {
    const expect = (a: string, b: string, wanted: number): void => {
      assert(read(`${slow}{"deadline":"${a}","context":{"deadline":"${b}"}}`));
      assertEquals(body.deadlineMs, wanted);
    };
    expect(early, late, ms);
    expect(late, early, ms);
    expect(zero, early, ms);
    expect(early, zero, ms);
    expect(zero, zero, 0);
    // A deadline at the epoch is long over, but it is one.
    expect("1970-01-01T00:00:00Z", zero, 1);
    expect("0001-01-01T08:00:00+08:00", zero, 0);
  }
});

Deno.test("a negative timeout is none", () => {
  assert(read('{"timeout":-5000000}'));
  assertEquals(body.timeoutMs, 0);
});

Deno.test("the tail is the last eight bytes of custom", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40 }), (custom) => {
      assert(read(`{"custom":"${custom.toBase64()}"}`));
      assertEquals(body.readTail(), custom.length >= 8);
      if (custom.length < 8) return;
      const view = new DataView(custom.buffer, custom.length - 8);
      assertEquals(body.tailHi, view.getUint32(0));
      assertEquals(body.tailLo, view.getUint32(4));
      custom.forEach((byte, i) => assertEquals(body.customByte(i), byte));
    }),
    { numRuns: 300 },
  );
});

const VERDICTS: [string, string][] = [
  [`{"error":"e","verdict":"not-run",${TIMES}}`, "not-run"],
  [`{"error":"e","verdict":"unknown",${TIMES}}`, "unknown"],
  [`{"key":"ZWNobw==","error":"e","verdict":"not-run",${TIMES}}`, "not-run"],
  [`{"error":"e","verdict":"not-run"}`, "not-run"],
  [`{"error":"e","verdict":"unknown","timeout":5}`, "unknown"],
];

for (const [text, verdict] of VERDICTS) {
  Deno.test(`the verdict of ${text} is ${verdict}`, () => {
    assert(readFast(text));
    assertEquals(body.verdict, verdict);
    assertEquals(body.errorText(), "e");
    for (const spelling of [` ${text}`, `{"x":1,${text.slice(1)}`]) {
      assertFalse(readFast(spelling));
      assertEquals(body.verdict, verdict);
      assertEquals(body.errorText(), "e");
    }
    // Every prefix is refused, and what it would need may lie behind its end.
    const [buf, start, end] = place(encoder.encode(text));
    for (let cut = start; cut < end; cut++) {
      assertFalse(body.read(buf, start, cut), `${cut - start}`);
    }
    for (const more of ["}", ",", "x"]) assertFalse(read(text + more));
  });
}

for (
  const text of [
    `{"error":"e",${TIMES}}`,
    `{"error":"e","verdict":"",${TIMES}}`,
    `{"error":"e","verdict":"ran",${TIMES}}`,
    `{"error":"e","verdict":"not-runs",${TIMES}}`,
    `{"error":"e","verdict":null,${TIMES}}`,
    `{"error":"e","verdict":["not-run"],${TIMES}}`,
    `{"error":"e","verdict":"not-run","verdict":5,${TIMES}}`,
    `{"error":"e","verdict":"${"x".repeat(5_000)}",${TIMES}}`,
    `{"error":"e","VERDICT":"not-run",${TIMES}}`,
    `{"error":"e","verdict ":"not-run",${TIMES}}`,
    `{"error":"","verdict":"not-run",${TIMES}}`,
    `{"error":"e","verdict":"not-run","error":"",${TIMES}}`,
    `{"verdict":"not-run",${TIMES}}`,
    `{"value":"cGluZw==","verdict":"unknown",${TIMES}}`,
  ]
) {
  Deno.test(`no verdict: ${text.slice(0, 60)}`, () => {
    assert(read(text));
    assertEquals(body.verdict, "");
  });
}

Deno.test("malformed JSON in a verdict is refused as it is anywhere", () => {
  for (const value of ['"not-run', "not-run", "[", '"\\x"', "01"]) {
    assertFalse(read(`{"error":"e","verdict":${value},${TIMES}}`), value);
  }
});

Deno.test("a view forgets the body before", () => {
  assert(
    read(
      '{"key":"ZWNobw==","topic":"t","custom":"ZsSxpi88nRE=","error":"e","verdict":"unknown","timeout":5}',
    ),
  );
  assertEquals(body.verdict, "unknown");
  assert(read("{}"));
  assertEquals(body.verdict, "");
  const none = new Uint8Array(0);
  assertEquals(viewed(body), {
    key: none,
    value: none,
    topic: "",
    custom: none,
    error: "",
    timeoutMs: 0,
    deadlineMs: 0,
  });
  assertFalse(body.readTail());
});

Deno.test("the method is the key as text", () => {
  assert(read('{"key":"ZWNobw=="}'));
  assertEquals(body.methodText(), "echo");
  assert(read('{"key":"/w=="}'));
  assertEquals(body.methodText(), "\ufffd");
});

Deno.test("a body of 10 MB is read, and refused for one wrong byte", () => {
  const value = new Uint8Array(7_500_000).fill(7).toBase64();
  const [buf, start, end] = place(
    encoder.encode(`{"value":"${value}",${TIMES}}`),
  );
  assert(body.read(buf, start, end));
  assertEquals(body.buf, buf);
  assertEquals(body.valueBytes().length, 7_500_000);
  buf[start + 5_000_000] = 0x20;
  assertFalse(body.read(buf, start, end));
});

Deno.test("a body that breaks off anywhere at the very end of its buffer is refused", () => {
  const whole = encoder.encode(
    '{"key":"ZWNobw==","value":"cGluZw==","topic":"t","custom":"awKzPv0lYIc=","error":"no","timeout":1230000,' +
      '"deadline":"2024-08-20T15:09:56.123456789Z","context":{"deadline":"2024-08-20T23:09:31.5+08:00"}}',
  );
  const body = new DataBody();
  for (let end = 0; end < whole.length; end++) {
    // No byte follows: reading past the end must not be taken for anything.
    assert(!body.read(whole.slice(0, end), 0, end), `cut at ${end}`);
  }
  assert(body.read(whole, 0, whole.length));
});
