import { assertEquals, assertNotEquals } from "@std/assert";
import { entriesOf, packagesOf, undocumentedEntries } from "./entry_docs.ts";

const FOLDER = "file:///work/pkg/";
const CONFIG = {
  name: "@a/pkg",
  exports: { ".": "./mod.ts", "./log": "./log/mod.ts" },
};
const MAIN = sample('import { a } from "@a/pkg";');

/** A module doc with one example. */
function sample(code: string, language = "ts"): unknown {
  const doc = `Shows it\n\`\`\`${language}\n${code}\n\`\`\`\n`;
  return { doc: "A package.", tags: [{ kind: "example", doc }] };
}

/** What is said of an entry beside a main entry that lacks nothing. */
function lack(module_doc: unknown): string[] {
  const nodes = {
    [`${FOLDER}mod.ts`]: { module_doc: MAIN },
    [`${FOLDER}log/mod.ts`]: { module_doc },
  };
  return undocumentedEntries(JSON.stringify({ nodes }), CONFIG, FOLDER);
}

Deno.test("an entry with words and an example that imports it lacks nothing", () => {
  assertEquals(lack(sample('import { b } from "@a/pkg/log";')), []);
});

Deno.test("an entry without words, without an example or with another's is found", () => {
  const none = "@a/pkg/log: its module doc has no @example that runs";
  for (
    const [doc, said] of [
      [undefined, "@a/pkg/log: it has no module doc"],
      [{ doc: " \n", tags: [] }, "@a/pkg/log: it has no module doc"],
      [{ doc: "The log." }, none],
      [{ doc: "The log.", tags: [{ kind: "module" }] }, none],
      [{ doc: "The log.", tags: [{ kind: "example", doc: "log()" }] }, none],
      [sample('from "@a/pkg/log"', "sh"), none],
      [sample('from "@a/pkg/log"', "ts ignore"), none],
      [MAIN, '@a/pkg/log: no @example of it imports "@a/pkg/log"'],
    ] as const
  ) assertEquals(lack(doc), [said]);
});

Deno.test("a file of the same name in another folder does not stand in for an entry", () => {
  const nodes = { [`${FOLDER}log/mod.ts`]: { module_doc: MAIN } };
  const found = undocumentedEntries(JSON.stringify({ nodes }), {
    name: "@a/pkg",
    exports: "./mod.ts",
  }, FOLDER);
  assertEquals(found, ["@a/pkg: it has no module doc"]);
});

Deno.test("the entries of all packages of this repository are known", () => {
  const packages = packagesOf(new URL("..", import.meta.url).href);
  assertNotEquals(packages.size, 0);
  const names = packages.values().flatMap((one) => entriesOf(one).keys())
    .toArray();
  for (const name of ["@frontier/frontier", "@frontier/platform/log"]) {
    assertEquals(names.filter((one) => one === name), [name]);
  }
});
