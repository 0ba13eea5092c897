/**
 * An RTMP server behind a gateway: `deno task examples rtmp_service`.
 *
 * @module
 */

import { Service } from "@frontier/client";
import { explained } from "../error_text.ts";
import { checkNetwork, parseAddress, runProgram } from "../flags.ts";
import { logConnection, WARNINGS } from "../user_log.ts";
import { StreamSocket } from "../stream_socket.ts";
import { MediaServer } from "./media_server.ts";

const USAGE = `An RTMP server: its connections are the streams of edges.

Usage: deno task examples rtmp_service [flags]`;

const FLAGS = {
  network: { help: "network of the gateway; only tcp", value: "tcp" },
  address: {
    help: "where the gateway listens for services",
    value: "127.0.0.1:30011",
  },
};

async function run({ network, address }: Record<keyof typeof FLAGS, string>) {
  checkNetwork(network);
  await using service = await explained(
    "new service err",
    () =>
      Service.connect({
        ...parseAddress(address),
        name: "rtmp",
        logger: WARNINGS,
      }),
  );
  void logConnection(service);
  console.log("> serving RTMP as the service rtmp");
  using server = new MediaServer(console.log);
  for await (const stream of service.streams()) {
    server.serve(new StreamSocket(stream));
  }
}

if (import.meta.main) Deno.exit(await runProgram(USAGE, FLAGS, run));
