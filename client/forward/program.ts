/**
 * The forwarder as a program.
 *
 * @module
 */

import {
  type LogConfig,
  type LogLevel,
  NO_LOG_FILE,
  openLog,
} from "@frontier/platform/log";
import {
  complain,
  CrashGuard,
  FAILED,
  OK,
  print,
  SIGNAL_STATUS,
  StopSignals,
} from "@frontier/platform/process";
import { formatAddress } from "@frontier/platform";
import { repeatLog } from "@frontier/platform/internal";
import { callThrough } from "../forwarding/call_through.ts";
import { connectThrough } from "../forwarding/connect_target.ts";
import { ForwardListener } from "../forwarding/forward_listener.ts";
import { listenProblem } from "../forwarding/listener.ts";
import { relay } from "../forwarding/relay.ts";
import { printAsked, runTool } from "../program/run_tool.ts";
import { environment, settle } from "../program/settle.ts";
import type { Service } from "../service.ts";
import { FLAGS, PREFIX } from "./flags.ts";
import { HELP } from "./help.ts";
import { type ForwardOptions, type ForwardTask, optionsOf } from "./options.ts";
import {
  type ConnectParts,
  connectServices,
  keepServices,
} from "./services.ts";
import { HangUp } from "./hang_up.ts";
import { StdioConnection } from "./stdio.ts";

const NAME = "frontier-forward";

/**
 * The forwarder's command line.
 *
 * @param args The arguments, without the program's name.
 * @returns The exit status: 0 when done or stopped by a signal, 1 when the target
 * is not reached or was cut, 2 on wrong usage.
 */
export function main(args: readonly string[]): Promise<number> {
  return runTool(NAME, () => obey(args));
}

async function obey(args: readonly string[]): Promise<number> {
  const given = settle(FLAGS, args, PREFIX, environment);
  given.logLevel ??= environment("LOG_LEVEL") || undefined;
  given.logFormat ??= environment("LOG_FORMAT") || undefined;
  if (printAsked(NAME, HELP, given)) return OK;
  const options = optionsOf(given);
  await using log = await openLog(logConfig(options));
  // What happens again and again is said once a minute: a device has a flash memory to spare.
  using reports = repeatLog(log);
  using _guard = new CrashGuard(reports, "the forwarder");
  using signals = new StopSignals((signal) =>
    Deno.exit(SIGNAL_STATUS[signal] ?? FAILED)
  );
  const stop = new AbortController();
  const stopped = signals.first.then((signal) => {
    stop.abort();
    return signal;
  });
  try {
    const parts = { options, log: reports, signal: stop.signal };
    const { task } = options;
    return task.kind === "listen"
      ? await listen(parts, task, stopped)
      : await once(parts, task, stopped);
  } catch (error) {
    await log.flush();
    if (stop.signal.aborted) return OK;
    complain(NAME, (error as Error).message);
    return FAILED;
  }
}

/** Somebody waits for one answer: that a gateway is not there is one, too. */
async function once(
  parts: ConnectParts,
  task: Exclude<ForwardTask, { kind: "listen" }>,
  stopped: Promise<Deno.Signal>,
): Promise<number> {
  const { options } = parts;
  const services = await connectServices(parts);
  try {
    if (task.kind === "call") {
      print(`${await call(options, task, services)}\n`);
      return OK;
    }
    const remote = await connectThrough(services, options);
    using hangUp = new HangUp();
    const both = relay(new StdioConnection(), remote, { sent: 0, received: 0 });
    await Promise.race([both, stopped, hangUp.over]);
    return OK;
  } finally {
    await Promise.all(services.map((service) => service.close()));
  }
}

async function call(
  { edgeId, timeoutMs }: ForwardOptions,
  { method, data }: { method: string; data: string },
  services: readonly Service[],
): Promise<string> {
  const reply = await callThrough(
    services,
    (service) => service.call(edgeId, method, data, { timeoutMs }),
  );
  return reply.text();
}

async function listen(
  parts: ConnectParts,
  { hostname, port }: Extract<ForwardTask, { kind: "listen" }>,
  stopped: Promise<Deno.Signal>,
): Promise<number> {
  const { options, log } = parts;
  const services = keepServices(parts);
  let listener: ForwardListener;
  try {
    listener = await ForwardListener.listen(services, {
      ...options,
      hostname,
      port,
      logger: log,
    });
  } catch (error) {
    const address = formatAddress({ hostname, port });
    throw new Error(
      `Cannot listen on ${address}: ${listenProblem(error)}`,
      { cause: error },
    );
  }
  const { addr } = listener;
  log.info("Listening", {
    address: formatAddress(addr),
    edge: options.edgeId,
    target: options.target,
  });
  const signal = await stopped;
  log.info("Stopping", { signal, connections: listener.connections });
  await listener.close();
  await Promise.all(services.map((service) => service.close()));
  return OK;
}

function logConfig({ logFormat, ...options }: ForwardOptions): LogConfig {
  const quiet: LogLevel = options.task.kind === "listen" ? "info" : "warn";
  return {
    level: options.logLevel ?? quiet,
    format: logFormat,
    output: "stderr",
    file: NO_LOG_FILE,
  };
}
