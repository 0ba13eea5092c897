/**
 * A service pulls a file from an edge over a stream:
 * `deno task examples file_transfer`.
 *
 * @module
 */

import { type EdgeOptions, FrontierError, Service } from "@frontier/client";
import { startFrontier } from "@frontier/server";
import { explained } from "../error_text.ts";
import { FlagError, parseAddress, runProgram } from "../flags.ts";
import { STOP_SIGNALS } from "../stop_signals.ts";
import { logConnection, WARNINGS } from "../user_log.ts";
import { createFile, FileEdge, OFFER } from "./file_edge.ts";
import { progressBar } from "./progress_bar.ts";
import { pullFile } from "./pull.ts";

const USAGE =
  `A service pulls a file from an edge over a stream and verifies it.

Usage: deno task examples file_transfer [flags]

Without addresses a gateway is started for it. With --role edge or --role
service this is one of the two ends, at a gateway that runs elsewhere.`;

const FLAGS = {
  role: { help: "all, edge or service", value: "all" },
  file: { help: "file to offer; made when not given", value: "" },
  size: {
    help: "bytes of the file to make; k, M and G multiply",
    value: "100M",
  },
  output: { help: "where the file goes; removed when not given", value: "" },
  "edge-id": {
    help: "edge to pull from; the next that connects when not given",
    value: "",
  },
  "edge-address": { help: "where the gateway listens for edges", value: "" },
  "service-address": {
    help: "where the gateway listens for services",
    value: "",
  },
};

/** Exit code after Ctrl-C, as shells have it. */
const INTERRUPTED = 130;

type Values = Record<keyof typeof FLAGS, string>;

const UNITS: Readonly<Record<string, number>> = {
  "": 1,
  k: 1_000,
  M: 1_000_000,
  G: 1_000_000_000,
};

function parseSize(text: string): number {
  const [, digits, unit = ""] = /^(\d+)([kMG]?)$/.exec(text) ?? [];
  if (digits === undefined) {
    throw new FlagError(`Cannot use ${text} as a size: such as 100M`);
  }
  return Number(digits) * UNITS[unit]!;
}

async function run(values: Values): Promise<void> {
  if (!/^\d*$/.test(values["edge-id"])) {
    throw new FlagError(
      `Cannot use ${values["edge-id"]} as an edge: need its id`,
    );
  }
  const folder = await Deno.makeTempDir({ prefix: "file_transfer_" });
  // Nor does a Ctrl-C leave a file of 100 MB behind.
  for (const signal of STOP_SIGNALS) {
    Deno.addSignalListener(signal, () => {
      Deno.removeSync(folder, { recursive: true });
      Deno.exit(INTERRUPTED);
    });
  }
  try {
    switch (values.role) {
      case "all":
        return await runAll(values, folder);
      case "edge":
        return await runEdge(values, folder);
      case "service":
        return await runService(values, folder);
      default:
        throw new FlagError(
          `Cannot play ${values.role}: need all, edge or service`,
        );
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function runAll(values: Values, folder: string): Promise<void> {
  const hostname = "127.0.0.1";
  await using gateway = await startFrontier({
    edgebound: { hostname, port: 0 },
    servicebound: { hostname, port: 0 },
  });
  const offered = await offeredFile(values, folder);
  await using edge = await offer(offered, {
    hostname,
    port: gateway.edgeAddr.port,
  });
  void edge.run();
  await using service = await Service.connect({
    hostname,
    port: gateway.serviceAddr.port,
  });
  await pull(service, edge.edge.edgeId, values, folder);
}

function offer(path: string, options: EdgeOptions): Promise<FileEdge> {
  return explained(
    `Cannot offer ${path}`,
    () => FileEdge.offer(path, options),
  );
}

async function runEdge(values: Values, folder: string): Promise<void> {
  const offered = await offeredFile(values, folder);
  const address = parseAddress(values["edge-address"] || "127.0.0.1:30012");
  await using edge = await offer(offered, { ...address, logger: WARNINGS });
  void logConnection(edge.edge);
  console.log(`offering ${offered} as edge ${edge.edge.edgeId}`);
  await edge.run();
}

async function runService(values: Values, folder: string): Promise<void> {
  const address = parseAddress(
    values["service-address"] || "127.0.0.1:30011",
  );
  await using service = await Service.connect({
    ...address,
    logger: WARNINGS,
  });
  void logConnection(service);
  if (values["edge-id"] !== "") {
    await pull(service, BigInt(values["edge-id"]), values, folder);
    return;
  }
  const found = Promise.withResolvers<bigint>();
  await service.registerEdgeOnline(({ edgeId, meta }) => {
    if (new TextDecoder().decode(meta) === OFFER) found.resolve(edgeId);
  });
  console.log("waiting for an edge");
  const edgeId = await found.promise;
  await admitted(service, edgeId);
  await pull(service, edgeId, values, folder);
}

/** Waits until an edge, of whose coming we have just heard, can be called. */
async function admitted(service: Service, edgeId: bigint): Promise<void> {
  for (let left = 100;; left--) {
    try {
      await service.call(edgeId, "file_info");
      return;
    } catch (error) {
      if (left === 0 || !FrontierError.from(error).retryable) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

/** The file to offer, made when none is given. */
async function offeredFile(values: Values, folder: string): Promise<string> {
  if (values.file !== "") return values.file;
  const path = `${folder}/offered.bin`;
  const size = parseSize(values.size);
  console.log(`making a file of ${size} bytes`);
  await createFile(path, size);
  return path;
}

async function pull(
  service: Service,
  edgeId: bigint,
  values: Values,
  folder: string,
): Promise<void> {
  const path = values.output || `${folder}/pulled.bin`;
  const encoder = new TextEncoder();
  const onProgress = progressBar(
    (text) => Deno.stdout.writeSync(encoder.encode(text)),
    Deno.stdout.isTerminal(),
  );
  const { name, size, sha256 } = await explained(
    `Cannot pull from edge ${edgeId}`,
    () => pullFile(service, edgeId, path, onProgress),
  );
  console.log(`${name}: ${size} bytes, SHA-256 ${sha256} verified`);
}

if (import.meta.main) Deno.exit(await runProgram(USAGE, FLAGS, run));
