import { assertEquals, assertThrows } from "@std/assert";
import type { ConnBody, DataFields, SessionBody } from "./bodies.ts";
import {
  decodeConnBody,
  decodeDataBody,
  decodeErrorBody,
  decodeSessionBody,
  emptyDataFields,
  encodeConnBody,
  encodeDataBody,
  encodeErrorBody,
  encodeSessionBody,
  MAX_CONTROL_BODY,
} from "./json_body.ts";
import { ProtocolError } from "../errors/protocol_error.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** Puts a text between bytes that would spoil it. */
function place(text: string | Uint8Array): [Uint8Array, number, number] {
  const bytes = typeof text === "string" ? encoder.encode(text) : text;
  const buf = new Uint8Array(bytes.length + 4).fill(0x22);
  buf.set(bytes, 2);
  return [buf, 2, 2 + bytes.length];
}

const data = (text: string | Uint8Array): DataFields =>
  decodeDataBody(...place(text));
const conn = (text: string): ConnBody => decodeConnBody(...place(text));
const session = (text: string): SessionBody =>
  decodeSessionBody(...place(text));

/** What a body must say, byte fields as text; all else must be empty. */
interface Expected {
  key?: string;
  value?: string;
  custom?: string;
  topic?: string;
  error?: string;
  timeoutNs?: bigint;
  deadline?: string;
  contextDeadline?: string;
}

function check(text: string, expected: Expected): void {
  const fields = data(text);
  const empty = emptyDataFields();
  const bytes = (name: "key" | "value" | "custom"): string =>
    decoder.decode(fields[name]);
  assertEquals(bytes("key"), expected.key ?? "");
  assertEquals(bytes("value"), expected.value ?? "");
  assertEquals(bytes("custom"), expected.custom ?? "");
  assertEquals(fields.topic, expected.topic ?? "");
  assertEquals(fields.error, expected.error ?? "");
  assertEquals(fields.timeoutNs, expected.timeoutNs ?? 0n);
  const { deadline, contextDeadline } = expected;
  assertEquals(fields.deadline.text, deadline ?? empty.deadline.text);
  assertEquals(
    fields.contextDeadline.text,
    contextDeadline ?? empty.contextDeadline.text,
  );
}

const TIME = "2024-08-20T15:09:56.25Z";

