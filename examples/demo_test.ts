import { assert, assertEquals } from "@std/assert";
import { runToEnd } from "./testing/run_program.ts";

Deno.test("the demo prints the conversation and a summary", async () => {
  const begin = performance.now();
  const { code, output } = await runToEnd("demo", "--calls", "20");
  assertEquals(code, 0, output);
  assert(output.includes("[     alice]: Hello, is anybody here?"));
  assert(output.includes("[       bob]: Everybody everybody. 你好, wörld!"));
  assert(output.includes("> members: alice, bob, carol"));
  assert(output.includes("> offline, name: carol, addr: 127.0.0.1:"));
  assert(
    /summary: 3 edges, 6 messages said, 12 heard, 64 RPCs, p50 [\d.]+ ms/
      .test(output),
    output,
  );
  assert(performance.now() - begin < 10_000);
});

Deno.test("the demo explains itself and refuses nonsense", async () => {
  const help = await runToEnd("demo", "--help");
  assertEquals(help.code, 0);
  assert(help.output.includes("--calls"));
  assertEquals((await runToEnd("demo", "--nope")).code, 2);
  assertEquals((await runToEnd("demo", "--calls", "x")).code, 2);
});
