import { assert, assertEquals } from "@std/assert";
import { sources, withoutComments } from "./sources.ts";

/** Folders whose code gets clock, randomness and bytes handed in. */
const PURE = [
  "proto",
  "server/exchange",
  "server/directory",
  "server/admission",
  "server/edgebound",
  "server/servicebound",
  "server/quota",
  "server/tally",
  "server/cluster",
  "server/drain",
  "platform/drain",
  "frontlas/frontierbound",
  "frontlas/presence",
];
/** What would make a history depend on more than its seed. */
const FORBIDDEN =
  /\bDeno\s*[.[]|\bDeno\b\s*[;,)]|["']node:|\bset(?:Timeout|Interval|Immediate)\b|\bDate\s*\.\s*now\b|\bnew\s+Date\s*\(\s*\)|\bDate\s*\(\s*\)|\bperformance\b|\bMath\s*\.\s*random\b|\bcrypto\s*\.|\bfetch\s*\(|\bconsole\s*\./;
/** Exceptions, each for one use in one file. */
const ALLOWED = new Map([
  // The documented default of the `random` setting.
  ["proto/link/link_settings.ts", "Math.random"],
]);

function offence(code: string): string | undefined {
  return FORBIDDEN.exec(code)?.[0];
}

for (const folder of PURE) {
  Deno.test(`${folder} has no clock, no randomness and no I/O of its own`, () => {
    let files = 0;
    for (const { path, code } of sources(folder)) {
      files++;
      const allowed = ALLOWED.get(path);
      const rest = allowed === undefined ? code : code.replace(allowed, "");
      assertEquals(offence(rest), undefined, path);
    }
    assert(files > 0);
  });
}

Deno.test("the search finds what it is for, and only that", () => {
  for (
    const code of [
      "Deno.cwd()",
      "const { env } = Deno;",
      'import net from "node:net";',
      "setTimeout(() => {}, 1)",
      "globalThis.setInterval(f)",
      "Date.now()",
      "new Date( )",
      "performance.now()",
      "Math.random()",
      "crypto.randomUUID()",
    ]
  ) assert(offence(withoutComments(code)) !== undefined, code);
  for (
    const code of [
      "// Deno.cwd() and Date.now()",
      "/* Math.random() */ const at = 1;",
      "new Date(0)",
      "settings.random()",
      "timers.now()",
    ]
  ) assertEquals(offence(withoutComments(code)), undefined, code);
  assertEquals(
    withoutComments('const a = "//x"; // y\nconst b = `/*`;').trim(),
    'const a = "//x";  \nconst b = `/*`;',
  );
});
