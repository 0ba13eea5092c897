/**
 * A terminal on an edge: `deno task examples remote_shell_service --edge ID`.
 *
 * @module
 */

import { Service, type Stream } from "@frontier/client";
import { errorText, explained } from "../error_text.ts";
import { checkNetwork, FlagError, parseAddress, runProgram } from "../flags.ts";
import { WARNINGS } from "../user_log.ts";
import { openWhenAdmitted } from "./open_when_admitted.ts";
import { joinTerminal } from "./local_terminal.ts";

const USAGE =
  `A terminal on an edge. Ends with the exit code of the shell there, or 255
when the edge is lost.

Usage: deno task examples remote_shell_service [--edge ID] [--command COMMAND] [flags]`;

const FLAGS = {
  network: { help: "network of the gateway; only tcp", value: "tcp" },
  address: {
    help: "where the gateway listens for services",
    value: "127.0.0.1:30011",
  },
  edge: {
    help: "which edge; the next that connects when not given",
    value: "",
  },
  command: { help: "what to run; a shell when not given", value: "" },
};

/** Exit code when the edge is lost, as that of ssh. */
const LOST = 255;

let exitCode = 0;

async function run(
  values: Record<keyof typeof FLAGS, string>,
): Promise<void> {
  checkNetwork(values.network);
  if (!/^\d*$/.test(values.edge)) {
    throw new FlagError(`Cannot use ${values.edge} as an edge: need its id`);
  }
  await using service = await explained(
    "new service err",
    () =>
      Service.connect({ ...parseAddress(values.address), logger: WARNINGS }),
  );
  const stream = await explained(
    "open stream err",
    () => open(service, values.edge),
  );
  try {
    const term = Deno.env.get("TERM") ?? "dumb";
    exitCode = await joinTerminal(stream, term, values.command);
  } catch (error) {
    console.error(`Cannot go on: ${errorText(error)}`);
    exitCode = LOST;
  }
}

async function open(service: Service, edge: string): Promise<Stream> {
  if (edge !== "") return await service.openStream(BigInt(edge));
  const online = Promise.withResolvers<bigint>();
  await service.registerEdgeOnline(({ edgeId }) => online.resolve(edgeId));
  console.error("waiting for an edge");
  return await openWhenAdmitted(service, await online.promise);
}

if (import.meta.main) {
  Deno.exit(await runProgram(USAGE, FLAGS, run) || exitCode);
}
