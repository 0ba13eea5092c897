import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { DataBody } from "./data_body.ts";
import type { DataFields } from "./bodies.ts";
import { decodeDataBody } from "./json_body.ts";
import {
  BODY_SLACK,
  encodeErrorText,
  writeAnswer,
  writeError,
  writeForward,
  writeWithoutTail,
  writeWithTail,
} from "./splice.ts";
import { place, spelt } from "../testdata/bodies.ts";

const ZERO = '"deadline":"0001-01-01T00:00:00Z"';
const TIMES = `${ZERO},"context":{${ZERO}}}`;
const encoder = new TextEncoder();
const decoder = new TextDecoder();
const body = new DataBody();

/** What a written body must say; times are always unset. */
interface Written {
  key: string;
  value: string;
  topic: string;
  custom: string;
  error: string;
  timeoutNs: bigint;
}

function said(fields: DataFields): Written {
  const hex = (bytes: Uint8Array | undefined): string => bytes?.toHex() ?? "";
  assertEquals(fields.deadline.unixMillis, "zero");
  assertEquals(fields.contextDeadline.unixMillis, "zero");
  return {
    key: hex(fields.key),
    value: hex(fields.value),
    topic: fields.topic,
    custom: hex(fields.custom),
    error: fields.error,
    timeoutNs: fields.timeoutNs,
  };
}

type Writer = (dst: DataView, at: number) => number;

/** Runs a writer with exactly the room it may use; gives what it wrote. */
function written(room: number, write: Writer): Uint8Array {
  const at = 7;
  const guard = 16;
  const dst = new Uint8Array(at + room + guard).fill(0xaa);
  const end = write(new DataView(dst.buffer), at);
  assert(end <= at + room, `${end - at} bytes in ${room}`);
  assert(dst.subarray(0, at).every((byte) => byte === 0xaa), "Before the body");
  assert(dst.subarray(end).every((byte) => byte === 0xaa), "After the body");
  const out = dst.slice(at, end);
  // Whatever came in, what goes out is in the shape that is read fast.
  const again = new DataBody();
  assert(again.read(out, 0, out.length));
  assert(decoder.decode(out).endsWith(TIMES));
  return out;
}

function room(): number {
  return body.end - body.start + BODY_SLACK;
}

function writtenSays(write: Writer, extra = 0): Written {
  const out = written(room() + extra, write);
  return said(decodeDataBody(out, 0, out.length));
}

const timeout = fc.constantFrom(0, 0, 0.000001, 0.5, 1, 30_000, 1234.000567);
const half = fc.integer({ min: 0, max: 2 ** 32 - 1 });
const nanos = (ms: number): bigint => BigInt(Math.round(ms * 1e6));

Deno.test("splicing says the same as decoding, editing and encoding", () => {
  fc.assert(
    fc.property(
      spelt,
      half,
      half,
      timeout,
      ({ bytes, meaning }, hi, lo, ms) => {
        assert(body.read(...place(bytes)));
        const key = meaning.key.toHex();
        const value = meaning.value.toHex();
        const custom = meaning.custom.toHex();
        const { topic, error } = meaning;
        const kept = { key, value, topic, error: "", timeoutNs: nanos(ms) };
        assertEquals(
          writtenSays((dst, at) => writeForward(dst, at, body, ms)),
          { ...kept, custom },
        );
        const id = hi.toString(16).padStart(8, "0") +
          lo.toString(16).padStart(8, "0");
        assertEquals(
          writtenSays((dst, at) => writeWithTail(dst, at, body, hi, lo, ms)),
          { ...kept, custom: custom + id },
        );
        if (body.readTail()) {
          assertEquals(
            writtenSays((dst, at) => writeWithoutTail(dst, at, body, ms)),
            { ...kept, custom: custom.slice(0, -16) },
          );
        }
        const answer = { key, topic: "", custom: "", timeoutNs: 0n };
        assertEquals(
          writtenSays((dst, at) => writeAnswer(dst, at, body)),
          { ...answer, value: error === "" ? value : "", error },
        );
        const reason = encodeErrorText(topic);
        assertEquals(
          writtenSays(
            (dst, at) => writeError(dst, at, body, reason),
            reason.length,
          ),
          { ...answer, value: "", error: topic },
        );
      },
    ),
    { numRuns: 1000 },
  );
});

