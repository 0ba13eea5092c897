import { assertEquals, assertMatch } from "@std/assert";
import { withFile } from "../../platform/cli/testing/program_process.ts";
import { GOOD, PERMISSIONS } from "./testing/program.ts";

const MAIN = new URL("../main.ts", import.meta.url).pathname;

/** Runs the gateway's command line in a shell; `after` is what the shell does with its output. */
async function shell(
  args: string,
  after: string,
): Promise<{ code: number; err: string }> {
  const permissions = PERMISSIONS.map((flag) => `'${flag}'`).join(" ");
  const script =
    `${Deno.execPath()} run --quiet --no-prompt --no-check ${permissions} ${MAIN} ${args} ${after}; exit \${PIPESTATUS[0]}`;
  const { code, stderr } = await new Deno.Command("bash", {
    args: ["-c", script],
    env: { NO_COLOR: "1" },
    stdin: "null",
    stdout: "null",
  }).output();
  return { code, err: new TextDecoder().decode(stderr) };
}

/** What prints something and ends. */
const PRINTING = ["--help", "--version", "--print-config", "--check"];

if (Deno.build.os === "linux") {
  for (const flag of PRINTING) {
    Deno.test(`a reader that has seen enough of ${flag} is no error`, async () => {
      for (const reader of flag === "--help" ? ["| true", ">&-"] : ["| true"]) {
        assertEquals(await shell(flag, reader), { code: 0, err: "" }, reader);
      }
    });

    Deno.test(`a full disk for the output of ${flag} is one line and status 1`, async () => {
      const { code, err } = await shell(flag, "> /dev/full");
      assertEquals(code, 1);
      assertMatch(
        err,
        /^frontier: Cannot write to the standard output: No space left .*\n$/,
      );
    });
  }

  Deno.test("the result of --check stands though nobody reads it", async () => {
    await withFile(`${GOOD}log: {level: x}\n`, async (path) => {
      for (const output of ["| true", ">&- 2>&-"]) {
        assertEquals((await shell(`--check -c ${path}`, output)).code, 1);
      }
    });
    for (const output of ["2>&-", "2> /dev/full"]) {
      assertEquals((await shell("--bogus", output)).code, 2);
    }
  });
}
