/**
 * Fields of every awkward length through everything that reads or writes bodies.
 */
import { DataBody } from "./data_body.ts";
import {
  decodeConnBody,
  decodeDataBody,
  decodeSessionBody,
  emptyDataFields,
  encodeConnBody,
  encodeDataBody,
  encodeSessionBody,
} from "./json_body.ts";
import { SlowParse } from "./slow_parse.ts";
import {
  BODY_SLACK,
  writeAnswer,
  writeForward,
  writeWithoutTail,
  writeWithTail,
} from "./splice.ts";
import { awkwardLengths, checkData, DATA } from "../testdata/lengths.ts";

const LENGTHS = awkwardLengths();
/** What the other two fields hold. */
const SOME = Uint8Array.of(1, 2, 3, 4);
const FIELDS = ["key", "value", "custom"] as const;
type Field = typeof FIELDS[number];

const buf = new Uint8Array(420_000);
const out = new Uint8Array(420_000 + BODY_SLACK);
const bufView = new DataView(buf.buffer);
const outView = new DataView(out.buffer);
const body = new DataBody();
const again = new DataBody();

/** Puts a body with one field of some length into the buffer, at an offset that changes with the length. */
function place(field: Field, length: number): [start: number, end: number] {
  const bytes = encodeDataBody({
    ...emptyDataFields(),
    key: SOME,
    value: SOME,
    custom: SOME,
    [field]: DATA.subarray(0, length),
  });
  const start = 1 + length % 67;
  buf.set(bytes, start);
  // What comes behind a body is the next frame.
  buf.fill(0x22, start + bytes.length, start + bytes.length + 8);
  return [start, start + bytes.length];
}

function expect(good: boolean, what: string, length: number): void {
  if (!good) throw new Error(`${what} of ${length} bytes: not read`);
}

/** Checks all three fields of a view. */
function check(view: DataBody, field: Field, length: number): void {
  const fields = {
    key: view.keyBytes(),
    value: view.valueBytes(),
    custom: view.customBytes(),
  };
  for (const name of FIELDS) {
    if (name === field) checkData(fields[name], length, name);
    else expect(fields[name].join() === "1,2,3,4", name, length);
  }
}

for (const field of FIELDS) {
  Deno.test(`a ${field} of any length is scanned, spliced and read again`, () => {
    for (const length of LENGTHS) {
      const [start, end] = place(field, length);
      expect(body.scan(buf, start, end), field, length);
      check(body, field, length);
      const at = length % 5;
      expect(
        again.scan(out, at, writeForward(outView, at, body, 5)),
        field,
        length,
      );
      check(again, field, length);
      const tailed = writeWithTail(outView, at, body, 0xdead_beef, length, 0);
      expect(again.scan(out, at, tailed) && again.readTail(), field, length);
      expect(again.tailHi === 0xdead_beef, "High half", length);
      expect(again.tailLo === length, "Low half", length);
      const stripped = writeWithoutTail(bufView, 3, again, 0);
      expect(again.scan(buf, 3, stripped), field, length);
      check(again, field, length);
      if (field === "custom") continue;
      expect(again.scan(out, 0, writeAnswer(outView, 0, again)), field, length);
      const { keyStart, keyEnd, valueStart, valueEnd } = again;
      const chars = field === "key" ? keyEnd - keyStart : valueEnd - valueStart;
      expect(chars === Math.ceil(length / 3) * 4, "Answer", length);
    }
  });

  Deno.test(`a ${field} of any length takes the slow way and says the same`, () => {
    for (const length of LENGTHS) {
      const [start, end] = place(field, length);
      // White space makes it another shape.
      buf[start - 1] = 0x20;
      expect(!body.scan(buf, start - 1, end), field, length);
      expect(body.read(buf, start - 1, end), field, length);
      check(body, field, length);
      const parse = new SlowParse(buf, start - 1, end);
      while (parse.step(65_536) === "more");
      parse.fill(again);
      expect(again.scan(again.buf, again.start, again.end), field, length);
      check(again, field, length);
    }
  });
}

Deno.test("a value of any length in another spelling says the same", () => {
  for (const length of LENGTHS) {
    const base64 = DATA.subarray(0, length).toBase64();
    if (base64 === "") continue;
    // The first character is escaped, and a line ends before the last ones.
    const first = base64.charCodeAt(0).toString(16).padStart(4, "0");
    const middle = Math.max(1, base64.length - 3);
    const spelt = new TextEncoder().encode(
      `{"value":"\\u${first}${base64.slice(1, middle)}\\r\\n${
        base64.slice(middle)
      }"}`,
    );
    expect(body.read(spelt, 0, spelt.length), "value", length);
    checkData(body.valueBytes(), length, "value");
  }
});

Deno.test("bodies of any length are decoded and encoded again", () => {
  const fields = emptyDataFields();
  for (const length of LENGTHS) {
    const value = DATA.subarray(0, length);
    const bytes = encodeDataBody({ ...fields, value });
    checkData(decodeDataBody(bytes, 0, bytes.length).value, length, "value");
  }
});

Deno.test("meta of any length goes through conn and session", () => {
  for (const length of LENGTHS) {
    const meta = DATA.subarray(0, length);
    const conn = encodeConnBody({ meta, ext: ["credit"] });
    checkData(decodeConnBody(conn, 0, conn.length).meta, length, "conn");
    const session = encodeSessionBody({ meta, peer: "7" });
    checkData(
      decodeSessionBody(session, 0, session.length).meta,
      length,
      "session",
    );
  }
});
