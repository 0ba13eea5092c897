/**
 * A chatroom's user as a program; each line typed is said:
 * `deno task examples chatroom_client --name alice`.
 *
 * @module
 */

import { errorText, explained } from "../error_text.ts";
import { checkNetwork, parseAddress, runProgram } from "../flags.ts";
import { printable } from "../printable.ts";
import { WARNINGS } from "../user_log.ts";
import { User } from "./user.ts";

const USAGE = `A user of the chatroom: says each line of the input.

Usage: deno task examples chatroom_client [flags]`;

const FLAGS = {
  network: { help: "network of the gateway; only tcp", value: "tcp" },
  address: {
    help: "where the gateway listens for edges",
    value: "127.0.0.1:30012",
  },
  name: { help: "your name", value: "alice" },
};

const PROMPT = ">>> ";
/** Clears the line and returns to its start. */
const CLEAR_LINE = "\x1b[2K\r";
const encoder = new TextEncoder();

function write(text: string): void {
  Deno.stdout.writeSync(encoder.encode(text));
}

async function run(
  { network, address, name }: Record<keyof typeof FLAGS, string>,
) {
  checkNetwork(network);
  // Whoever loses the connection leaves.
  await using user = await explained(
    "new edge err",
    () =>
      User.enter(name, {
        ...parseAddress(address),
        reconnect: false,
        logger: WARNINGS,
      }),
  );
  write(PROMPT);
  // Whichever ends first: the input, or the connection.
  const ended = await Promise.race([type(user), listen(user)]);
  write(`${CLEAR_LINE}> ${ended}\n`);
}

async function type(user: User): Promise<string> {
  const input = Deno.stdin.readable.pipeThrough(new TextDecoderStream());
  let rest = "";
  for await (const text of input) {
    const lines = text.split("\n");
    // Joined last: a line without end is not searched again with each piece.
    lines[0] = rest + lines[0];
    rest = lines.pop()!;
    for (const line of lines) await say(user, line);
  }
  if (rest !== "") await say(user, rest);
  return "left";
}

async function say(user: User, line: string): Promise<void> {
  try {
    await user.say(line.replace(/\r$/, ""));
  } catch (error) {
    write(`publish err: ${errorText(error)}\n`);
  }
  write(PROMPT);
}

async function listen(user: User): Promise<string> {
  for await (const { User: name, Msg: text } of user.hear()) {
    const line = printable(`[${name.padStart(10)}]: ${text}`);
    write(`${CLEAR_LINE}${line}\n${PROMPT}`);
  }
  return "connection lost";
}

if (import.meta.main) Deno.exit(await runProgram(USAGE, FLAGS, run));
