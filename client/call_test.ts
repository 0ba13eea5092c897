import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertRejects,
} from "@std/assert";
import { Edge, FrontierError, Service } from "./mod.ts";
import {
  type Arrival,
  ScriptedGateway,
  until,
} from "./testing/scripted_gateway.ts";

const decoder = new TextDecoder();

Deno.test("call() sends method, data and custom, and resolves with the reply", async () => {
  const seen: Arrival[] = [];
  using gateway = new ScriptedGateway({
    onRequest: (request) => {
      seen.push(request);
      request.done(`{"echo":"${request.text}"}`);
    },
  });
  await using edge = await Edge.connect({ dial: gateway.dial });
  const reply = await edge.call("größe", "ping", { custom: "c" });
  assertEquals(reply.json(), { echo: "ping" });
  assertEquals(reply.text(), '{"echo":"ping"}');
  assertEquals(seen[0]!.name, "größe");
  assertEquals(decoder.decode(seen[0]!.fields.custom), "c");
  // Between our own peers the time limit travels, relative and never as a date.
  const { timeoutNs, deadline } = seen[0]!.fields;
  assert(timeoutNs > 29_000_000_000n && timeoutNs <= 30_000_000_000n);
  assertEquals(deadline.unixMillis, "zero");
});

Deno.test("call() to a Go gateway sends no time limit, and no cancel", async () => {
  using gateway = new ScriptedGateway({
    settings: { features: [] },
    onRequest: (request) => {
      if (request.name !== "mute") request.done(`${request.fields.timeoutNs}`);
    },
  });
  await using edge = await Edge.connect({ dial: gateway.dial });
  assertEquals((await edge.call("any")).text(), "0");
  const abort = new AbortController();
  const call = edge.call("mute", "", { signal: abort.signal });
  await until(() => gateway.log.includes("request mute"));
  abort.abort();
  await assertRejects(() => call, FrontierError, "canceled");
  await edge.call("any");
  assert(!gateway.log.includes("cancel"));
});

Deno.test("Service.call() appends the id of the edge to the custom bytes", async () => {
  const seen: Uint8Array[] = [];
  using gateway = new ScriptedGateway({
    onRequest: (request) => {
      seen.push(request.fields.custom!);
      request.done();
    },
  });
  await using service = await Service.connect({ dial: gateway.dial });
  const edgeId = 0xfedc_ba98_7654_3210n;
  const tail = [0xfe, 0xdc, 0xba, 0x98, 0x76, 0x54, 0x32, 0x10];
  await service.call(edgeId, "m");
  await service.call(edgeId, "m", "", { custom: new Uint8Array([1, 2]) });
  assertEquals([...seen[0]!], tail);
  assertEquals([...seen[1]!], [1, 2, ...tail]);
  await assertRejects(() => service.call(1n << 64n, "m"), RangeError);
  await assertRejects(() => service.call(-1n, "m"), RangeError);
  for (const id of [undefined, null, 42, "42", Symbol("x"), {}]) {
    const wrong = id as unknown as bigint;
    const shown = id === "42" ? '"42"' : String(id);
    const message = `Cannot take ${shown} as an id: need a bigint`;
    await assertRejects(() => service.call(wrong, "m"), TypeError, message);
    await assertRejects(() => service.publish(wrong, "m"), TypeError, message);
    await assertRejects(() => service.openStream(wrong), TypeError, message);
  }
});

Deno.test("call() rejects with the code of the error text", async () => {
  using gateway = new ScriptedGateway({
    onRequest: (request) => request.error(request.text, "not-run"),
  });
  await using edge = await Edge.connect({ dial: gateway.dial });
  for (
    const [text, code] of [
      ["topic not online", "topic-not-online"],
      ["timeout", "timeout"],
      ["no such rpc: m", "no-such-rpc"],
      ['out of paper "<&>\n', "remote"],
    ] as const
  ) {
    const error = await assertRejects(
      () => edge.call("m", text),
      FrontierError,
    );
    assertEquals(error.code, code);
    assertEquals(error.message, `Cannot call "m": ${text}`);
    assertEquals([error.wireText, error.toWire()], [text, text]);
  }
});

