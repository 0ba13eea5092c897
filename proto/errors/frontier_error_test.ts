import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { FrontierError } from "./frontier_error.ts";

Deno.test("fromWire() maps the texts of the wire to codes, and back", () => {
  const table = [
    ["record not found", "rpc-not-online"],
    ["rpc not online", "rpc-not-online"],
    ["edge not online", "edge-not-online"],
    ["service not online", "service-not-online"],
    ["topic not online", "topic-not-online"],
    ["timeout", "timeout"],
    ["i/o timeout", "timeout"],
    ["context deadline exceeded", "timeout"],
    ["context canceled", "canceled"],
    ["short buffer", "short-buffer"],
    ["force closed", "force-closed"],
    ["EOF", "eof"],
    ["io: read/write on closed pipe", "eof"],
    ["no such rpc: echo", "no-such-rpc"],
    ["packet payload too large", "payload-too-large"],
    ["session meta too large", "payload-too-large"],
    ["answer lost", "answer-lost"],
    ["illegal edgeID", "refused"],
    ["out of paper", "remote"],
    ["rpc handler panic: boom", "remote"],
  ] as const;
  for (const [wireText, code] of table) {
    const error = FrontierError.fromWire(wireText);
    assertEquals(error.code, code, wireText);
    assertEquals(error.message, wireText);
    assertEquals(error.toWire(), wireText);
  }
});

const GATEWAY_TEXTS = [
  ["record not found", "rpc-not-online", true],
  ["edge not online", "edge-not-online", true],
  ["short buffer", "short-buffer", true],
  ["no such rpc: echo", "no-such-rpc", true],
  ["force closed", "force-closed", false],
  ["timeout", "timeout", false],
  ["answer lost", "answer-lost", false],
  ["out of paper", "remote", false],
] as const;

Deno.test("fromWire() takes an error without verdict for the application's where one was possible", () => {
  for (const [wireText] of GATEWAY_TEXTS) {
    const error = FrontierError.fromWire(wireText, true);
    assertEquals([error.code, error.retryable], ["remote", false], wireText);
    assertEquals(error.toWire(), wireText);
  }
});

Deno.test("fromWire() believes the verdict not-run", () => {
  for (const [wireText, code, retryable] of GATEWAY_TEXTS) {
    const error = FrontierError.fromWire(wireText, true, "not-run");
    assertEquals([error.code, error.retryable], [code, retryable], wireText);
  }
});

Deno.test("fromWire() never calls an unknown outcome retryable", () => {
  const lost = ["short buffer", "packet payload too large"];
  for (const [wireText, usual] of GATEWAY_TEXTS) {
    const error = FrontierError.fromWire(wireText, true, "unknown");
    // It was done, and said too much or to one who does not read.
    const code = lost.includes(wireText) ? "answer-lost" : usual;
    assertEquals([error.code, error.retryable], [code, false], wireText);
  }
});

Deno.test("toWire() gives the canonical text of a local error, its message otherwise", () => {
  const cases = [
    [new FrontierError("timeout", "Cannot call echo: 30 s passed"), "timeout"],
    [new FrontierError("canceled", "Gone"), "context canceled"],
    [new FrontierError("rpc-not-online", "Nobody"), "record not found"],
    [new FrontierError("not-connected", "No gateway"), "EOF"],
    [new FrontierError("remote", "out of paper"), "out of paper"],
    [new FrontierError("remote", ""), "error"],
    [FrontierError.fromWire(""), "error"],
  ] as const;
  for (const [error, wireText] of cases) {
    assertEquals(error.toWire(), wireText);
  }
});

Deno.test("retryable follows the code unless it is given", () => {
  assert(new FrontierError("edge-not-online", "x").retryable);
  assert(new FrontierError("short-buffer", "x").retryable);
  assert(!new FrontierError("force-closed", "x").retryable);
  assert(!new FrontierError("timeout", "x").retryable);
  assert(new FrontierError("timeout", "x", { retryable: true }).retryable);
});

Deno.test("from() keeps a FrontierError and wraps the rest as cause", () => {
  const error = new FrontierError("eof", "closed");
  assertStrictEquals(FrontierError.from(error), error);
  const cause = new Error("boom");
  const wrapped = FrontierError.from(cause);
  assertEquals(wrapped.code, "remote");
  assertEquals(wrapped.message, "boom");
  assertStrictEquals(wrapped.cause, cause);
  assertEquals(FrontierError.from("text", "protocol").code, "protocol");
  assertEquals(FrontierError.from(undefined).message, "undefined");
  assertEquals(FrontierError.from(Object.create(null)).message, "error");
});
