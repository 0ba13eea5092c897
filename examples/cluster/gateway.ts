/**
 * A gateway that joins a cluster, for the demo: it says where it listens, and
 * ends when nobody holds its input open any more.
 *
 * @module
 */

import { startFrontier } from "@frontier/server";
import { type Flag, runProgram } from "../flags.ts";

const USAGE = `A gateway of the cluster that the demo starts.

Usage: gateway.ts --id <id> --frontlas <host:port>`;

const FLAGS: Record<"id" | "frontlas", Flag> = {
  id: { help: "its id within the cluster", value: "g0" },
  frontlas: { help: "where Frontlas waits for it", value: "127.0.0.1:40012" },
};

async function run(
  { id, frontlas }: Record<keyof typeof FLAGS, string>,
): Promise<void> {
  const listen = { hostname: "127.0.0.1", port: 0 };
  await using gateway = await startFrontier({
    frontierId: id,
    edgebound: listen,
    servicebound: listen,
    frontlas: { enable: true, dial: { addrs: [frontlas] } },
  });
  console.log(gateway.edgeAddr.port);
  for await (const _ of Deno.stdin.readable);
}

if (import.meta.main) Deno.exit(await runProgram(USAGE, FLAGS, run));
