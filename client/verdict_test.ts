import { assertEquals, assertRejects } from "@std/assert";
import type { Verdict } from "@frontier/proto";
import { Edge, type EdgeOptions, FrontierError } from "./mod.ts";
import { ScriptedGateway } from "./testing/scripted_gateway.ts";

/** What a caller makes of an answer: code and retryable, of a call and of a publish. */
async function outcome(
  text: string,
  verdict: Verdict,
  options: EdgeOptions = {},
): Promise<unknown[]> {
  using gateway = new ScriptedGateway({
    onRequest: (request) => request.error(text, verdict),
    onMessage: (message) => message.error(text, verdict),
  });
  await using edge = await Edge.connect({ dial: gateway.dial, ...options });
  const seen: unknown[] = [];
  for (const operation of [() => edge.call("m"), () => edge.publish("t", "")]) {
    const error = await assertRejects(operation, FrontierError);
    assertEquals(error.wireText, text);
    seen.push(error.code, error.retryable);
  }
  assertEquals(seen.slice(0, 2), seen.slice(2));
  return seen.slice(0, 2);
}

const TEXTS = [
  ["edge not online", "edge-not-online", true],
  ["record not found", "rpc-not-online", true],
  ["short buffer", "short-buffer", true],
  ["no such rpc: m", "no-such-rpc", true],
  ["timeout", "timeout", false],
  ["force closed", "force-closed", false],
  ["answer lost", "answer-lost", false],
  ["packet payload too large", "payload-too-large", false],
  ["out of paper", "remote", false],
] as const;

Deno.test("what was surely not run may be repeated", async () => {
  for (const [text, code, retryable] of TEXTS) {
    assertEquals(await outcome(text, "not-run"), [code, retryable], text);
  }
});

Deno.test("what may have run may not be repeated", async () => {
  const lost = ["short buffer", "packet payload too large"];
  for (const [text, usual] of TEXTS) {
    // What was done and said too much is no question that was too large.
    const code = lost.includes(text) ? "answer-lost" : usual;
    assertEquals(await outcome(text, "unknown"), [code, false], text);
  }
});

Deno.test("an error of the application is its own, whatever its text", async () => {
  for (const [text] of TEXTS) {
    assertEquals(await outcome(text, ""), ["remote", false], text);
  }
});

Deno.test("of a gateway without verdicts the text is all there is", async () => {
  const options = { features: ["cancel"] };
  for (const [text, code, retryable] of TEXTS) {
    for (const verdict of ["", "not-run", "unknown"] as const) {
      assertEquals(await outcome(text, verdict, options), [code, retryable]);
    }
  }
});
