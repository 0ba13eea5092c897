import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import type { SessionBody } from "./bodies.ts";
import { encodeSessionBody, readSession } from "./json_body.ts";
import { ProtocolError } from "../errors/protocol_error.ts";
import { readUsualSession } from "./usual_session.ts";

const encoder = new TextEncoder();

/** The text with other bytes around it. */
function place(body: Uint8Array): [Uint8Array, number, number] {
  const buf = new Uint8Array(body.length + 5).fill(0x22);
  buf.set(body, 2);
  return [buf, 2, 2 + body.length];
}

/** Reads in full; `undefined` for what is refused. */
function inFull(body: Uint8Array): SessionBody | undefined {
  try {
    return readSession(...place(body));
  } catch (error) {
    assert(error instanceof ProtocolError);
    return undefined;
  }
}

/** Whatever is read says the same as when it is read in full. */
function agrees(body: Uint8Array): boolean {
  const usual = readUsualSession(...place(body));
  if (usual !== undefined) assertEquals(usual, inFull(body));
  return usual !== undefined;
}

Deno.test("what we write without an error is read, with any meta and any plain peer", () => {
  fc.assert(fc.property(
    fc.uint8Array({ maxLength: 300 }),
    fc.stringMatching(/^[ -!#-%'-;=?-[\]-~]*$/),
    (meta, peer) => {
      assert(agrees(encodeSessionBody({ meta, peer })));
    },
  ));
});

Deno.test("a meta of every length around a group is read as in full", () => {
  for (let length = 0; length < 700; length++) {
    const meta = new Uint8Array(length).map((_, i) => i * 37);
    assert(agrees(encodeSessionBody({ meta, peer: "p" })));
    assert(agrees(encodeSessionBody({ meta })));
  }
});

Deno.test("any other text is left to the full reading", () => {
  for (
    const text of [
      "",
      "{",
      "}",
      "{ }",
      "null",
      '{"error":"no"}',
      '{"peer":"a","meta":"YQ=="}',
      '{"peer":"a","peer":"b"}',
      '{"meta":"YQ==",}',
      '{"meta":"YQ==","peer":"a"',
      '{"meta":"YR==","peer":"a"}',
      '{"meta":"YQ="}',
      '{"meta":"","peer":"a"}',
      '{"peer":"a\\u0062"}',
      '{"peer":"é"}',
      '{"peer":"a"} ',
      '{"Peer":"a"}',
      '{"peer":"a"x}',
      '{"peer":"a}',
      '{"peer":"',
      '{"meta":"',
    ]
  ) assert(!agrees(encoder.encode(text)), text);
});

Deno.test("text with a byte changed is read as in full, or not at all", () => {
  const bodies = [
    {},
    { peer: "service" },
    { meta: encoder.encode("some meta"), peer: "1234" },
  ].map((body) => encodeSessionBody(body));
  for (const body of bodies) {
    for (let at = 0; at < body.length; at++) {
      for (let byte = 0; byte < 256; byte++) {
        const changed = body.slice();
        changed[at] = byte;
        agrees(changed);
      }
    }
  }
});
