/**
 * Carries RTMP connections to the service: `deno task examples rtmp_edge`.
 *
 * @module
 */

import { Edge } from "@frontier/client";
import { errorText, explained } from "../error_text.ts";
import { checkNetwork, parseAddress, runProgram } from "../flags.ts";
import { logConnection, WARNINGS } from "../user_log.ts";
import { join } from "../join.ts";

const USAGE =
  `Takes RTMP connections and carries each over a stream to the service rtmp.

Usage: deno task examples rtmp_edge [flags]`;

const FLAGS = {
  network: { help: "network of the gateway; only tcp", value: "tcp" },
  address: {
    help: "where the gateway listens for edges",
    value: "127.0.0.1:30012",
  },
  name: { help: "what services learn about this edge", value: "alice" },
  listen: {
    help: "where cameras and players connect",
    value: "127.0.0.1:1935",
  },
};

type Values = Record<keyof typeof FLAGS, string>;

/** The service that streams are opened to. */
const SERVICE = "rtmp";

async function run(values: Values): Promise<void> {
  checkNetwork(values.network);
  const where = parseAddress(values.listen);
  await using edge = await explained("new edge err", () =>
    Edge.connect({
      ...parseAddress(values.address),
      meta: values.name,
      // A camera rather hears at once that the gateway is away.
      failFast: true,
      logger: WARNINGS,
    }));
  using listener = await explained(
    `listen err: ${values.listen}`,
    () => Deno.listen(where),
  );
  void logConnection(edge);
  console.log(`> listening on ${where.hostname}:${listener.addr.port}`);
  for await (const conn of listener) void carry(edge, conn);
}

async function carry(edge: Edge, conn: Deno.TcpConn): Promise<void> {
  try {
    conn.setNoDelay(true);
    await join(await edge.openStream(SERVICE), conn);
  } catch (error) {
    console.log(`open stream err: ${errorText(error)}`);
    conn.close();
  }
}

if (import.meta.main) Deno.exit(await runProgram(USAGE, FLAGS, run));
