/** What users run works in a checkout whose path has a space. */

import { assertEquals } from "@std/assert";

/** Folders of programs that users run from a checkout. */
const FOLDERS = ["tools", "examples", "deploy", "server", "frontlas", "client"];

function* sources(folder: URL): Generator<URL> {
  for (const { name, isDirectory } of Deno.readDirSync(folder)) {
    const url = new URL(isDirectory ? `${name}/` : name, folder);
    // Programs of tests are not for users.
    if (isDirectory) { if (name !== "testing") yield* sources(url); }
    else if (/(?<!_test)\.ts$/.test(name)) yield url;
  }
}

Deno.test("no program takes the path in an address for the path of a file: a space is %20 there", () => {
  let count = 0;
  for (const folder of FOLDERS) {
    for (const url of sources(new URL(`../${folder}/`, import.meta.url))) {
      count++;
      const text = Deno.readTextFileSync(url);
      assertEquals(
        /import\.meta\.url\s*,?\s*\)\s*\.pathname/.test(text),
        false,
        url.href,
      );
    }
  }
  assertEquals(count > 100, true);
});
