import { assertEquals, assertThrows } from "@std/assert";
import { npmReadme } from "./npm_readme.ts";
import { reachable } from "./npm_reachable.ts";

Deno.test("what entries need is found from them on, declarations apart from code", async () => {
  const folder = await Deno.makeTempDir();
  const write = (path: string, text: string) =>
    Deno.writeTextFileSync(`${folder}/${path}`, text);
  try {
    await Deno.mkdir(`${folder}/deep`);
    write(
      "mod.js",
      '/**\n * import { no } from "shown";\n */ import { a } from "./deep/a.js";\nawait import("@scope/lazy/part");\n',
    );
    write("deep/a.js", 'export { b } from "../b.js";\nimport "node:net";\n');
    write("b.js", 'import yaml from "yaml";\n');
    write("mod.d.ts", 'export type { A } from "./deep/a.d.ts";\n');
    write("deep/a.d.ts", 'export type A = import("../b.js").B;\n');
    write("b.d.ts", "export type B = 1;\n");
    write("other.js", 'import "./mod.js";\n');
    const { files, packages } = reachable(folder, ["./mod.js", "./mod.d.ts"]);
    assertEquals([...files].sort(), [
      "b.d.ts",
      "b.js",
      "deep/a.d.ts",
      "deep/a.js",
      "mod.d.ts",
      "mod.js",
    ]);
    assertEquals([...packages].sort(), ["@scope/lazy", "yaml"]);
    await Deno.remove(`${folder}/b.js`);
    assertThrows(() => reachable(folder, ["mod.js"]), Deno.errors.NotFound);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("a README of npm is the documentation of the main entry, without what only its tools understand", () => {
  const text = npmReadme(
    "@frontier/x",
    "/**\n * Says {@linkcode Hello}.\n *\n * @example Once\n * ```ts\n * hello();\n * ```\n *\n * @module\n */\n\nexport {};\n",
  );
  assertEquals(text.split("\n").slice(0, 4), [
    "# @frontier/x",
    "",
    "Says `Hello`.",
    "",
  ]);
  assertEquals(/@example|@module|hello\(/.test(text), false);
  assertThrows(
    () => npmReadme("@frontier/x", "export {};"),
    Error,
    "write some",
  );
});