const TAKEN: [string, string, Expected][] = [
  ["null", "null", {}],
  ["an empty object", "{}", {}],
  ["white space around", ' \t\r\n{ "topic" : "t" } \n', { topic: "t" }],
  ["white space around null", " null ", {}],
  ["unknown keys", '{"x":[1,{"y":[null]}],"z":1e5,"topic":"t"}', {
    topic: "t",
  }],
  ["an empty key", '{"":1,"topic":"t"}', { topic: "t" }],
  ["a longer key", '{"topics":1,"topi":2}', {}],
  ["other letter case", '{"TOPIC":"t","CuStOm":"aGk="}', {
    topic: "t",
    custom: "hi",
  }],
  ["an escaped key", '{"\\u0074opic":"t"}', { topic: "t" }],
  ["the long s", '{"cu\u017ftom":"aGk="}', { custom: "hi" }],
  ["the Kelvin sign", '{"\u212aey":"aGk="}', { key: "hi" }],
  ["an escaped Kelvin sign", '{"\\u212aEY":"aGk="}', { key: "hi" }],
  ["duplicates", '{"topic":"a","TOPIC":"b","topic":"c"}', { topic: "c" }],
  ["a duplicate in other case last", '{"topic":"a","Topic":"b"}', {
    topic: "b",
  }],
  [
    "null fields",
    '{"key":null,"topic":null,"timeout":null,"deadline":null,"context":null}',
    {},
  ],
  ["null after a text", '{"topic":"a","topic":null}', { topic: "a" }],
  ["null after bytes", '{"value":"aGk=","value":null}', {}],
  ["null after a timeout", '{"timeout":5,"timeout":null}', { timeoutNs: 5n }],
  ["null after a time", `{"deadline":"${TIME}","deadline":null}`, {
    deadline: TIME,
  }],
  ["a second context", `{"context":{"deadline":"${TIME}"},"context":{}}`, {
    contextDeadline: TIME,
  }],
  ["unknown keys in context", `{"context":{"x":[],"DEADLINE":"${TIME}"}}`, {
    contextDeadline: TIME,
  }],
  ["no context deadline", '{"context":{}}', {}],
  [
    "both times",
    `{"deadline":"${TIME}","context":{"deadline":"2024-08-20T23:09:31.5+08:00"}}`,
    {
      deadline: TIME,
      contextDeadline: "2024-08-20T23:09:31.5+08:00",
    },
  ],
  ["a long fraction", '{"deadline":"2024-08-20T15:09:56.12345678912Z"}', {
    deadline: "2024-08-20T15:09:56.123456789Z",
  }],
  ["a comma for the point", '{"deadline":"2024-08-20T15:09:56,25Z"}', {
    deadline: TIME,
  }],
  ["newlines in base64", '{"value":"aG\\r\\nk="}', { value: "hi" }],
  ["escapes in base64", '{"value":"\\u0061G\\u006b="}', { value: "hi" }],
  ["an escaped slash in base64", '{"value":"Pz8\\/"}', { value: "???" }],
  ["last bits that are not zero", '{"value":"aGl="}', { value: "hi" }],
  ["an array of bytes", '{"value":[104, 105 ,33]}', { value: "hi!" }],
  ["an empty array", '{"value":"aGk=","value":[ ]}', {}],
  ["an array after an array", '{"value":[104,105],"value":[33]}', {
    value: "!",
  }],
  ["null in an array", '{"value":[104,null]}', { value: "h\0" }],
  ["null in an array over bytes", '{"value":"aGk=","value":[33,null,null]}', {
    value: "!i\0",
  }],
  [
    "null in an array after null",
    '{"value":"aGk=","value":null,"value":[null]}',
    {
      value: "\0",
    },
  ],
  [
    "null in an array after an empty array",
    '{"value":"aGk=","value":[],"value":[null]}',
    {
      value: "\0",
    },
  ],
  ["empty bytes", '{"value":""}', {}],
  ["empty text", '{"topic":""}', {}],
  ["escapes in text", '{"error":"\\u003ca\\u003e \\"b\\"\\n"}', {
    error: '<a> "b"\n',
  }],
  ["a surrogate pair", '{"topic":"\\ud83d\\ude00"}', { topic: "😀" }],
  ["half a pair", '{"topic":"\\ud83dx"}', { topic: "\ufffdx" }],
  ["the greatest timeout", '{"timeout":9223372036854775807}', {
    timeoutNs: 9223372036854775807n,
  }],
  ["the least timeout", '{"timeout":-9223372036854775808}', {
    timeoutNs: -9223372036854775808n,
  }],
  ["minus zero", '{"timeout":-0}', {}],
];

for (const [name, text, expected] of TAKEN) {
  Deno.test(`data body: ${name}`, () => check(text, expected));
}

