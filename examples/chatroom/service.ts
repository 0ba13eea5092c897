/**
 * The chatroom's service as a program:
 * `deno run --allow-net examples/chatroom/service.ts`.
 *
 * @module
 */

import { parseAddress, runProgram } from "../flags.ts";
import { Chatroom } from "./chatroom.ts";

const USAGE = `A chatroom: everybody hears what everybody else says.

Usage: deno run --allow-net examples/chatroom/service.ts [flags]`;

const FLAGS = {
  network: { help: "network of the gateway; only tcp", value: "tcp" },
  address: {
    help: "where the gateway listens for services",
    value: "127.0.0.1:30011",
  },
};

async function run({ network, address }: Record<keyof typeof FLAGS, string>) {
  if (network !== "tcp") {
    throw new Error(`Cannot use network ${network}: need tcp`);
  }
  await using room = await Chatroom.open(parseAddress(address));
  await room.run();
}

if (import.meta.main) Deno.exit(await runProgram(USAGE, FLAGS, run));
