import { assertEquals, assertThrows } from "@std/assert";
import {
  type DataFields,
  emptyDataFields,
  encodeDataBody,
  FEATURES,
  FrontierError,
  HEADER_SIZE,
  Link,
  LINK_SETTINGS,
  type LinkHandler,
  PAYLOAD_TOO_LARGE,
  SHORT_BUFFER,
  TimerWheel,
  TYPE_MESSAGE,
  TYPE_MESSAGE_ACK,
  TYPE_REQUEST,
  TYPE_RESPONSE,
} from "@frontier/proto/internal";
import { connected } from "../../proto/testing/scenes.ts";
import {
  checkSize,
  EMPTY_HEAD,
  methodHead,
  writeAck,
  writeFailure,
  writeOutgoing,
  writeResponse,
} from "./body_writer.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** A link that only collects what is written. */
function silentLink(maxPayload = LINK_SETTINGS.maxPayload): Link {
  const port = {
    timers: new TimerWheel(),
    flush: () => {},
    resume: () => {},
    hangUp: () => {},
  };
  const settings = { ...LINK_SETTINGS, maxPayload };
  return new Link("client", settings, {} as LinkHandler, port);
}

/** The body of the one frame that was written. */
function written(link: Link): string {
  const frame = link.outbox.take()!.slice(HEADER_SIZE + 8);
  link.outbox.done();
  return decoder.decode(frame);
}

const expected = (fields: Partial<DataFields>) =>
  decoder.decode(encodeDataBody({ ...emptyDataFields(), ...fields }));

const TEXTS = [
  "",
  "a",
  "ab",
  "abc",
  "größe 你好",
  'quo"te\\<&>\n',
  "x".repeat(5_000),
];

Deno.test("requests and messages are byte for byte what Go peers write", () => {
  const link = silentLink();
  const session = link.defaultSession;
  const bytes = [
    new Uint8Array(0),
    ...TEXTS.map((text) => encoder.encode(text)),
  ];
  for (const name of TEXTS) {
    for (const data of TEXTS) {
      for (const custom of [undefined, ...bytes]) {
        for (const edgeId of [undefined, 0xfedc_ba98_7654_3210n]) {
          const tail = edgeId === undefined
            ? []
            : [0xfe, 0xdc, 0xba, 0x98, 0x76, 0x54, 0x32, 0x10];
          const whole = new Uint8Array([...custom ?? [], ...tail]);
          const value = encoder.encode(data);
          const rest = {
            what: "send",
            data,
            custom,
            edgeId,
            trace: undefined,
          };
          const request = { head: methodHead(name), topic: undefined, ...rest };
          writeOutgoing(link, session, TYPE_REQUEST, 1, 2, request, 0);
          assertEquals(
            written(link),
            expected({ key: encoder.encode(name), value, custom: whole }),
          );
          const message = { head: EMPTY_HEAD, topic: name, ...rest };
          writeOutgoing(link, session, TYPE_MESSAGE, 1, 2, message, 1.5);
          assertEquals(
            written(link),
            expected({
              topic: name,
              value,
              custom: whole,
              timeoutNs: 2_000_000n,
            }),
          );
        }
      }
    }
  }
});

Deno.test("responses and acks are byte for byte what Go peers write", () => {
  const link = silentLink();
  const session = link.defaultSession;
  for (const name of TEXTS) {
    const key = encoder.encode(name);
    const head = methodHead(name);
    for (const data of TEXTS) {
      writeResponse(session, 1, 2, head, data, Infinity);
      assertEquals(
        written(link),
        expected({ key, value: encoder.encode(data) }),
      );
      if (data === "") continue;
      writeFailure(session, TYPE_RESPONSE, 1, 2, head, data);
      assertEquals(written(link), expected({ key, error: data }));
      for (const verdict of ["not-run", "unknown"] as const) {
        // A peer that did not negotiate it is not told.
        writeFailure(session, TYPE_RESPONSE, 1, 2, head, data, verdict);
        assertEquals(written(link), expected({ key, error: data }));
      }
      writeFailure(session, TYPE_MESSAGE_ACK, 1, 2, EMPTY_HEAD, data);
      assertEquals(written(link), expected({ error: data }));
    }
  }
  writeResponse(session, 1, 2, methodHead("m"), undefined, Infinity);
  assertEquals(written(link), expected({ key: encoder.encode("m") }));
  writeAck(session, 1, 2);
  assertEquals(written(link), expected({}));
});

for (const features of [FEATURES, []]) {
  const knows = features.length > 0;
  Deno.test(`errors tell ${knows ? "a peer of ours" : "a Go peer"} ${knows ? "what became of the operation" : "nothing but a text"}`, () => {
    const { link } = connected({}, { features }).client;
    const session = link.defaultSession;
    for (const type of [TYPE_RESPONSE, TYPE_MESSAGE_ACK]) {
      for (const verdict of ["", "not-run", "unknown"] as const) {
        writeFailure(session, type, 1, 2, EMPTY_HEAD, "why", verdict);
        const told = knows ? verdict : "";
        assertEquals(written(link), expected({ error: "why", verdict: told }));
      }
    }
    // An answer that does not fit, too.
    const verdict = knows ? "unknown" : "";
    writeResponse(session, 1, 2, EMPTY_HEAD, "data", -1);
    assertEquals(written(link), expected({ error: SHORT_BUFFER, verdict }));
    const large = new Uint8Array(8_000_000);
    writeResponse(session, 1, 2, EMPTY_HEAD, large, Infinity);
    assertEquals(
      written(link),
      expected({ error: PAYLOAD_TOO_LARGE, verdict }),
    );
  });
}

Deno.test("nothing is written that a peer or the next hop would refuse", () => {
  const limit = 1_000;
  const link = silentLink(limit);
  const session = link.defaultSession;
  let largest = 0;
  for (let size = 0; size <= limit; size++) {
    const out = {
      what: "send",
      head: methodHead("m"),
      data: new Uint8Array(size),
      topic: undefined,
      custom: undefined,
      edgeId: undefined,
      trace: undefined,
    };
    try {
      writeOutgoing(link, session, TYPE_REQUEST, 1, 2, out, 30_000);
    } catch (error) {
      assertEquals((error as FrontierError).code, "payload-too-large");
      assertThrows(() => checkSize({ maxPayload: limit }, out), FrontierError);
      assertEquals(link.outbox.unwritten, 0);
      continue;
    }
    checkSize({ maxPayload: limit }, out);
    largest = size;
    // A gateway appends at most the id of the edge, as a field of its own.
    const relayed = written(link).length + ',"custom":"AAAAAAAAAAA="'.length;
    assertEquals(relayed + 8 <= limit, true, `${size} bytes`);
  }
  assertEquals(largest > limit / 2, true);
});
