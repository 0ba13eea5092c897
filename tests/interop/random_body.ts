/** Random JSON bodies as peers of any make, or of ill will, might send them: mostly valid, seldom canonical. */

import type { SeededRandom } from "./seeded_random.ts";

const encoder = new TextEncoder();

const BYTE_KEYS = ["key", "value", "custom", "meta"];
const TEXT_KEYS = ["topic", "error", "peer"];
const DATA_KEYS = [
  "key",
  "value",
  "topic",
  "custom",
  "error",
  "timeout",
  "deadline",
  "context",
];
const CONNECTION_KEYS = ["meta", "error", "peer", "ext", "window"];

const TIMES = [
  "0001-01-01T00:00:00Z",
  "2024-08-20T15:09:56.123456789Z",
  "2024-08-20T23:09:31.5+08:00",
  "2030-02-28T23:59:59-11:30",
  "2024-02-29T00:00:00Z",
  "2023-02-29T00:00:00Z",
  "2024-08-20T15:09:56,5Z",
  "2024-08-20T15:09:56.1234567891234Z",
  "2024-08-20t15:09:56Z",
  "2024-08-20T15:09:56z",
  "2024-08-20T24:00:00Z",
  "2024-08-20T23:59:60Z",
  "2024-08-20T15:09:56",
  "2024-8-20T15:09:56Z",
  "2024-08-20T15:09:56+0800",
  "2024-08-20T15:09:56+24:00",
  "2024-08-20T15:09:56.Z",
  "9999-12-31T23:59:59.999999999Z",
  "0000-01-01T00:00:00Z",
  "10000-01-01T00:00:00Z",
  "",
  "now",
];

/** Texts with all that is awkward inside a JSON string. */
const TEXTS = [
  "",
  "t1",
  "no such rpc: nope",
  'quote " and \\ backslash',
  "<a href='x'>&amp;</a>",
  "line\nbreak\ttab\u0001",
  "\u2028\u2029",
  "gr\u00fc\u00df \u4e16\u754c \u{1f600}",
  "x".repeat(300),
];

/**
 * Makes the JSON text of a data body (message, acknowledgement, request or response).
 *
 * @param random Source of choices.
 * @param aim Members that must be there, as JSON text by key.
 * @returns The bytes, perhaps damaged.
 */
export function randomDataBody(
  random: SeededRandom,
  aim: Readonly<Record<string, string>> = {},
): Uint8Array<ArrayBuffer> {
  return randomBody(random, DATA_KEYS, aim);
}

/**
 * Makes the JSON text that a conn, session or one of their answers carries.
 *
 * @param random Source of choices.
 * @returns The bytes, perhaps damaged.
 */
export function randomConnectionBody(
  random: SeededRandom,
): Uint8Array<ArrayBuffer> {
  return randomBody(random, CONNECTION_KEYS, {});
}

function randomBody(
  random: SeededRandom,
  known: readonly string[],
  aim: Readonly<Record<string, string>>,
): Uint8Array<ArrayBuffer> {
  const keys = known.filter((key) =>
    aim[key] !== undefined || random.chance(0.5)
  );
  // Half of them have the usual shape, so that only what is inside can be wrong.
  const neat = random.chance(0.5);
  const gap = () => neat ? "" : space(random);
  if (!neat) {
    if (random.chance(0.4)) keys.sort(() => random.next() - 0.5);
    if (random.chance(0.1)) {
      keys.push(random.pick(["unknown", "keys", "", "k\u0065y", "value"]));
    }
    if (random.chance(0.1)) keys.push(random.pick(known));
  }
  const members = keys.map((key) => {
    const name = neat ? JSON.stringify(key) : randomKey(random, key);
    return gap() + name + gap() + ":" + gap() +
      (aim[key] ?? member(random, key)) + gap();
  });
  const bytes = encoder.encode(`${gap()}{${members.join(",")}}${gap()}`);
  return random.chance(0.1) ? damage(random, bytes) : bytes;
}

function member(random: SeededRandom, key: string): string {
  if (random.chance(0.04)) return anyValue(random, 0);
  if (BYTE_KEYS.includes(key)) return byteValue(random);
  if (TEXT_KEYS.includes(key)) return textValue(random);
  if (key === "timeout") {
    return random.pick([
      "0",
      "30000000000",
      "-1",
      "9223372036854775807",
      "9223372036854775808",
      "1.5",
      "1e9",
      '"5"',
      "-0",
    ]);
  }
  if (key === "deadline") return timeValue(random);
  if (key === "context") {
    return random.pick([
      () => "{}",
      () => "null",
      () => `{"deadline":${timeValue(random)}}`,
      () =>
        `{ "DEADLINE" : ${timeValue(random)} , "x":${anyValue(random, 0)} }`,
      () => "[]",
    ])();
  }
  return anyValue(random, 0);
}

function timeValue(random: SeededRandom): string {
  // Mostly good ones, or nearly every body would be refused for its time.
  return random.chance(0.8)
    ? JSON.stringify(TIMES[random.int(5)])
    : JSON.stringify(random.pick(TIMES));
}

