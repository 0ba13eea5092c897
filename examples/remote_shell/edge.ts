/**
 * A machine that lends its terminal: `deno task examples remote_shell_edge`.
 *
 * @module
 */

import { Edge, type Stream } from "@frontier/client";
import { errorText, explained } from "../error_text.ts";
import { checkNetwork, parseAddress, runProgram } from "../flags.ts";
import { logConnection, WARNINGS } from "../user_log.ts";
import { runShell } from "./shell_session.ts";

const USAGE =
  `A machine that lends its terminal to services; whoever may connect as a
service may do on it what this program's user may.

Usage: deno task examples remote_shell_edge [flags]`;

const FLAGS = {
  network: { help: "network of the gateway; only tcp", value: "tcp" },
  address: {
    help: "where the gateway listens for edges",
    value: "127.0.0.1:30012",
  },
  name: { help: "what services learn about this edge", value: "shell" },
  shell: { help: "the shell; that of the user when not given", value: "" },
};

type Values = Record<keyof typeof FLAGS, string>;

async function run(values: Values): Promise<void> {
  checkNetwork(values.network);
  // Loaded here, so that a missing permission or platform is told in one line.
  const { spawn } = await import("@lydell/node-pty");
  const env = Deno.env.toObject();
  const shell = values.shell || env.SHELL || "/bin/sh";
  await using edge = await explained("new edge err", () =>
    Edge.connect({
      ...parseAddress(values.address),
      meta: values.name,
      logger: WARNINGS,
    }));
  void logConnection(edge);
  console.log(`> edge ${edge.edgeId} lends ${shell}`);
  const serve = async (stream: Stream) => {
    console.log(`> stream ${stream.id}: begins`);
    const code = await runShell({ stream, shell, env, spawn });
    console.log(
      `> stream ${stream.id}: ${
        code === undefined ? "the service has left" : `exit code ${code}`
      }`,
    );
  };
  for await (const stream of edge.streams()) {
    serve(stream).catch((error) =>
      console.log(`> stream ${stream.id}: ${errorText(error)}`)
    );
  }
}

if (import.meta.main) Deno.exit(await runProgram(USAGE, FLAGS, run));
