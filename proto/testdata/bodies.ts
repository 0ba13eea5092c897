/**
 * Data bodies for property tests: what a body says, and one of the many
 * spellings that a peer may choose for it.
 *
 * @module
 */

import fc from "fast-check";

/** What a body says, times as Unix milliseconds, 0 for unset. */
export interface Meaning {
  key: Uint8Array;
  value: Uint8Array;
  topic: string;
  custom: Uint8Array;
  error: string;
  timeoutMs: number;
  deadlineMs: number;
}

/** A body and what it must be read as. */
export interface SpeltBody {
  meaning: Meaning;
  bytes: Uint8Array;
}

const encoder = new TextEncoder();
const ZERO = '"0001-01-01T00:00:00Z"';

const space = fc.constantFrom("", "", "", " ", "\n", "\t\r ");
const bytes = fc.uint8Array({ maxLength: 24 });
const plain = fc.string({ maxLength: 12 });
const text = fc.oneof(
  plain,
  fc.string({ maxLength: 12, unit: "binary" }).map((t) => t.toWellFormed()),
  fc.constantFrom("", "t1", "no such rpc: <x>", "\u2028", "\ud83d\ude00"),
);

function unicodeEscape(char: string): string {
  const unit = (u: string): string =>
    "\\u" + u.charCodeAt(0).toString(16).padStart(4, "0");
  return char.split("").map(unit).join("");
}

/** Turns each character for which `pick` says so into an escape. */
function escapeSome(inside: string, pick: boolean[]): string {
  if (inside.includes("\\")) return inside;
  return Array.from(inside).map((char, i) =>
    pick[i % pick.length] ? unicodeEscape(char) : char
  ).join("");
}

const picks = fc.array(fc.boolean(), { minLength: 1, maxLength: 5 });

function spellBytes(value: Uint8Array): fc.Arbitrary<string> {
  const base64 = value.toBase64();
  return fc.oneof(
    { weight: 3, arbitrary: fc.constant(`"${base64}"`) },
    picks.map((pick) => `"${escapeSome(base64, pick)}"`),
    fc.nat({ max: base64.length }).map((at) =>
      `"${base64.slice(0, at)}\\n${base64.slice(at)}\\r"`
    ),
    space.map((s) => `[${Array.from(value).join(`${s},${s}`)}${s}]`),
  );
}

function spellText(value: string): fc.Arbitrary<string> {
  const json = JSON.stringify(value);
  return fc.oneof(
    { weight: 3, arbitrary: fc.constant(json) },
    picks.map((pick) => `"${escapeSome(json.slice(1, -1), pick)}"`),
  );
}

function spellKey(name: string): fc.Arbitrary<string> {
  return fc.oneof(
    { weight: 6, arbitrary: fc.constant(name) },
    fc.mixedCase(fc.constant(name)),
    picks.map((pick) => escapeSome(name, pick)),
    fc.constant(name.replace("s", "\u017f").replace("k", "\u212a")),
  ).map((key) => `"${key}"`);
}

/** Milliseconds since the epoch and their RFC 3339 text in some zone. */
const instant = fc.tuple(
  fc.integer({ min: 1, max: 4_000_000_000_000 }),
  fc.integer({ min: -1439, max: 1439 }),
).map(([ms, zone]) => {
  const local = new Date(ms + zone * 60_000).toISOString().slice(0, -1);
  const two = (n: number): string => `${Math.floor(n)}`.padStart(2, "0");
  const size = Math.abs(zone);
  const offset = `${zone < 0 ? "-" : "+"}${two(size / 60)}:${two(size % 60)}`;
  return { ms, json: `"${local}${zone === 0 ? "Z" : offset}"` };
});
const unset = { ms: 0, json: ZERO };
const time = fc.oneof(fc.constant(unset), fc.constant(unset), instant);

/** One member of the object: its place in the usual order, and its text. */
type Member = fc.Arbitrary<string>;

function member(name: string, value: fc.Arbitrary<string>): Member {
  return fc.tuple(space, spellKey(name), space, space, value, space).map(
    ([a, key, b, c, json, d]) => a + key + b + ":" + c + json + d,
  );
}