function byteValue(random: SeededRandom): string {
  const bytes = random.bytes(
    random.pick([0, 1, 2, 3, 7, 8, 9, 10, 11, 40, 1500]),
  );
  const base64 = bytes.toBase64();
  const kind = random.int(20);
  if (kind === 0) return "null";
  if (kind === 1) {
    return `[${[...bytes.subarray(0, 20)].join(random.pick([",", " , "]))}]`;
  }
  if (kind === 2) return `"${base64.replace(/=+$/, "")}"`;
  if (kind === 3) return `"${bytes.toBase64({ alphabet: "base64url" })}"`;
  if (kind === 4) return `"${base64.slice(0, 4)}\\r\\n${base64.slice(4)}"`;
  if (kind === 5) return `"${base64.slice(0, 4)} ${base64.slice(4)}"`;
  if (kind === 6) {
    return `"${
      base64.replace(/(.)=$/, "$1=").replace(/([A-Za-z])(=+)$/, "$1$2")
    }"`;
  }
  if (kind === 7) {
    return random.pick([
      '"aGl="',
      '"aGk="',
      '"aH=="',
      '"===="',
      '"a==="',
      '"aGk=aGk="',
      '"[1,2]"',
      "[256]",
      "[-1]",
      "[1.0]",
    ]);
  }
  if (kind === 8) return `"${escapeSome(random, base64)}"`;
  return `"${base64}"`;
}

function textValue(random: SeededRandom): string {
  if (random.chance(0.05)) return "null";
  const text = random.pick(TEXTS);
  if (random.chance(0.15)) {
    return `"${escapeSome(random, JSON.stringify(text).slice(1, -1))}"`;
  }
  if (random.chance(0.05)) {
    return random.pick([
      '"\\ud800"',
      '"\\udc00x"',
      '"\\ud83d\\ude00"',
      '"\\x41"',
      '"\\u12g4"',
      '"tab\there"',
      '"\\/"',
    ]);
  }
  return JSON.stringify(text);
}

/** Writes some plain letters as \u escapes, which says the same. */
function escapeSome(random: SeededRandom, content: string): string {
  if (content.includes("\\")) return content;
  return [...content].map((c) => {
    if (c > "~" || !random.chance(0.2)) return c;
    return `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`;
  }).join("");
}

function randomKey(random: SeededRandom, key: string): string {
  if (random.chance(0.8)) return JSON.stringify(key);
  const cased = [...key].map((c) => random.chance(0.5) ? c.toUpperCase() : c)
    .join("");
  // Go folds the long s and the Kelvin sign into s and k.
  const folded = random.chance(0.2)
    ? cased.replace(/s/i, "\u017f").replace(/k/i, "\u212a")
    : cased;
  return `"${random.chance(0.2) ? escapeSome(random, folded) : folded}"`;
}

function anyValue(random: SeededRandom, depth: number): string {
  const scalars = [
    "null",
    "true",
    "false",
    "0",
    "-1.5e+3",
    '"text"',
    '"\\u00e9"',
    "01",
    ".5",
    "1.",
    "nul",
    "+1",
    "{}",
    "[]",
    '""',
  ];
  // The invalid ones are few, but they are there.
  const kind = random.int(8);
  if (depth < 4 && kind === 0) {
    return `[${[0, 1].map(() => anyValue(random, depth + 1)).join(",")}]`;
  }
  if (depth < 4 && kind === 1) {
    return `{"a":${anyValue(random, depth + 1)},"a":${
      anyValue(random, depth + 1)
    }}`;
  }
  return random.chance(0.9)
    ? (scalars[random.int(7)] as string)
    : random.pick(scalars);
}

function space(random: SeededRandom): string {
  return random.chance(0.93)
    ? ""
    : random.pick([" ", "\n", "\t", "\r\n  ", "\u00a0".slice(random.int(2))]);
}

/**
 * Damages bytes: flips, removes, doubles or cuts.
 *
 * @param random Source of choices.
 * @param bytes What to damage.
 * @returns A damaged copy.
 */
export function damage(
  random: SeededRandom,
  bytes: Uint8Array<ArrayBuffer>,
): Uint8Array<ArrayBuffer> {
  const at = random.int(bytes.length);
  const copy = bytes.slice();
  switch (random.int(5)) {
    case 0:
      copy[at] = random.int(256);
      return copy;
    case 1:
      copy.copyWithin(at, at + 1);
      return copy.slice(0, -1);
    case 2:
      return copy.slice(0, at);
    case 3: {
      const grown = new Uint8Array(copy.length + 1);
      grown.set(copy.subarray(0, at));
      grown[at] = random.pick([
        0x22,
        0x7b,
        0x7d,
        0x2c,
        0x3a,
        0x5c,
        0x80,
        0xff,
        0x00,
      ]);
      grown.set(copy.subarray(at), at + 1);
      return grown;
    }
    default:
      copy[at] = (copy[at] as number) ^ (1 << random.int(8));
      return copy;
  }
}
