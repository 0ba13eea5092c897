import { assert, assertEquals } from "@std/assert";
import { assemble, source } from "./assemble_base64.ts";

Deno.test("the module in the repository is the one that is assembled", () => {
  const file = new URL("../proto/body/base64_module.ts", import.meta.url);
  assertEquals(Deno.readTextFileSync(file), source());
});

Deno.test("the module is valid and small", () => {
  const bytes = assemble();
  assert(WebAssembly.validate(bytes));
  assert(bytes.length < 512, `${bytes.length} bytes`);
});
