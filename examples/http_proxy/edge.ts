/**
 * Lends a local web server: `deno task examples http_proxy_edge`.
 *
 * @module
 */

import { Edge, type Stream } from "@frontier/client";
import { errorText, explained } from "../error_text.ts";
import { checkNetwork, parseAddress, runProgram } from "../flags.ts";
import { WARNINGS } from "../user_log.ts";
import { join } from "../join.ts";

const USAGE = `Lends a local web server to the service that publishes it.

Usage: deno task examples http_proxy_edge --name alice --target 127.0.0.1:8000 [flags]`;

const FLAGS = {
  network: { help: "network of the gateway; only tcp", value: "tcp" },
  address: {
    help: "where the gateway listens for edges",
    value: "127.0.0.1:30012",
  },
  name: {
    help: "first part of the path it is published under",
    value: "alice",
  },
  target: { help: "where the web server listens", value: "127.0.0.1:8000" },
};

type Values = Record<keyof typeof FLAGS, string>;

async function run(values: Values): Promise<void> {
  checkNetwork(values.network);
  const target = parseAddress(values.target);
  const serve = async (stream: Stream) => {
    let conn: Deno.Conn;
    try {
      conn = await Deno.connect(target);
    } catch (error) {
      console.log(`> cannot connect to ${values.target}: ${errorText(error)}`);
      await stream.close();
      return;
    }
    await join(stream, conn);
  };
  await using edge = await explained("new edge err", () =>
    Edge.connect({
      ...parseAddress(values.address),
      meta: values.name,
      logger: WARNINGS,
    }));
  console.log(
    `> edge ${edge.edgeId} lends ${values.target} as ${values.name}`,
  );
  for await (const stream of edge.streams()) void serve(stream);
}

if (import.meta.main) Deno.exit(await runProgram(USAGE, FLAGS, run));