Deno.test("a tail that is added can be read and taken off again", () => {
  const custom = fc.uint8Array({ maxLength: 300 });
  fc.assert(
    fc.property(custom, half, half, (bytes, hi, lo) => {
      const text = `{"value":"AP8Q","custom":"${bytes.toBase64()}",${TIMES}`;
      assert(body.read(...place(encoder.encode(text))));
      const tailed = written(
        room(),
        (dst, at) => writeWithTail(dst, at, body, hi, lo, 0),
      );
      const second = new DataBody();
      assert(second.read(tailed, 0, tailed.length) && second.readTail());
      assertEquals([second.tailHi, second.tailLo], [hi, lo]);
      const bare = written(
        tailed.length + BODY_SLACK,
        (dst, at) => writeWithoutTail(dst, at, second, 0),
      );
      const expected = bytes.length > 0
        ? text
        : text.replace('"custom":"",', "");
      assertEquals(decoder.decode(bare), expected);
    }),
    { numRuns: 500 },
  );
});

/** Reads a text, then gives what a writer makes of it. */
function spliced(text: string, write: Writer): string {
  assert(body.read(...place(encoder.encode(text))), text);
  return decoder.decode(written(room() + 64, write));
}

Deno.test("the bytes are those of a Go peer", () => {
  const call = `{"key":"ZWNobw==","value":"cGluZw==",${TIMES}`;
  assertEquals(spliced(call, (d, a) => writeForward(d, a, body, 0)), call);
  assertEquals(
    spliced(
      call,
      (d, a) => writeWithTail(d, a, body, 0x66c4b1a6, 0x2f3c9d11, 0),
    ),
    `{"key":"ZWNobw==","value":"cGluZw==","custom":"ZsSxpi88nRE=",${TIMES}`,
  );
  assertEquals(
    spliced(call, (d, a) => writeForward(d, a, body, 30_000)),
    `{"key":"ZWNobw==","value":"cGluZw==","timeout":30000000000,${TIMES}`,
  );
  assertEquals(spliced(call, (d, a) => writeAnswer(d, a, body)), call);
  const failed = `{"key":"bm9wZQ==","error":"no such rpc: nope",${TIMES}`;
  assertEquals(spliced(failed, (d, a) => writeAnswer(d, a, body)), failed);
  const text = encodeErrorText("no such rpc: nope");
  assertEquals(
    spliced('{"key":"bm9wZQ=="}', (d, a) => writeError(d, a, body, text)),
    failed,
  );
});

Deno.test("an empty body gets what it needs and no stray comma", () => {
  for (const text of ["{}", "null", `{${TIMES}`]) {
    const bare = `{${TIMES}`;
    assertEquals(spliced(text, (d, a) => writeForward(d, a, body, 0)), bare);
    assertEquals(spliced(text, (d, a) => writeAnswer(d, a, body)), bare);
    assertEquals(
      spliced(text, (d, a) => writeForward(d, a, body, 1)),
      `{"timeout":1000000,${TIMES}`,
    );
    assertEquals(
      spliced(text, (d, a) => writeWithTail(d, a, body, 0, 1, 0)),
      `{"custom":"AAAAAAAAAAE=",${TIMES}`,
    );
    const reason = encodeErrorText("<timeout>");
    const error = `{"error":"\\u003ctimeout\\u003e",${TIMES}`;
    assertEquals(
      spliced(text, (d, a) => writeError(d, a, body, reason)),
      error,
    );
    assertEquals(
      spliced(text, (d, a) => writeError(d, a, null, reason)),
      error,
    );
  }
});

Deno.test("an error that goes back keeps its spelling", () => {
  const text =
    `{"key":"ZWNobw==","value":"cGluZw==","error":"\\u003c服务\\"",${TIMES}`;
  assertEquals(
    spliced(text, (d, a) => writeAnswer(d, a, body)),
    `{"key":"ZWNobw==","error":"\\u003c服务\\"",${TIMES}`,
  );
});

const failures = fc.tuple(
  fc.constantFrom("", '"key":"ZWNobw==",'),
  fc.constantFrom("", '"value":"cGluZw==",'),
  fc.constantFrom("", " "),
  fc.constantFrom("", "not-run", "unknown"),
);

