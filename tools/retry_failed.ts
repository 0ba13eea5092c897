/**
 * Runs the tests that failed once more, alone: `deno run --allow-read --allow-run tools/retry_failed.ts LOG`. Some tests wait for
 * other processes and fail when the machine stands still for a moment. What fails twice has failed; what passes now is named as
 * flaky, for somebody to look at. More than a dozen failures are not retried: they are no accident.
 *
 * @module
 */

import { stripVTControlCharacters } from "node:util";

/** As many failures may be an accident. */
const MOST = 12;

/** What is to be run again. */
export interface Failures {
  /** Names of tests. */
  tests: string[];
  /** Files that broke down, whose other tests may not have run at all. */
  files: string[];
}

/**
 * Finds what failed in the output of a test run.
 *
 * @param log The output.
 * @returns Each test and each file once; `undefined` when the report is missing or has something else in it.
 */
export function failures(log: string): Failures | undefined {
  const [, section] = stripVTControlCharacters(log).split(/^ FAILURES\s*$/m);
  if (section === undefined) return undefined;
  const [report] = section.split(/^FAILED \| /m);
  const tests = new Set<string>();
  const files = new Set<string>();
  for (const line of report!.split("\n").map((text) => text.trim())) {
    const test = /^(.+) => \.\/.+:\d+:\d+$/.exec(line);
    const file = /^(\.\/\S+) \(uncaught error\)$/.exec(line);
    // A step is named after its test: run the test.
    if (test !== null) tests.add(test[1]!.split(" ... ")[0]!);
    else if (file !== null) files.add(file[1]!);
    else if (line !== "") return undefined;
  }
  return { tests: [...tests], files: [...files] };
}

async function run(args: string[]): Promise<boolean> {
  const command = new Deno.Command(Deno.execPath(), {
    args: ["task", "test", ...args],
  });
  return (await command.spawn().status).success;
}

if (import.meta.main) {
  const found = failures(Deno.readTextFileSync(Deno.args[0]!));
  const all = [...found?.tests ?? [], ...found?.files ?? []];
  if (found === undefined || all.length === 0 || all.length > MOST) {
    console.error(`Not tried again: ${all.length} failures are named`);
    Deno.exit(1);
  }
  let passed = true;
  if (found.tests.length > 0) {
    const escaped = found.tests.map((name) =>
      name.replaceAll(/[\\^$.*+?()[\]{}|/]/g, "\\$&")
    );
    passed = await run(["--filter", `/^(${escaped.join("|")})$/`]);
  }
  if (found.files.length > 0) passed = await run(found.files) && passed;
  for (const name of all) {
    console.log(`${passed ? "FLAKY" : "FAILED AGAIN"}: ${name}`);
  }
  Deno.exit(passed ? 0 : 1);
}
