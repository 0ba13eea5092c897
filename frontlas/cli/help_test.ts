import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { COMMON_FLAGS } from "@frontier/platform/cli";
import { FRONTIER_VERSION } from "@frontier/platform/internal";
import { withFile } from "../../platform/cli/testing/program_process.ts";
import { HELP } from "./help.ts";
import { Program } from "./testing/program.ts";

/** What each variable of the help does: a value, and the line it makes. */
const VARIABLES: Record<string, [value: string, line: string]> = {
  FRONTLAS_FRONTIERPLANE_PORT: ["4711", "    addr: 127.0.0.1:4711"],
  FRONTLAS_CONTROLPLANE_PORT: ["4712", "    addr: 127.0.0.1:4712"],
  REDIS_TYPE: ["standalone", "  mode: standalone"],
  REDIS_ADDRS: ["r:6379", "    addr: r:6379"],
  REDIS_USER: ["me", "  username: me"],
  REDIS_PASSWORD: ["hush", '    value: "***"'],
  REDIS_DB: ["3", "    db: 3"],
  MASTER_NAME: ["m", "    master_name: m"],
  LOG_LEVEL: ["warn", "  level: warn"],
  LOG_OUTPUT: ["both", "  output: both"],
  LOG_FORMAT: ["json", "  format: json"],
  LOG_FILE: ["y.log", "    path: y.log"],
};

Deno.test("the help of frontlas fits a terminal and names every flag and variable", async () => {
  const { code, out, err } = await Program.run(["--help"]);
  assertEquals([code, `${out}\n`, err], [0, HELP, ""]);
  const wide = HELP.split("\n").filter((line) => line.length > 80);
  assertEquals(wide, []);
  for (const { names } of Object.values(COMMON_FLAGS)) {
    for (const name of names) assertStringIncludes(HELP, name);
  }
  const named = HELP.match(/\b(?:FRONTLAS|REDIS|MASTER|LOG)_[A-Z_]+\b(?!\*)/g);
  assertEquals(
    [...new Set(named)].filter((name) => name !== "FRONTLAS_TOKEN").sort(),
    Object.keys(VARIABLES).sort(),
  );
});

Deno.test("every variable sets what the help of frontlas says", async () => {
  const env = Object.fromEntries(
    Object.entries(VARIABLES).map(([name, [value]]) => [name, value]),
  );
  const { code, out, err } = await Program.run(["--print-config"], env);
  assertEquals([code, err], [0, ""]);
  for (const [, line] of Object.values(VARIABLES)) {
    assertStringIncludes(`${out}\n`, `${line}\n`);
  }
  assert(!out.includes("hush"));
});

Deno.test("what frontlas prints as its configuration is a file that it takes", async () => {
  const redis = { REDIS_TYPE: "cluster", REDIS_ADDRS: "127.0.0.1:1" };
  for (const env of [undefined, redis]) {
    const { out } = await Program.run(["--print-config"], env);
    await withFile(`${out}\n`, async (path) => {
      const again = await Program.run(["--print-config", "-c", path]);
      assertEquals(again, { code: 0, out, err: "" });
    });
  }
});

Deno.test("the samples in the help of frontlas are good files", async () => {
  const plain = HELP.replaceAll("\n  ", "\n");
  const redis = /\nfrontier_plane: [^]*?6379}\n/.exec(plain)?.[0] ?? "";
  await withFile(redis, async (path) => {
    const { code, err } = await Program.run(["--check", "-c", path]);
    assertEquals(code, 0, err);
  });
  const tokens = /control_plane: ({tokens: .*)}\n/.exec(plain)?.[1] ?? "";
  const text = redis.replace(
    /control_plane: {/,
    `control_plane: ${tokens.replace(/}$/, "")}, `,
  ).replace(/\n(control_plane: .*)\n/, "\n$1\n");
  await withFile(text, async (path) => {
    const bad = await Program.run(["--check", "-c", path]);
    assertEquals(bad.code, 1);
    assertStringIncludes(bad.err, "FRONTLAS_TOKEN is not set");
    const env = { FRONTLAS_TOKEN: "a-token-of-16-chars" };
    const { code, err } = await Program.run(["--check", "-c", path], env);
    assertEquals(code, 0, err);
  });
});

Deno.test("frontlas says its version", async () => {
  const { code, out } = await Program.run(["--version"]);
  assertEquals(code, 0);
  assertStringIncludes(out, `frontlas ${FRONTIER_VERSION} (deno `);
});
