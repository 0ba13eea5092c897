import { assertEquals, assertThrows } from "@std/assert";
import { ByteField } from "./byte_field.ts";
import { ProtocolError } from "../errors/protocol_error.ts";

/** Reads values one after the other, in parts of some bytes. */
function read(part: number, ...values: string[]): ByteField {
  const budget = { left: 0 };
  const field = new ByteField("value", budget);
  for (const value of values) {
    // The bytes around it must not matter.
    const bytes = new TextEncoder().encode(`1${value}=`);
    const rest = field.read(bytes, 1, bytes.length - 1);
    if (rest === undefined) continue;
    do budget.left = part; while (!rest.step());
  }
  return field;
}

const PARTS = [1, 2, 3, 5, 1000];

const TAKEN: [string[], string | undefined][] = [
  [['""'], ""],
  [['"\\r\\n"'], ""],
  [['"aGk="'], "6869"],
  [['"aG\\nk="'], "6869"],
  [['"aGk=\\r\\n"'], "6869"],
  [['"aA=\\n="'], "68"],
  [['"\\naGk="'], "6869"],
  [['"aGl="'], "6869"],
  [['"aR=="'], "69"],
  [['"\\u0061G\\u006B="'], "6869"],
  [['"aGk\\u003d"'], "6869"],
  [['"aGk\\u003D\\u000a"'], "6869"],
  [['"Pz8\\/"'], "3f3f3f"],
  [["null"], undefined],
  [["[]"], ""],
  [["[ 1 , 22,255 ]"], "0116ff"],
  [["[1,null]"], "0100"],
  [['"aGk="', "[33,null,null]"], "216900"],
  [['"aGl="', "[33,null,null]"], "216900"],
  [['"aGk="', "null", "[null]"], "00"],
  [['"aGk="', "[]", "[null]"], "00"],
  [["[1,2,3]", "[9]", "[null,null,null,null]"], "09020300"],
  [["[1,2,3]", '"aA=="', "[null,null]"], "6800"],
  [["[1,2,3]", '"aB=="', "[null,null]"], "6800"],
  [["[1,2,3]", '""', "[null,null]"], "0000"],
  [['"QUJD"', "null"], undefined],
];

for (const [values, hex] of TAKEN) {
  Deno.test(`${values.join(", then ")} gives ${hex}`, () => {
    for (const part of PARTS) {
      const field = read(part, ...values);
      const base64 = Uint8Array.fromHex(hex ?? "").toBase64();
      assertEquals(field.textLength, base64.length);
      const text = new Uint8Array(base64.length + 2);
      assertEquals(field.writeText(text, 1), base64.length + 1);
      assertEquals(new TextDecoder().decode(text.subarray(1, -1)), base64);
      assertEquals(field.bytes()?.toHex(), hex);
    }
  });
}

const REFUSED = ['"A"', '"AA"', '"AAA"', '"aGk"', '"A==="', '"===="', '"AA=A"']
  .concat(['"=AAA"', '"AA==AA=="', '"AA==A"', '"AA==="', '"-_-_"', '"AAA "'])
  .concat(['"AA=\\n"', '"AA\\t="', '"AAA\\u00e9"', '"AAA\\u0141"', '"AAAé"'])
  .concat(['"AAA\\""', '"\\ud83d\\ude00"', "[256]", "[-1]", "[-0]", "[1.0]"])
  .concat(["[1e1]", "[1E1]", '["1"]', "[[1]]", "[true]", "{}", "true", "1"]);

for (const value of REFUSED) {
  Deno.test(`${value} is refused`, () => {
    for (const part of PARTS) {
      assertThrows(
        () => read(part, value),
        ProtocolError,
        "Cannot decode value",
      );
      assertThrows(() => read(part, '"aGk="', value), ProtocolError);
    }
  });
}
