import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { withFile } from "../../platform/cli/testing/program_process.ts";
import { HELP } from "./help.ts";
import { GOOD, PERMISSIONS, Program, QUIET } from "./testing/program.ts";

const ROOT = new URL("../../", import.meta.url);

/** The flags that the permission set of `deno.json` stands for. */
function flagsOfSet(): string[] {
  const { permissions } = JSON.parse(
    Deno.readTextFileSync(new URL("deno.json", ROOT)),
  );
  return Object.entries<true | string[]>(permissions.frontlas).map((
    [kind, names],
  ) => `--allow-${kind}${names === true ? "" : `=${names.join(",")}`}`);
}

Deno.test("the help of frontlas and the permission set name the same permissions", () => {
  const kinds = (flags: readonly string[]) =>
    flags.map((flag) => flag.startsWith("--allow-read") ? "--allow-read" : flag)
      .sort();
  assertEquals(kinds(flagsOfSet()), kinds(PERMISSIONS));
  for (const flag of PERMISSIONS) {
    assertStringIncludes(HELP.replaceAll("'", ""), flag);
  }
});

/** What the set is enough for, and what the log says then. */
const PARTS: [name: string, text: string, line: RegExp][] = [
  [
    "both planes, health and metrics, in memory",
    `${GOOD}observability: {addr: "127.0.0.1:0"}\n`,
    /controlplane server listening on/,
  ],
  [
    "a log of JSON and tokens of the environment",
    QUIET.replace("}}", "}, tokens: [{token: {env: FRONTLAS_TOKEN}}]}") +
    "log: {format: json}\n",
    /controlplane server listening on/,
  ],
];

for (const [name, text, line] of PARTS) {
  Deno.test(`with the permission set alone frontlas runs: ${name}`, async () => {
    await withFile(text, async (path) => {
      await using program = new Program(
        ["-c", path],
        { FRONTLAS_TOKEN: "a-token-of-an-operator" },
        ["-P=frontlas", `--allow-read=${path}`],
      );
      await program.line(line);
      program.tell("SIGTERM");
      const { code, out, err } = await program.end();
      assertEquals([code, err], [0, ""]);
      assert(!/NotCapable|Requires \w+ access/.test(out), out);
    });
  });
}

Deno.test("with the permission set alone frontlas gets as far as Redis, in each mode", async () => {
  for (
    const [mode, more] of [
      ["standalone", ""],
      ["sentinel", "master_name: m, "],
      ["cluster", ""],
    ]
  ) {
    const text =
      `${QUIET}redis: {mode: ${mode}, max_retries: 1, dial_timeout: 1, ${mode}: {${more}addr: "127.0.0.1:1"}}\n`;
    await withFile(text, async (path) => {
      await using program = new Program(["-c", path], {}, [
        "-P=frontlas",
        `--allow-read=${path}`,
      ]);
      await program.line(/Waiting for Redis.*127\.0\.0\.1:1/);
      program.tell("SIGTERM");
      const { code, out, err } = await program.end();
      assertEquals(code, 0);
      assert(!/NotCapable|Requires \w+ access/.test(out + err), out + err);
    });
  }
});
