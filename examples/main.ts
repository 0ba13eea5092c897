/**
 * Lists the programs of the examples and runs them with the permissions they
 * need: `deno task examples chatroom_client --name bob`.
 *
 * @module
 */

import { STOP_SIGNALS } from "./stop_signals.ts";
import { type ProgramName, PROGRAMS, runArguments } from "./programs.ts";

const USAGE = `Programs that show what edges and services can do.

Usage: deno task examples NAME [flags of that program]
       deno task examples NAME --help
`;

/** @returns The list of all programs. */
function list(): string {
  const lines = Object.entries(PROGRAMS).map(([name, { summary }]) =>
    `  ${name.padEnd(22)}${summary}`
  );
  return [USAGE, ...lines].join("\n");
}

async function run(name: ProgramName, args: string[]): Promise<number> {
  const child = new Deno.Command(Deno.execPath(), {
    args: runArguments(name, args),
    stdin: "inherit",
    stdout: "inherit",
    stderr: "inherit",
  }).spawn();
  // A Ctrl-C is the program's: whoever ends it, its exit code is passed on.
  for (const signal of STOP_SIGNALS) {
    Deno.addSignalListener(signal, () => {
      try {
        child.kill(signal);
      } catch {
        // It has ended already.
      }
    });
  }
  return (await child.status).code;
}

if (import.meta.main) {
  const [name, ...args] = Deno.args;
  if (name === undefined || name === "--help" || name === "-h") {
    console.log(list());
  } else if (Object.hasOwn(PROGRAMS, name)) {
    Deno.exit(await run(name as ProgramName, args));
  } else {
    console.error(`Cannot run ${name}: there is no such example\n\n${list()}`);
    Deno.exit(2);
  }
}
