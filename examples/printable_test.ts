import { assertEquals } from "@std/assert";
import { printable } from "./printable.ts";

Deno.test("text of others stays on its line and commands no terminal", () => {
  assertEquals(printable("a\x1b[2Jb\r\nc\x9bd\x7f\0"), "a�[2Jb��c�d��");
  assertEquals(printable("tab\t你好, wörld 👩‍👩‍👧"), "tab\t你好, wörld 👩‍👩‍👧");
});
