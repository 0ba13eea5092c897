/**
 * The chatroom's service as a program:
 * `deno task examples chatroom_service`.
 *
 * @module
 */

import { errorText } from "../error_text.ts";
import { checkNetwork, parseAddress, runProgram } from "../flags.ts";
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
  await using room = await open(address);
  await room.run();
}

async function open(address: string): Promise<Chatroom> {
  try {
    return await Chatroom.open(parseAddress(address));
  } catch (error) {
    throw new Error(`new service err: ${errorText(error)}`);
  }
}

if (import.meta.main) Deno.exit(await runProgram(USAGE, FLAGS, run));