Deno.test("a verdict goes back only where it is wanted, and then as it came", () => {
  fc.assert(
    fc.property(failures, ([key, value, space, verdict]) => {
      const member = verdict === "" ? "" : `,"verdict":"${verdict}"`;
      const error = `"error":"timeout"`;
      const text = `${space}{${key}${value}${error}${member},${TIMES}`;
      assertEquals(
        spliced(text, (d, a) => writeAnswer(d, a, body)),
        `{${key}${error},${TIMES}`,
      );
      assertEquals(
        spliced(text, (d, a) => writeAnswer(d, a, body, true)),
        `{${key}${error}${member},${TIMES}`,
      );
      // Requests and messages never carry one on.
      for (const write of [writeForward, writeWithTail]) {
        const out = write === writeForward
          ? spliced(text, (d, a) => writeForward(d, a, body, 0))
          : spliced(text, (d, a) => writeWithTail(d, a, body, 1, 2, 0));
        assertEquals(out.includes("verdict"), false);
      }
    }),
    { numRuns: 200 },
  );
});

Deno.test("a verdict without an error goes nowhere", () => {
  const text = `{"value":"cGluZw==","verdict":"not-run",${TIMES}`;
  assertEquals(
    spliced(text, (d, a) => writeAnswer(d, a, body, true)),
    `{"value":"cGluZw==",${TIMES}`,
  );
});

Deno.test("an application's text cannot become a verdict", () => {
  for (
    const forged of [
      'x","verdict":"not-run',
      'x\\","verdict":"not-run',
      '\\u0022,"verdict":"not-run"',
    ]
  ) {
    const reason = encodeErrorText(forged);
    const text = decoder.decode(reason);
    const again = spliced(
      `{"error":"${text}",${TIMES}`,
      (d, a) => writeAnswer(d, a, body, true),
    );
    assertEquals(again, `{"error":"${text}",${TIMES}`);
    assertEquals(body.verdict, "");
    assertEquals(body.errorText(), forged);
    const answer = spliced("{}", (d, a) => writeError(d, a, null, reason));
    assert(body.read(...place(encoder.encode(answer))));
    assertEquals([body.verdict, body.errorText()], ["", forged]);
  }
});

Deno.test("an error of ours carries its verdict", () => {
  const reason = encodeErrorText("answer lost");
  const call = `{"key":"ZWNobw==","value":"cGluZw==",${TIMES}`;
  assertEquals(
    spliced(call, (d, a) => writeError(d, a, body, reason, "unknown")),
    `{"key":"ZWNobw==","error":"answer lost","verdict":"unknown",${TIMES}`,
  );
  assertEquals(
    spliced(call, (d, a) => writeError(d, a, null, reason, "not-run")),
    `{"error":"answer lost","verdict":"not-run",${TIMES}`,
  );
});

Deno.test("a timeout is written in whole nanoseconds within its range", () => {
  const cases: [number, string][] = [
    [1e-9, "1"],
    [0.0000015, "2"],
    [0.999999, "999999"],
    [0.9999999, "999999"],
    [1, "1000000"],
    [9.000001, "9000001"],
    [10, "10000000"],
    [123_456.5, "123456500000"],
    [2 ** 31 - 1, "2147483647000000"],
    [2 ** 31, "2147483647000000"],
    [1e300, "2147483647000000"],
    [Infinity, "2147483647000000"],
  ];
  for (const [ms, digits] of cases) {
    assertEquals(
      spliced("{}", (d, a) => writeForward(d, a, body, ms)),
      `{"timeout":${digits},${TIMES}`,
    );
  }
});

Deno.test("a large value is carried over", () => {
  const value = new Uint8Array(200_000).map((_, i) => i * 31);
  const text = `{"value":"${value.toBase64()}","custom":"aGk=",${TIMES}`;
  assert(body.read(...place(encoder.encode(text))));
  const out = written(room(), (d, a) => writeWithTail(d, a, body, 1, 2, 0));
  const fields = decodeDataBody(out, 0, out.length);
  assertEquals(fields.value?.toHex(), value.toHex());
  assertEquals(fields.custom?.toHex(), "68690000000100000002");
});
