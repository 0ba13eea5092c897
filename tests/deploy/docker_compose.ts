/**
 * Docker's own compose, built of its Go module: `deno run -A tests/deploy/docker_compose.ts` builds it where it is missing.
 * It judges files without a daemon.
 *
 * @module
 */

import { GoPrograms } from "./go_programs.ts";

const programs = new GoPrograms({
  "docker-compose": {
    folder: "tools/compose",
    from: "github.com/docker/compose/v2/cmd",
    set: ["github.com/docker/compose/v2/internal.Version=v2.40.0"],
  },
});
const required = Deno.env.get("FRONTIER_REQUIRE_DEPLOY") === "1";
let told = false;

/** What compose did. */
export interface Composed {
  /** Its exit status. */
  readonly code: number;
  /** What it printed, to both of its outputs. */
  readonly printed: string;
}

/**
 * Runs compose to its end, with nothing of this process's environment.
 *
 * @param args Its arguments.
 * @param env Its variables.
 * @returns What it did.
 */
export async function dockerCompose(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Composed> {
  const home = await Deno.makeTempDir({ prefix: "compose-" });
  try {
    const { code, stdout, stderr } = await new Deno.Command(
      programs.path("docker-compose"),
      {
        args: [...args],
        stdin: "null",
        clearEnv: true,
        env: { HOME: home, DOCKER_CONFIG: home, ...env },
      },
    ).output();
    const decoder = new TextDecoder();
    return { code, printed: decoder.decode(stdout) + decoder.decode(stderr) };
  } finally {
    await Deno.remove(home, { recursive: true });
  }
}

/**
 * Registers a test that needs compose. Where it is not built the test is
 * skipped with a loud line, or fails where `FRONTIER_REQUIRE_DEPLOY=1` says
 * that it must be there.
 *
 * @param name Name of the test.
 * @param fn The test.
 */
export function composeTest(name: string, fn: () => Promise<void>): void {
  const gone = programs.missing().length > 0;
  if (gone && !told) {
    told = true;
    console.error(
      "\n*** docker-compose not built: tests with it are NOT RUN; deno run -A tests/deploy/docker_compose.ts builds it ***\n",
    );
  }
  Deno.test({
    name,
    ignore: gone && !required,
    fn: async () => {
      if (gone) throw new Error("Cannot test: docker-compose not built");
      await fn();
    },
  });
}

if (import.meta.main) {
  await programs.build();
  console.log("docker-compose: ready");
}
