/**
 * Carries RTMP connections to the service: `deno task examples rtmp_edge`.
 *
 * @module
 */

import { Edge } from "@frontier/client";
import { errorText } from "../error_text.ts";
import { checkNetwork, parseAddress, runProgram } from "../flags.ts";
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
  await using edge = await connect(values);
  using listener = listen(where);
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

async function connect({ name, address }: Values): Promise<Edge> {
  try {
    return await Edge.connect({
      ...parseAddress(address),
      meta: name,
      // A camera rather hears at once that the gateway is away.
      failFast: true,
    });
  } catch (error) {
    throw new Error(`new edge err: ${errorText(error)}`);
  }
}

function listen(where: { hostname: string; port: number }): Deno.TcpListener {
  try {
    return Deno.listen(where);
  } catch (error) {
    throw new Error(
      `listen err: ${where.hostname}:${where.port}: ${errorText(error)}`,
    );
  }
}

if (import.meta.main) Deno.exit(await runProgram(USAGE, FLAGS, run));
