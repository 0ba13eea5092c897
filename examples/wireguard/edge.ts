/**
 * Carries a local WireGuard peer's datagrams: `deno task examples wg-edge`.
 *
 * @module
 */

import { Edge } from "@frontier/client";
import { explained } from "../error_text.ts";
import { checkNetwork, FlagError, parseAddress, runProgram } from "../flags.ts";
import { WARNINGS } from "../user_log.ts";
import { encodeFrame } from "./frame.ts";
import { stderrLog, untilSignal } from "./log.ts";
import { Tunnel } from "./tunnel.ts";
import { findPeer, Udp } from "./udp.ts";

const USAGE =
  `Carries the datagrams of a local WireGuard peer to the one with the same pair id.

Usage: deno task examples wg-edge [flags]`;

const FLAGS = {
  "frontier-addr": {
    help: "where the gateway listens for edges",
    value: "127.0.0.1:30012",
  },
  "frontier-network": {
    help: "network of the gateway; only tcp",
    value: "tcp",
  },
  listen: {
    help: "UDP address the local peer sends to",
    value: "127.0.0.1:51820",
  },
  "pair-id": { help: "what both sides agree on", value: "hello" },
  "service-name": { help: "name of the router", value: "wg" },
  name: { help: "what logs call it", value: "edge" },
  peer: {
    help: "UDP address of the local peer, until it has sent something",
    value: "",
  },
};

type Values = Record<keyof typeof FLAGS, string>;

async function run(values: Values): Promise<void> {
  checkNetwork(values["frontier-network"]);
  const log = stderrLog(`wg-edge ${values.name}`);
  const where = parseAddress(values.listen);
  const peer = values.peer === ""
    ? undefined
    : await findPeer(values.peer, where);
  checkPairId(values["pair-id"]);
  await using edge = await explained("new edge", () =>
    Edge.connect({
      ...parseAddress(values["frontier-addr"]),
      meta: values.name,
      logger: WARNINGS,
    }));
  const tunnel = new Tunnel({
    edge,
    service: values["service-name"],
    pairId: values["pair-id"],
    ...(peer === undefined ? {} : { peer }),
    log,
  });
  using socket = await explained(
    "listen udp",
    () => Udp.listen(where, (data, from) => tunnel.take(data, from)),
  );
  log(`listening UDP on ${socket.address}`);
  const stop = new AbortController();
  const running = tunnel.run(socket, stop.signal);
  await untilSignal(log);
  stop.abort();
  await edge.close();
  await running;
}

/** It is the first datagram of each stream. */
function checkPairId(pairId: string): void {
  try {
    encodeFrame(new TextEncoder().encode(pairId));
  } catch {
    throw new FlagError("Cannot use --pair-id: need 1 to 65535 bytes");
  }
}

if (import.meta.main) Deno.exit(await runProgram(USAGE, FLAGS, run));
