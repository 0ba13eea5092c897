/**
 * Joins wg-edges with the same pair id: `deno task examples wg-router`.
 *
 * @module
 */

import { Service } from "@frontier/client";
import { explained } from "../error_text.ts";
import {
  checkNetwork,
  parseAddress,
  parseCount,
  parseDuration,
  runProgram,
} from "../flags.ts";
import { logConnection, WARNINGS } from "../user_log.ts";
import { stderrLog, untilSignal } from "./log.ts";
import { Pairing } from "./pairing.ts";

const USAGE = `Joins the streams of wg-edges that have the same pair id.

Usage: deno task examples wg-router [flags]`;

const FLAGS = {
  "frontier-addr": {
    help: "where the gateway listens for services",
    value: "127.0.0.1:30011",
  },
  "frontier-network": {
    help: "network of the gateway; only tcp",
    value: "tcp",
  },
  "service-name": { help: "name that edges open streams to", value: "wg" },
  "pair-timeout": {
    help: "how long a stream waits for its partner",
    value: "60s",
  },
  "max-pair-id-len": { help: "longest pair id in bytes", value: "256" },
};

async function run(values: Record<keyof typeof FLAGS, string>): Promise<void> {
  checkNetwork(values["frontier-network"]);
  const name = values["service-name"];
  const log = stderrLog("wg-router");
  const maxPairIdLength = parseCount(
    "max-pair-id-len",
    values["max-pair-id-len"],
  );
  const pairing = new Pairing({
    pairTimeoutMs: parseDuration(values["pair-timeout"]),
    maxPairIdLength,
    log,
  });
  await using service = await explained("new service", () =>
    Service.connect({
      ...parseAddress(values["frontier-addr"]),
      name,
      logger: WARNINGS,
    }));
  void logConnection(service);
  log(`registered service ${JSON.stringify(name)}, accepting streams`);
  void (async () => {
    for await (const stream of service.streams()) void pairing.serve(stream);
  })();
  await untilSignal(log);
}

if (import.meta.main) Deno.exit(await runProgram(USAGE, FLAGS, run));
