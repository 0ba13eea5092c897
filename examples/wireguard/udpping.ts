/**
 * Sends datagrams or returns them: `deno task examples udpping`.
 *
 * @module
 */

import {
  FlagError,
  parseAddress,
  parseDuration,
  runProgram,
} from "../flags.ts";
import { stderrLog, untilSignal } from "./log.ts";
import { findPeer, Udp } from "./udp.ts";

const USAGE =
  `Sends a datagram each interval and shows the replies, or returns what arrives.

Usage: deno task examples udpping --mode send|echo [flags]`;

const FLAGS = {
  mode: { help: "send or echo", value: "send" },
  listen: { help: "local UDP address", value: "127.0.0.1:7000" },
  target: {
    help: "where to send; with echo, where the first datagram goes",
    value: "127.0.0.1:51820",
  },
  interval: { help: "time between two datagrams", value: "1s" },
  payload: { help: "what to send", value: "ping" },
};

async function run(values: Record<keyof typeof FLAGS, string>): Promise<void> {
  const { mode } = values;
  if (mode !== "send" && mode !== "echo") {
    throw new FlagError(`Cannot use mode ${mode}: need send or echo`);
  }
  const where = parseAddress(values.listen);
  const target = await findPeer(values.target, where);
  const intervalMs = parseDuration(values.interval);
  const log = stderrLog(`udpping ${mode}`);
  const decoder = new TextDecoder();
  const encoder = new TextEncoder();
  using socket = await Udp.listen(where, (data, from) => {
    log(
      `recv ${data.length} bytes from ${from.hostname}:${from.port}: ${
        JSON.stringify(decoder.decode(data))
      }`,
    );
    if (mode === "echo") socket.send(data, from);
  });
  log(`listening on ${socket.address}, target ${values.target}`);
  let count = 0;
  const timer = mode === "send"
    ? setInterval(
      () =>
        socket.send(encoder.encode(`${values.payload} #${++count}`), target),
      intervalMs,
    )
    : undefined;
  // The other side learns from it where to reply.
  if (mode === "echo") socket.send(encoder.encode("seed"), target);
  await untilSignal(log);
  clearInterval(timer);
}

if (import.meta.main) Deno.exit(await runProgram(USAGE, FLAGS, run));
