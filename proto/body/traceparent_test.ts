import { assert, assertEquals, assertFalse } from "@std/assert";
import fc from "fast-check";
import { DataBody } from "./data_body.ts";
import { decodeDataBody } from "./json_body.ts";
import {
  addTrace,
  BODY_SLACK,
  writeAnswer,
  writeForward,
  writeWithoutTail,
  writeWithTail,
} from "./splice.ts";
import {
  isTraceparent,
  TRACE_MEMBER_LENGTH,
  traceparentText,
} from "./traceparent.ts";
import { place } from "../testdata/bodies.ts";

const TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
const OTHER = "00-ffffffffffffffffffffffffffffffff-0000000000000001-00";
const TIMES = '"deadline":"0001-01-01T00:00:00Z",' +
  '"context":{"deadline":"0001-01-01T00:00:00Z"}';
const encoder = new TextEncoder();
const body = new DataBody();

Deno.test("a traceparent with one character changed is valid exactly when the character may stand there", () => {
  assert(isTraceparent(encoder.encode(TRACE), 0));
  for (let at = 0; at < TRACE.length; at++) {
    for (let code = 0; code < 256; code++) {
      const bytes = encoder.encode(TRACE);
      bytes[at] = code;
      const char = String.fromCharCode(code);
      const expected = at < 2
        ? char === "0"
        : [2, 35, 52].includes(at)
        ? char === "-"
        : /[0-9a-f]/.test(char);
      assertEquals(isTraceparent(bytes, 0), expected, `${at}: ${code}`);
    }
  }
});

Deno.test("a traceparent that is cut, or whose trace or span is zero, is none", () => {
  for (let length = 0; length < TRACE.length; length++) {
    assertFalse(isTraceparent(encoder.encode(TRACE.slice(0, length)), 0));
  }
  const zero = (from: number, to: number) =>
    TRACE.slice(0, from) + "0".repeat(to - from) + TRACE.slice(to);
  assertFalse(isTraceparent(encoder.encode(zero(3, 35)), 0));
  assertFalse(isTraceparent(encoder.encode(zero(36, 52)), 0));
  assert(isTraceparent(encoder.encode(zero(53, 55)), 0));
});

Deno.test("a trace behind any usual members is read without a full parse, at its place and at the end", () => {
  const heads = [
    "",
    '"key":"ZWNobw==",',
    '"key":"ZWNobw==","value":"AAAA","custom":"AAAA","timeout":2500000,',
    '"value":"AAAA","topic":"t",',
    '"error":"no","verdict":"not-run",',
  ];
  const tails = [
    `,${TIMES}`,
    "",
    ',"deadline":"2026-01-01T00:00:00Z","context":{"deadline":"0001-01-01T00:00:00Z"}',
  ];
  for (const head of heads) {
    for (const tail of tails) {
      const text = `{${head}"trace":"${TRACE}"${tail}}`;
      const [buf, start, end] = place(encoder.encode(text));
      assert(body.scan(buf, start, end), text);
      assertEquals(traceparentText(buf, body.traceStart), TRACE);
      assertEquals(body.traceText(), TRACE);
    }
  }
  const without = encoder.encode(`{"key":"ZWNobw==",${TIMES}}`);
  assert(body.scan(without, 0, without.length));
  assertEquals([body.traceStart, body.traceText()], [0, ""]);
});

/** Values of a member, and what they are read as. */
const VALUES: readonly (readonly [json: string, trace: string])[] = [
  [`"${TRACE}"`, TRACE],
  [`"${OTHER}"`, OTHER],
  [`"${TRACE.toUpperCase()}"`, ""],
  [`"${TRACE.slice(1)}"`, ""],
  [`"${TRACE}0"`, ""],
  [`"01${TRACE.slice(2)}"`, ""],
  ['"\\u0030"', ""],
  ["null", ""],
  ["17", ""],
  ["{}", ""],
  [`["${TRACE}"]`, ""],
];

Deno.test("the last trace of a body counts, in whatever order its members come; what is none counts as absent", () => {
  const member = fc.constantFrom(...VALUES).map(([json, trace]) => ({
    text: `"trace":${json}`,
    trace,
  }));
  const others = fc.constantFrom(
    '"key":"ZWNobw=="',
    '"value":"AAAA"',
    '"topic":"t"',
    `"Trace":"${TRACE}"`,
    '"error":"no"',
    '"timeout":5000000',
    TIMES,
  ).map((text) => ({ text, trace: undefined }));
  fc.assert(
    fc.property(fc.array(fc.oneof(member, others)), (members) => {
      const text = `{${members.map((one) => one.text).join()}}`;
      const last = members.findLast(({ trace }) => trace !== undefined);
      const expected = last?.trace ?? "";
      const [buf, start, end] = place(encoder.encode(text));
      assert(body.read(buf, start, end), text);
      assertEquals(body.traceText(), expected, text);
      const decoded = decodeDataBody(buf, start, end);
      assertEquals(decoded.trace ?? "", expected, text);
    }),
    { numRuns: 2_000 },
  );
});

Deno.test("what is passed on carries the trace it is given, and an answer none", () => {
  const heads = ["", '"key":"ZWNobw==",', '"value":"AAAA","topic":"t",'];
  const customs = [
    "",
    '"custom":"AAAAAAAAAAA=",',
    '"custom":"QUJDAAAAAAAAAAA=",',
  ];
  const limits = [0, 0.5, 2_500];
  for (const head of heads) {
    for (const custom of customs) {
      for (const came of ["", `"trace":"${OTHER}",`]) {
        const text = encoder.encode(`{${head}${custom}${came}${TIMES}}`);
        assert(body.scan(text, 0, text.length));
        for (const limitMs of limits) {
          const writers = [
            (dst: DataView) => writeForward(dst, 0, body, limitMs),
            (dst: DataView) => writeWithTail(dst, 0, body, 1, 2, limitMs),
            ...(custom === ""
              ? []
              : [(dst: DataView) => writeWithoutTail(dst, 0, body, limitMs)]),
          ];
          for (const write of writers) {
            const room = text.length + BODY_SLACK + TRACE_MEMBER_LENGTH;
            const dst = new Uint8Array(room);
            const view = new DataView(dst.buffer);
            const plain = dst.slice(0, write(view));
            const before = decodeDataBody(plain, 0, plain.length);
            assertEquals(before.trace, undefined);
            const end = addTrace(view, plain.length, TRACE);
            assertEquals(end, plain.length + TRACE_MEMBER_LENGTH);
            assertEquals(decodeDataBody(dst, 0, end), {
              ...before,
              trace: TRACE,
            });
            assert(new DataBody().scan(dst, 0, end));
          }
          const answer = new DataView(
            new ArrayBuffer(text.length + BODY_SLACK),
          );
          const end = writeAnswer(answer, 0, body);
          const written = new Uint8Array(answer.buffer, 0, end);
          assertEquals(decodeDataBody(written, 0, end).trace, undefined);
        }
      }
    }
  }
});