Deno.test("call() that is not answered ends with its time", async () => {
  using gateway = new ScriptedGateway({ onRequest: () => {} });
  await using edge = await Edge.connect({ dial: gateway.dial });
  const begin = performance.now();
  const error = await assertRejects(
    () => edge.call("m", "", { timeoutMs: 60 }),
    FrontierError,
  );
  assertEquals(error.code, "timeout");
  assertEquals(error.retryable, false);
  const ms = performance.now() - begin;
  assert(ms >= 59 && ms < 2_000, `${ms} ms`);
  await assertRejects(() => edge.call("m", "", { timeoutMs: 0 }), RangeError);
});

Deno.test("call() that is aborted rejects at once and cancels the request", async () => {
  using gateway = new ScriptedGateway({ onRequest: () => {} });
  await using edge = await Edge.connect({ dial: gateway.dial });
  const abort = new AbortController();
  const call = edge.call("m", "", { signal: abort.signal });
  await until(() => gateway.log.includes("request m"));
  const reason = new Error("Changed my mind");
  abort.abort(reason);
  const error = await assertRejects(() => call, FrontierError);
  assertEquals(error.code, "canceled");
  assertEquals(error.cause, reason);
  await until(() => gateway.log.includes("cancel"));
  const again = edge.call("m", "", { signal: abort.signal });
  assertEquals(
    (await assertRejects(() => again, FrontierError)).code,
    "canceled",
  );
});

Deno.test("call() that is too large fails here, and the connection stays", async () => {
  using gateway = new ScriptedGateway();
  await using edge = await Edge.connect({ dial: gateway.dial });
  const large = new Uint8Array(8_000_000);
  for (
    const operation of [
      () => edge.call("m", large),
      () => edge.publish("t", large),
      () => edge.call("m", "", { custom: large }),
      () => edge.call("m", "x".repeat(8_000_000)),
    ]
  ) {
    const error = await assertRejects(operation, FrontierError);
    assertEquals(error.code, "payload-too-large");
  }
  const fits = new Uint8Array(7_700_000).fill(7);
  const reply = await edge.call("m", fits);
  assertEquals(reply.data.length, fits.length);
  assertEquals(gateway.connections.length, 1);
  assert(!gateway.log.some((line) => line.startsWith("message")));
});

Deno.test("a malformed answer ends the connection, not the program", async () => {
  using gateway = new ScriptedGateway({
    onRequest: ({ connection, session }) => {
      const { link } = connection;
      // The id of the request is the one the link dispatched last.
      const { idHi, idLo } = link.reader;
      const body = new TextEncoder().encode('{"value":"?"}');
      link.writeBody(session, 0x72, idHi, idLo, body);
    },
  });
  await using edge = await Edge.connect({
    dial: gateway.dial,
    reconnect: false,
  });
  const error = await assertRejects(() => edge.call("m"), FrontierError);
  assertInstanceOf(error, FrontierError);
  assertEquals(error.code, "protocol");
  await gateway.side.closed;
});

Deno.test("many calls at once are each answered", async () => {
  using gateway = new ScriptedGateway();
  await using edge = await Edge.connect({ dial: gateway.dial });
  const replies = await Promise.all(
    Array.from({ length: 5_000 }, (_, i) => edge.call("echo", `${i}`)),
  );
  replies.forEach((reply, i) => assertEquals(reply.text(), `${i}`));
});

Deno.test("data that is neither bytes nor text is refused", async () => {
  using gateway = new ScriptedGateway();
  await using edge = await Edge.connect({ dial: gateway.dial });
  const wrong = { length: 3 } as unknown as string;
  await assertRejects(() => edge.call("m", wrong), TypeError);
  await assertRejects(() => edge.publish("t", wrong), TypeError);
  await assertRejects(() => edge.call("m", "", { custom: wrong }), TypeError);
  assertEquals(gateway.log, ["conn "]);
});