const unknown = fc.tuple(
  fc.string({ maxLength: 8 }).map((name) => `x${name}`),
  fc.jsonValue({ maxDepth: 3 }),
).map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`);

const meaning = fc.record({
  key: bytes,
  value: bytes,
  topic: text,
  custom: bytes,
  error: text,
  timeoutNs: fc.constantFrom(0, 0, 1, 1_500_000, 30_000_000_000),
  deadline: time,
  context: time,
});

type Said = typeof meaning extends fc.Arbitrary<infer T> ? T : never;

function meaningOf(said: Said): Meaning {
  const { timeoutNs, deadline, context, ...rest } = said;
  const set = [deadline.ms, context.ms].filter((ms) => ms > 0);
  return {
    ...rest,
    timeoutMs: timeoutNs / 1e6,
    deadlineMs: set.length > 0 ? Math.min(...set) : 0,
  };
}

/** The usual order and spelling, fields that are empty left out or not. */
function usualBody(said: Said, keepEmpty: boolean): SpeltBody {
  const parts: string[] = [];
  const put = (name: string, empty: boolean, json: string): void => {
    if (keepEmpty || !empty) parts.push(`"${name}":${json}`);
  };
  put("key", said.key.length === 0, `"${said.key.toBase64()}"`);
  put("value", said.value.length === 0, `"${said.value.toBase64()}"`);
  put("topic", said.topic === "", JSON.stringify(said.topic));
  put("custom", said.custom.length === 0, `"${said.custom.toBase64()}"`);
  put("error", said.error === "", JSON.stringify(said.error));
  put("timeout", said.timeoutNs === 0, `${said.timeoutNs}`);
  put("deadline", said.deadline.ms === 0, said.deadline.json);
  put("context", said.context.ms === 0, `{"deadline":${said.context.json}}`);
  return {
    meaning: meaningOf(said),
    bytes: encoder.encode(`{${parts.join(",")}}`),
  };
}

/** Any order, with earlier duplicates, unknown members and white space. */
function unusualBody(said: Said): fc.Arbitrary<SpeltBody> {
  const context = member("deadline", fc.constant(said.context.json)).map(
    (inner) => `{${inner}}`,
  );
  const last: Member[] = [
    member("key", spellBytes(said.key)),
    member("value", spellBytes(said.value)),
    member("topic", spellText(said.topic)),
    member("custom", spellBytes(said.custom)),
    member("error", spellText(said.error)),
    member("timeout", fc.constant(`${said.timeoutNs}`)),
    member("deadline", fc.constant(said.deadline.json)),
    member("context", context),
  ];
  // What comes before is overridden by the members above, null included.
  const early = fc.oneof(
    unknown,
    bytes.chain((b) => member("value", spellBytes(b))),
    text.chain((t) => member("topic", spellText(t))),
    instant.chain((i) => member("deadline", fc.constant(i.json))),
    member("custom", fc.constant("null")),
    member("context", fc.constant("null")),
  );
  const order = fc.shuffledSubarray(last, {
    minLength: last.length,
    maxLength: last.length,
  }).chain((members) => fc.tuple(...members));
  return fc.tuple(fc.array(early, { maxLength: 3 }), order, space).map(
    ([before, members, around]) => ({
      meaning: meaningOf(said),
      bytes: encoder.encode(
        `${around}{${[...before, ...members].join(",")}}${around}`,
      ),
    }),
  );
}

/** Any body that a Go peer would accept. */
export const spelt: fc.Arbitrary<SpeltBody> = fc.oneof(
  fc.tuple(meaning, fc.boolean()).map(([said, keep]) => usualBody(said, keep)),
  meaning.chain(unusualBody),
);

/** A body with a few bytes changed: a Go peer may accept it or not. */
export const mutated: fc.Arbitrary<Uint8Array> = fc.tuple(
  spelt,
  fc.array(
    fc.tuple(
      fc.nat(),
      fc.nat({ max: 2 }),
      fc.oneof(
        fc.constantFrom(...encoder.encode('"\\{}[]:,=-+.09aAzZTnu\n ')),
        fc.nat({ max: 255 }),
      ),
    ),
    { minLength: 1, maxLength: 3 },
  ),
).map(([body, edits]) => {
  const changed = Array.from(body.bytes);
  for (const [where, drop, put] of edits) {
    changed.splice(where % (changed.length + 1), drop, put);
  }
  return Uint8Array.from(changed);
});

/** Puts a body between bytes that would spoil it. */
export function place(body: Uint8Array): [Uint8Array, number, number] {
  const buf = new Uint8Array(body.length + 40).fill(0x22);
  buf.set(body, 20);
  return [buf, 20, 20 + body.length];
}
