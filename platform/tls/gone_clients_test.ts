import { assert, assertLess } from "@std/assert";
import { fileURLToPath } from "node:url";

Deno.test("nothing is kept of clients that left in the middle of a handshake, long before its time is over", async () => {
  const program = new URL("testing/gone_clients.ts", import.meta.url);
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--no-check",
      "--v8-flags=--expose-gc",
      "-A",
      fileURLToPath(program),
    ],
  }).output();
  const text = new TextDecoder();
  assert(success, text.decode(stderr));
  // A handshake that waits has 15 KB of the heap, and more outside.
  assertLess(Number(text.decode(stdout)), 5_000);
});