const REFUSED: [string, string][] = [
  ["nothing", ""],
  ["white space", "  "],
  ["no JSON", "hello"],
  ["a truncated object", '{"topic":"t"'],
  ["a truncated string", '{"topic":"t'],
  ["a truncated null", "nul"],
  ["more after the value", "{} {}"],
  ["a zero byte after the value", "{}\0"],
  ["an array", "[]"],
  ["a string", '"x"'],
  ["a number", "1"],
  ["true", "true"],
  ["a byte order mark", "\ufeff{}"],
  ["a trailing comma", '{"topic":"t",}'],
  ["a missing comma", '{"topic":"t" "error":"e"}'],
  ["a missing colon", '{"topic" "t"}'],
  ["a key without quotes", '{topic:"t"}'],
  ["a comment", '{/**/"topic":"t"}'],
  ["a raw control character", '{"topic":"a\u0001"}'],
  ["a raw newline", '{"topic":"a\n"}'],
  ["an unknown escape", '{"topic":"\\x41"}'],
  ["a short unicode escape", '{"topic":"\\u12"}'],
  ["a unicode escape that is no hex", '{"topic":"\\u12g4"}'],
  ["a vertical tab between", '{"topic":\v"t"}'],
  ["a leading zero", '{"x":01}'],
  ["a lone minus", '{"x":-}'],
  ["a plus", '{"x":+1}'],
  ["no digit after the point", '{"x":1.}'],
  ["no digit before the point", '{"x":.5}'],
  ["no exponent", '{"x":1e}'],
  ["a wrong word", '{"x":True}'],
  ["malformed JSON in an unknown key", '{"x":[1,]}'],
  ["a number for a text", '{"topic":5}'],
  ["an object for a text", '{"error":{}}'],
  ["a bool for bytes", '{"value":true}'],
  ["a number for bytes", '{"value":1}'],
  ["an object for bytes", '{"value":{}}'],
  ["a text for context", '{"context":"x"}'],
  ["an array for context", '{"context":[]}'],
  ["base64 without padding", '{"value":"aGVsbG8"}'],
  ["the URL alphabet", '{"value":"-_-_"}'],
  ["a space in base64", '{"value":"aG k="}'],
  ["more after padding", '{"value":"aGk=aGk="}'],
  ["an array with a great number", '{"value":[256]}'],
  ["an array with a negative number", '{"value":[-1]}'],
  ["an array with a fraction", '{"value":[1.0]}'],
  ["an array with an exponent", '{"value":[1e1]}'],
  ["an array with a text", '{"value":["1"]}'],
  ["an array in an array", '{"value":[[1]]}'],
  ["an object in an array", '{"value":[{"a":1,"b":2}]}'],
  ["a timeout with a fraction", '{"timeout":1.5}'],
  ["a timeout with an exponent", '{"timeout":1e9}'],
  ["a timeout as text", '{"timeout":"1"}'],
  ["a timeout too great", '{"timeout":9223372036854775808}'],
  ["a timeout too small", '{"timeout":-9223372036854775809}'],
  ["a timeout far too great", '{"timeout":123456789012345678901234567890}'],
  ["an empty deadline", '{"deadline":""}'],
  ["a number as deadline", '{"deadline":0}'],
  ["an object as deadline", '{"deadline":{}}'],
  ["an escape in a deadline", '{"deadline":"0001-01-01T00:00:00\\u005a"}'],
  [
    "a wrong deadline before a right one",
    `{"deadline":"x","deadline":"${TIME}"}`,
  ],
  ["a deadline with second 60", '{"deadline":"2024-08-20T15:09:60Z"}'],
  ["a deadline with hour 24", '{"deadline":"2024-08-20T24:09:56Z"}'],
  ["a deadline with a small z", '{"deadline":"2024-08-20T15:09:56z"}'],
  ["a wrong context deadline", '{"context":{"deadline":"x"}}'],
  ["too deep", `{"x":${"[".repeat(10_000)}${"]".repeat(10_000)}}`],
  [
    "too deep in context",
    `{"context":{"x":${"[".repeat(9_999)}${"]".repeat(9_999)}}}`,
  ],
];

for (const [name, text] of REFUSED) {
  Deno.test(`data body: ${name} is refused`, () => {
    assertThrows(() => data(text), ProtocolError, "Cannot decode");
  });
}

Deno.test("data body: the deepest nesting that Go takes", () => {
  data(`{"x":${"[".repeat(9_999)}${"]".repeat(9_999)}}`);
  data(`{"context":{"x":${"[".repeat(9_998)}${"]".repeat(9_998)}}}`);
});

Deno.test("data body: bytes that are not UTF-8 become U+FFFD one by one", () => {
  const text = encoder.encode('{"topic":"a__b"}');
  text[11] = 0xe2;
  text[12] = 0x82;
  assertEquals(data(text).topic, "a\ufffd\ufffdb");
});

Deno.test("data body: ten megabytes of members take linear time and no stack", () => {
  const members = '"x":1,'.repeat(1_700_000);
  assertEquals(data(`{${members}"topic":"t"}`).topic, "t");
  const numbers = "1,".repeat(5_000_000);
  assertEquals(data(`{"value":[${numbers}1]}`).value?.length, 5_000_001);
  assertEquals(
    data(`{"error":"${"\\ud83d".repeat(1_700_000)}"}`).error.length,
    1_700_000,
  );
  assertThrows(() => data('{"x":'.repeat(2_000_000)), ProtocolError);
});

Deno.test("data body: short arrays after a long one stay cheap", () => {
  const long = `"value":[${"1,".repeat(2_000_000)}1]`;
  const short = ',"value":[2]'.repeat(300_000);
  assertEquals(data(`{${long}${short}}`).value, Uint8Array.of(2));
});

Deno.test("data body: written as Go writes it", () => {
  const fields = emptyDataFields();
  const zero = '"deadline":"0001-01-01T00:00:00Z"';
  const tail = `${zero},"context":{${zero}}}`;
  assertEquals(decoder.decode(encodeDataBody(fields)), `{${tail}`);
  fields.key = encoder.encode("echo");
  fields.value = encoder.encode("ping");
  fields.custom = new Uint8Array(0);
  fields.topic = "a&b";
  fields.error = "<\u2028>";
  fields.timeoutNs = 30_000_000_000n;
  assertEquals(
    decoder.decode(encodeDataBody(fields)),
    '{"key":"ZWNobw==","value":"cGluZw==","topic":"a\\u0026b",' +
      `"error":"\\u003c\\u2028\\u003e","timeout":30000000000,${tail}`,
  );
});

