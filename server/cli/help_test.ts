import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { HELP } from "./help.ts";
import { withFile } from "../../platform/cli/testing/program_process.ts";
import { ANY_PORTS, GOOD, Program } from "./testing/program.ts";
import { VARIABLES } from "./testing/variables.ts";

type Result = { code: number; out: string; err: string };

/** Prints the configuration in use. */
async function used(
  args: string[],
  env: Record<string, string> = {},
): Promise<string> {
  const { code, out, err } = await Program.run(
    ["--print-config", ...args],
    env,
  );
  assertEquals([code, err], [0, ""]);
  return `${out}\n`;
}

/** Checks that a line is in the configuration that is printed. */
const settles = (args: string[], line: string) => async () =>
  assertStringIncludes(await used(args), `${line}\n`);

/** Checks what a command line prints before it ends. */
const prints = (args: string[], check: (result: Result) => void) => async () =>
  check(await Program.run(args));

/** Flags that set something: a value, and the line it makes. */
const SETTING: Record<string, [value: string, line: string]> = {
  "--loglevel": ["debug", "  level: debug"],
  "--log-output": ["stderr", "  output: stderr"],
  "--log-format": ["json", "  format: json"],
  "--log-file": ["x.log", "    path: x.log"],
  "--daemon-rlimit-nofile": ["5", "    nofile: 5"],
};

/** What each of the other flags of the help does. */
const DOING: Record<string, () => Promise<void>> = {
  "-c": () =>
    withFile(
      `${GOOD}daemon: {frontier_id: f1}\n`,
      (path) => settles(["-c", path], "  frontier_id: f1")(),
    ),
  "--config": () =>
    withFile(
      `${GOOD}daemon: {frontier_id: f2}\n`,
      (path) => settles(["--config", path], "  frontier_id: f2")(),
    ),
  "--check": prints(
    ["--check"],
    ({ code, out }) => assertEquals([code, out], [0, "Built-in settings: ok"]),
  ),
  "--print-config": prints(["--print-config"], ({ code, out }) => {
    assertEquals(code, 0);
    assert(out.startsWith("log:\n"), out);
  }),
  "--strict": () =>
    withFile(`${GOOD}hashby: srcip\n`, async (path) => {
      const args = ["--print-config", "-c", path];
      assertEquals((await Program.run(args)).code, 0);
      assertEquals((await Program.run([...args, "--strict"])).code, 1);
    }),
  "-h": prints(
    ["-h"],
    ({ code, out }) => assertEquals([code, `${out}\n`], [0, HELP]),
  ),
  "--help": prints(
    ["--help"],
    ({ code, out }) => assertEquals([code, `${out}\n`], [0, HELP]),
  ),
  "--version": prints(["--version"], ({ code, out }) => {
    assertEquals(code, 0);
    assert(/^frontier \d+\.\d+\.\d+ \(deno /.test(out), out);
  }),
};

function named(pattern: RegExp): string[] {
  return [...new Set(HELP.match(pattern))].sort();
}

Deno.test("every flag and variable of the help is in this test", () => {
  const usage = HELP.slice(
    HELP.indexOf("\nConfiguration\n"),
    HELP.indexOf("\nPermissions"),
  );
  const flags = [...new Set(usage.match(/(?<=[ ,])-{1,2}[a-z][a-z-]*/g))];
  assertEquals(
    flags.sort(),
    [...Object.keys(SETTING), ...Object.keys(DOING)].sort(),
  );
  assertEquals(
    named(/\b(?:FRONTIER|LOG|NODE|FRONTLAS)_[A-Z_]+\b(?!\*)/g).filter((name) =>
      !name.endsWith("_")
    ),
    Object.keys(VARIABLES).sort(),
  );
});

for (const [flag, behaves] of Object.entries(DOING)) {
  Deno.test(`${flag} does what the help says`, behaves);
}

Deno.test("every flag that sets something does, with = as well", async () => {
  const flags = Object.entries(SETTING);
  const printed = await used(
    flags.map(([flag, [value]]) => `${flag}=${value}`),
  );
  for (const [, [, line]] of flags) assertStringIncludes(printed, `${line}\n`);
});

Deno.test("every variable sets what the help says", async () => {
  // Of two that name the gateway one wins: the second run is without it.
  for (const winner of ["NODE_NAME", "FRONTIER_ID"]) {
    const variables = Object.entries(VARIABLES)
      .filter(([name]) => name !== winner);
    const printed = await used(
      [],
      Object.fromEntries(variables.map(([name, [value]]) => [name, value])),
    );
    for (const [, [, line]] of variables) {
      assertStringIncludes(printed, `${line}\n`);
    }
  }
});

Deno.test("a flag beats the environment, which beats the file", async () => {
  await withFile(`${GOOD}log: {level: error, format: json}\n`, async (path) => {
    const env = { LOG_LEVEL: "debug" };
    assertStringIncludes(await used(["-c", path]), "  level: error\n");
    assertStringIncludes(await used(["-c", path], env), "  level: debug\n");
    assertStringIncludes(
      await used(["-c", path, "--loglevel", "warn"], env),
      "  level: warn\n",
    );
  });
});

Deno.test("the example of limits in the help is a good file", async () => {
  const example = /\n {2}limits:\n(?: {4}.*\n)+/.exec(HELP)?.[0] ?? "";
  const limits = example.replaceAll("\n  ", "\n");
  await withFile(`${GOOD}${limits}`, async (path) => {
    assertEquals(await Program.run(["--check", "-c", path]), {
      code: 0,
      out: `${path}: ok`,
      err: "",
    });
    await using program = new Program(["-c", path], ANY_PORTS);
    await program.line(/Memory for peers bytes=536870912 /);
  });
});
