/**
 * The chatroom's service as a program:
 * `deno task examples chatroom_service`.
 *
 * @module
 */

import { explained } from "../error_text.ts";
import { checkNetwork, parseAddress, runProgram } from "../flags.ts";
import { logConnection, WARNINGS } from "../user_log.ts";
import { Chatroom } from "./chatroom.ts";

const USAGE = `A chatroom: everybody hears what everybody else says.

Usage: deno task examples chatroom_service [flags]`;

const FLAGS = {
  network: { help: "network of the gateway; only tcp", value: "tcp" },
  address: {
    help: "where the gateway listens for services",
    value: "127.0.0.1:30011",
  },
};

async function run({ network, address }: Record<keyof typeof FLAGS, string>) {
  checkNetwork(network);
  await using room = await explained(
    "new service err",
    () => Chatroom.open({ ...parseAddress(address), logger: WARNINGS }),
  );
  void logConnection(room.service);
  await room.run();
}

if (import.meta.main) Deno.exit(await runProgram(USAGE, FLAGS, run));
