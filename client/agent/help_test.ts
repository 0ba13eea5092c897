import { assert, assertEquals } from "@std/assert";
import * as forward from "../forward/flags.ts";
import { HELP as FORWARD_HELP } from "../forward/help.ts";
import * as agent from "./flags.ts";
import { HELP as AGENT_HELP } from "./help.ts";

for (
  const [name, flags, help] of [
    ["agent", agent.FLAGS, AGENT_HELP],
    ["forwarder", forward.FLAGS, FORWARD_HELP],
  ] as const
) {
  Deno.test(`the help of the ${name} names each of its flags, and no other`, () => {
    const known = Object.values(flags).flatMap(({ names }) => names)
      .filter((flag) => flag.startsWith("--")).sort();
    // What comes after the flags is about the runtime's.
    const [page] = help.split("\nPermissions it needs");
    const named = new Set(
      [...page!.matchAll(/(?<=^|[\s`',])--[a-z-]+/gm)].map(([flag]) => flag),
    );
    assertEquals([...named].sort(), known);
    for (const line of help.split("\n")) {
      assert(line.length <= 100, line);
    }
  });
}
