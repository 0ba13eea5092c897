/**
 * Bodies of some size that are all odd, each in its own way: none is in the usual shape, all take the full parse.
 *
 * @module
 */

/** A body by what it is made of: a head, what is repeated, and a tail. */
export type OddShape = readonly [head: string, unit: string, tail: string];

/** The shapes, by what is odd about them. */
export const ODD_SHAPES = {
  "members of no meaning": ["{", '"":1,', '"b":0}'],
  "members of no meaning with escapes": ["{", '"\\b":1,', '"b":0}'],
  "members with a lot in them": ["{", '"a1":{"b":[1,"c"]},', '"b":0}'],
  "short values": ["{", '"value":"AA==",', '"b":0}'],
  "escaped names": ["{", '"\\u0076alue":"AA==",', '"b":0}'],
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
  "another order": ['{"value":"', "AAAA", '","key":"AAAA"}'],
  "times": ["{", '"deadline":"2024-08-20T15:09:56.123456789Z",', '"b":0}'],
  "contexts": ["{", '"context":{},', '"b":0}'],
  "timeouts": ["{", '"timeout":9223372036854775807,', '"b":0}'],
  "verdicts": ["{", '"verdict":"unknown",', '"b":0}'],
  "traces": [
    "{",
    '"trace":"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",',
    '"b":0}',
  ],
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
  "white space": ["{", " \t\n ", '"a":1}'],
  "a huge number": ['{"a":', "1", "}"],
  "a time of many digits": [
    '{"deadline":"0001-01-01T00:00:00.',
    "1",
    'Z","b":1}',
  ],
} as const satisfies Record<string, OddShape>;

/**
 * Makes a body of a shape.
 *
 * @param shape The shape.
 * @param size About how many bytes it is to have.
 * @returns The body.
 */
export function oddBody([head, unit, tail]: OddShape, size: number): string {
  const left = size - head.length - tail.length;
  const count = Math.max(1, Math.floor(left / unit.length));
  return head + unit.repeat(count) + tail;
}