Deno.test("data body: a verdict is written behind an error, and nowhere else", () => {
  const fields = emptyDataFields();
  const plain = decoder.decode(encodeDataBody(fields));
  for (const verdict of ["not-run", "unknown"] as const) {
    assertEquals(decoder.decode(encodeDataBody({ ...fields, verdict })), plain);
    const body = encodeDataBody({ ...fields, error: "e", verdict });
    assertEquals(
      decoder.decode(body),
      plain.replace("{", `{"error":"e","verdict":"${verdict}",`),
    );
    assertEquals(data(body).verdict, verdict);
  }
});

Deno.test("conn body: Go's shapes go both ways", () => {
  for (
    const text of [
      "{}",
      '{"meta":"aGk="}',
      '{"error":"x"}',
      '{"meta":"aGk=","error":"\\u003c"}',
    ]
  ) {
    assertEquals(decoder.decode(encodeConnBody(conn(text))), text);
  }
  assertEquals(conn("null"), { error: "", ext: [], window: undefined });
  assertEquals(conn('{"META":[104,105]}').meta, encoder.encode("hi"));
});

Deno.test("conn body: the extensions come after Go's keys", () => {
  const body: ConnBody = {
    meta: encoder.encode("hi"),
    error: "",
    ext: ["cancel", "early-data"],
    window: [262_144, 4_294_967_295],
  };
  const text = decoder.decode(encodeConnBody(body));
  assertEquals(
    text,
    '{"meta":"aGk=","ext":["cancel","early-data"],"window":[262144,4294967295]}',
  );
  assertEquals(conn(text), body);
});

for (
  const malformed of [
    '"ext":"cancel"',
    '"ext":{"a":1}',
    '"ext":[1]',
    '"ext":["a",null]',
    '"ext":null',
    `"ext":["${"x".repeat(5000)}"]`,
    '"window":5',
    '"window":[1]',
    '"window":[1,2,3]',
    '"window":[1.5,2]',
    '"window":[-1,2]',
    '"window":[4294967296,2]',
    '"window":["1",2]',
    '"window":null',
  ]
) {
  Deno.test(`conn body: ${malformed.slice(0, 30)} counts as absent`, () => {
    const body = conn(`{${malformed},"error":"e"}`);
    assertEquals(body, { error: "e", ext: [], window: undefined });
  });
}

Deno.test("conn body: what Go refuses is refused", () => {
  for (
    const text of [
      "",
      "[]",
      "{",
      '{"meta":5}',
      '{"meta":"a"}',
      '{"error":5}',
      '{"ext":[}',
      "{}x",
    ]
  ) {
    assertThrows(() => conn(text), ProtocolError, "Cannot decode");
  }
});

Deno.test("a body that would hold up everybody is refused unread", () => {
  const long = new Uint8Array(MAX_CONTROL_BODY + 1).fill(0x20);
  long.set(encoder.encode('{"error":"e"}'));
  const readers = [decodeConnBody, decodeSessionBody, decodeErrorBody];
  for (const decode of readers) {
    decode(long, 0, MAX_CONTROL_BODY);
    assertThrows(() => decode(long, 0, long.length), ProtocolError, "exceed");
  }
});

Deno.test("session body: Go's shapes go both ways", () => {
  for (
    const text of [
      "{}",
      '{"peer":"echo-svc"}',
      '{"meta":"bTE=","peer":"7"}',
      '{"meta":"bTE=","error":"e","peer":"p"}',
    ]
  ) {
    assertEquals(decoder.decode(encodeSessionBody(session(text))), text);
  }
  assertEquals(session('{"PEER":"a","peer":null}'), { error: "", peer: "a" });
  for (const text of ["", '{"peer":1}', '{"meta":{}}', "1"]) {
    assertThrows(() => session(text), ProtocolError, "Cannot decode");
  }
});

Deno.test("register ack body: only the error matters", () => {
  assertEquals(decodeErrorBody(...place('{"meta":5,"Error":"x"}')), "x");
  assertEquals(decodeErrorBody(...place("null")), "");
  assertEquals(decoder.decode(encodeErrorBody("")), "{}");
  assertEquals(decoder.decode(encodeErrorBody("a&b")), '{"error":"a\\u0026b"}');
  assertThrows(() => decodeErrorBody(...place('{"error":1}')), ProtocolError);
  assertThrows(() => decodeErrorBody(...place("")), ProtocolError);
});
