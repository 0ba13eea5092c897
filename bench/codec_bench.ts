/**
 * What reading and splicing one data body costs: `deno bench bench/codec_bench.ts`.
 *
 * @module
 */

import {
  decodeBase64,
  encodeBase64Into,
  isCanonicalBase64,
} from "../proto/body/base64.ts";
import { DataBody } from "../proto/body/data_body.ts";
import { ODD_SHAPES, oddBody } from "../proto/testdata/odd_bodies.ts";
import {
  BODY_SLACK,
  writeAnswer,
  writeForward,
  writeWithoutTail,
  writeWithTail,
} from "../proto/body/splice.ts";

const ZERO = "0001-01-01T00:00:00Z";
const TIMES = `"deadline":"${ZERO}","context":{"deadline":"${ZERO}"}}`;
const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** Places a body inside a larger buffer, as a read buffer holds it. */
function place(text: string): { buf: Uint8Array; start: number; end: number } {
  const bytes = encoder.encode(text);
  const buf = new Uint8Array(bytes.length + 200).fill(0x7a);
  buf.set(bytes, 100);
  return { buf, start: 100, end: 100 + bytes.length };
}

function base64(length: number): string {
  const src = new Uint8Array(length).map((_, i) => i * 7);
  const dst = new Uint8Array(Math.ceil(length / 3) * 4);
  encodeBase64Into(src, 0, length, dst, 0);
  return new TextDecoder().decode(dst);
}

const small = place(`{"key":"ZWNobw==","value":"cGluZw==",${TIMES}`);
const tailed = place(
  `{"key":"ZWNobw==","value":"cGluZyBwaW5n","custom":"ZsSxpi88nRE=",${TIMES}`,
);
const deadline = place(
  `{"key":"ZWNobw==","value":"cGluZw==","deadline":"2024-08-20T15:09:56.123456789Z","context":{"deadline":"${ZERO}"}}`,
);
const unusual = place(`{"value":"cGluZw==","key":"ZWNobw==",${TIMES}`);
const kilobyte = place(`{"key":"ZWNobw==","value":"${base64(768)}",${TIMES}`);
const large = place(`{"key":"ZWNobw==","value":"${base64(65_536)}",${TIMES}`);

const body = new DataBody();
const out = new DataView(new ArrayBuffer(large.end + BODY_SLACK));

for (
  const [name, { buf, start, end }] of Object.entries({
    "120 B": small,
    "1 KB": kilobyte,
    "87 KB": large,
  })
) {
  Deno.bench(`read, ${name}`, () => {
    if (!body.read(buf, start, end)) throw new Error("Not read");
  });
  Deno.bench(`read and writeWithTail, ${name}`, () => {
    if (!body.read(buf, start, end)) throw new Error("Not read");
    writeWithTail(out, 0, body, 0x66c4b1a6, 0x2f3c9d11, 0);
  });
}
/** Bodies that take the full parse, of a megabyte: a millisecond is a nanosecond per byte. */
for (const [name, shape] of Object.entries(ODD_SHAPES)) {
  const odd = place(oddBody(shape, 1e6));
  Deno.bench(`read ${name}, 1 MB (1 ms is 1 ns/byte)`, () => {
    if (!body.read(odd.buf, odd.start, odd.end)) throw new Error("Not read");
  });
  if (name !== "short values") continue;
  const { buf, start, end } = odd;
  Deno.bench(`JSON.parse of ${name}, 1 MB, for comparison`, () => {
    JSON.parse(decoder.decode(buf.subarray(start, end)));
  });
}
Deno.bench("read, tail and writeWithoutTail, 144 B", () => {
  const { buf, start, end } = tailed;
  if (!body.read(buf, start, end) || !body.readTail()) {
    throw new Error("Not read");
  }
  writeWithoutTail(out, 0, body, 0);
});
Deno.bench("read and writeAnswer, 120 B", () => {
  if (!body.read(small.buf, small.start, small.end)) {
    throw new Error("Not read");
  }
  writeAnswer(out, 0, body);
});
Deno.bench("read and writeForward with a timeout, 120 B", () => {
  if (!body.read(small.buf, small.start, small.end)) {
    throw new Error("Not read");
  }
  writeForward(out, 0, body, 30_000);
});
Deno.bench("read with a deadline, 130 B", () => {
  if (!body.read(deadline.buf, deadline.start, deadline.end)) {
    throw new Error("Not read");
  }
});
Deno.bench("read in another key order, 120 B", () => {
  if (!body.read(unusual.buf, unusual.start, unusual.end)) {
    throw new Error("Not read");
  }
});

for (const length of [128, 512, 768, 1024, 1536, 2048, 65_536]) {
  const text = encoder.encode(base64(length / 4 * 3));
  const raw = decodeBase64(text, 0, text.length);
  const dst = new Uint8Array(text.length);
  Deno.bench(`check base64, ${length} characters`, () => {
    if (!isCanonicalBase64(text, 0, text.length)) throw new Error("Not base64");
  });
  Deno.bench(`encode base64, ${length} characters`, () => {
    encodeBase64Into(raw, 0, raw.length, dst, 0);
  });
}
