/**
 * What the forwarder is asked for.
 *
 * @module
 */

import type { LogFormat, LogLevel } from "@frontier/platform/log";
import { UsageError } from "@frontier/platform/process";
import type { TargetOptions } from "../forwarding/connect_target.ts";
import {
  choose,
  LOG_FORMATS,
  LOG_LEVELS,
  MAX_SECONDS,
  whole,
} from "../program/choose.ts";
import {
  dialOptions,
  type GatewayUrl,
  parseGateway,
  type TlsFiles,
} from "../program/gateways.ts";
import { type ForwardArguments, SERVICE_PORT } from "./flags.ts";

/** What to do with a target, or with the agent itself. */
export type ForwardTask =
  | {
    readonly kind: "listen";
    readonly hostname: string;
    readonly port: number;
  }
  | { readonly kind: "stdio" }
  | { readonly kind: "call"; readonly method: string; readonly data: string };

/** What the forwarder is asked for. */
export interface ForwardOptions extends TargetOptions {
  /** Where the agent may be. */
  readonly gateways: readonly GatewayUrl[];
  /** Files for those over TLS. */
  readonly tls: TlsFiles;
  /** Name of the service. */
  readonly name: string;
  /** Milliseconds the agent may take. */
  readonly timeoutMs: number;
  /** What to do. */
  readonly task: ForwardTask;
  /** What is logged; by the task where nobody says it. */
  readonly logLevel: LogLevel | undefined;
  /** How it is logged. */
  readonly logFormat: LogFormat;
}

/**
 * Reads what command line and environment ask for.
 *
 * @param args Both of them, read.
 * @returns The options.
 * @throws {UsageError} If something is missing or cannot be read.
 */
export function optionsOf(args: ForwardArguments): ForwardOptions {
  try {
    const gateways = gatewaysOf(args.gateway);
    const task = taskOf(args);
    const { ca, cert, key, serverName } = args;
    const tls = { ca, cert, key, serverName };
    if ((cert === undefined) !== (key === undefined)) {
      throw new TypeError("Cannot use --cert without --key, or --key alone");
    }
    dialOptions(gateways, tls);
    return {
      gateways,
      tls,
      name: args.name ?? "forward",
      edgeId: edgeOf(args.edge),
      target: targetOf(args.target, task),
      timeoutMs: whole("--timeout", args.timeout, 15, 1, MAX_SECONDS) *
        1_000,
      task,
      logLevel: choose("--loglevel", args.logLevel, LOG_LEVELS),
      logFormat: choose("--log-format", args.logFormat, LOG_FORMATS) ?? "text",
    };
  } catch (error) {
    if (
      error instanceof SyntaxError || error instanceof RangeError ||
      error instanceof TypeError
    ) throw new UsageError(error.message);
    throw error;
  }
}

function gatewaysOf(texts: readonly string[]): GatewayUrl[] {
  if (texts.length === 0) {
    throw new TypeError("Cannot connect: no --gateway is named");
  }
  return texts.map((text) =>
    parseGateway(text.includes("://") ? text : `tcp://${text}`, SERVICE_PORT)
  );
}

function edgeOf(text: string | undefined): bigint {
  if (text === undefined) {
    throw new TypeError("Cannot tell which agent: no --edge is named");
  }
  const id = /^[1-9]\d{0,19}$/.test(text) ? BigInt(text) : 0n;
  if (id > 0n && id < 1n << 64n) return id;
  throw new SyntaxError(
    `Cannot use "${text}" for --edge: need the id of an edge, a number from 1 to 18446744073709551615`,
  );
}

function targetOf(text: string | undefined, task: ForwardTask): string {
  if (task.kind === "call") {
    if (text === undefined) return "";
    throw new TypeError(
      `Cannot use --target "${text}" with --call: the agent itself is called, name a command for exec with --data`,
    );
  }
  if (text !== undefined) return text;
  throw new TypeError("Cannot tell where to lead to: no --target is named");
}

function taskOf(
  { listen, stdio, call, data }: ForwardArguments,
): ForwardTask {
  const tasks: ForwardTask[] = [];
  if (listen !== undefined) {
    tasks.push({ kind: "listen", ...listenOn(listen) });
  }
  if (stdio) tasks.push({ kind: "stdio" });
  if (call !== undefined) {
    tasks.push({ kind: "call", method: call, data: data ?? "" });
  }
  if (data !== undefined && call === undefined) {
    throw new TypeError(`Cannot use --data "${data}" without --call`);
  }
  const [task] = tasks;
  if (task !== undefined && tasks.length === 1) return task;
  throw new TypeError(
    `Cannot tell what to do: give ${
      task === undefined ? "" : "just "
    }one of --listen, --stdio and --call`,
  );
}

/** An address of this machine; port 0 lets the system choose. */
function listenOn(text: string): { hostname: string; port: number } {
  const match = /^(?:\[([\da-fA-F:.]+)\]|([^\s:[\]/]+)):(\d{1,5})$/.exec(text);
  const port = Number(match?.[3]);
  if (match !== null && port <= 65_535) {
    return { hostname: match[1] ?? match[2]!, port };
  }
  throw new SyntaxError(
    `Cannot listen on "${text}": need an address and a port, 127.0.0.1:2222 for example`,
  );
}
