/**
 * The agent as a program.
 *
 * @module
 */

import { repeatLog } from "@frontier/platform/internal";
import { type LogWriter, NO_LOG_FILE, openLog } from "@frontier/platform/log";
import {
  complain,
  CrashGuard,
  FAILED,
  OK,
  print,
  ReloadSignal,
  SIGNAL_STATUS,
  StopSignals,
  UsageError,
} from "@frontier/platform/process";
import { printAsked, runTool } from "../program/run_tool.ts";
import { environment, settle } from "../program/settle.ts";
import { Agent } from "./agent.ts";
import { type AgentArguments, FLAGS, PREFIX } from "./flags.ts";
import { HELP } from "./help.ts";
import {
  type AgentOptions,
  applyArguments,
  checkOptions,
  defaultOptions,
  settingsOf,
} from "./options.ts";
import { StandardInput } from "./standard_input.ts";
import { StatusFile } from "./status_file.ts";

const NAME = "frontier-agent";

/**
 * The agent's command line.
 *
 * @param args The arguments, without the program's name.
 * @returns The exit status: 0 when done or stopped by a signal, 1 when it cannot
 * start or has not published everything, 2 on wrong usage.
 */
export function main(args: readonly string[]): Promise<number> {
  return runTool(NAME, () => obey(args));
}

async function obey(args: readonly string[]): Promise<number> {
  const given = settle(FLAGS, args, PREFIX, environment);
  given.logLevel ??= environment("LOG_LEVEL") || undefined;
  given.logFormat ??= environment("LOG_FORMAT") || undefined;
  if (printAsked(NAME, HELP, given)) return OK;
  // From here on no SIGHUP ends it.
  using reload = new ReloadSignal();
  let options: AgentOptions;
  try {
    options = await optionsOf(given);
    if (given.check) {
      await checkFiles(options);
      print("ok\n");
      return OK;
    }
  } catch (error) {
    if (error instanceof UsageError) throw error;
    complain(NAME, (error as Error).message);
    return FAILED;
  }
  return await serve(given, options, reload);
}

/** Reads everything that says what to do. */
async function optionsOf(given: AgentArguments): Promise<AgentOptions> {
  const { config } = given;
  // Reading YAML takes memory that is not spent where there is no file.
  const file = config === undefined
    ? defaultOptions()
    : await (await import("./config_file.ts")).readConfigFile(config);
  const options = applyArguments(file, given);
  checkOptions(options);
  return options;
}

/** Whether files can be used that are not needed before a connection is made. */
async function checkFiles(
  { ca, cert, key, exec }: AgentOptions,
): Promise<void> {
  const { checkCommands } = await import("./command_check.ts");
  for (const unseen of await checkCommands(exec)) complain(NAME, unseen);
  if (ca === "" && cert === "") return;
  const { readTlsMaterial } = await import("../tls_material.ts");
  await readTlsMaterial({
    ...(ca !== "" && { caFile: ca }),
    ...(cert !== "" && { certFile: cert, keyFile: key }),
  });
}

async function serve(
  given: AgentArguments,
  options: AgentOptions,
  reload: ReloadSignal,
): Promise<number> {
  await using log = await openLog({
    level: options.logLevel,
    format: options.logFormat,
    // The standard output is not ours where lines are published in a pipe.
    output: "stderr",
    file: NO_LOG_FILE,
  });
  // What happens again and again is said once a minute: a device has a flash memory to spare.
  using reports = repeatLog(log);
  using _guard = new CrashGuard(reports, "the agent");
  let cut = () => {};
  using signals = new StopSignals((signal) => {
    // The system would end what is forwarded as if it were complete.
    cut();
    Deno.exit(SIGNAL_STATUS[signal] ?? FAILED);
  });
  let settings;
  try {
    settings = await settingsOf(options);
  } catch (error) {
    await log.flush();
    complain(NAME, (error as Error).message);
    return FAILED;
  }
  let changed = () => {};
  const agent = new Agent(settings, {
    logger: reports,
    onChange: () => changed(),
  });
  cut = () => agent.abort();
  const input = options.publish === ""
    ? undefined
    : new StandardInput(agent, options.publish, reports);
  const status = options.statusFile === "" ? undefined : new StatusFile(
    options.statusFile,
    () => ({ ...agent.info, ...input?.info }),
    log,
  );
  changed = () => status?.changed();
  changed();
  reload.obey(async () => {
    options = await readAnew(given, options, agent, log);
  });
  const running = agent.run();
  const nothingElse = () => options.forward.size + options.exec.size === 0;
  const ended = input?.run().then((complete) => {
    log.info("The input has ended", { ...input.info });
    if (nothingElse()) return complete ? OK : FAILED;
    return new Promise<never>(() => {});
  });
  const reason = await Promise.race([
    signals.first,
    ...(ended === undefined ? [] : [ended]),
  ]);
  if (typeof reason === "string") {
    log.info("Stopping: finishing what is under way", {
      signal: reason,
      seconds: options.stopSeconds,
    });
  }
  const timeoutMs = options.stopSeconds * 1_000;
  const complete = await input?.stop(timeoutMs) ?? true;
  await agent.close({ timeoutMs });
  await running;
  await status?.close();
  log.info("Stopped");
  return reason === FAILED || !complete ? FAILED : OK;
}

/** Reads the configuration anew; one that cannot be used changes nothing. */
async function readAnew(
  given: AgentArguments,
  before: AgentOptions,
  agent: Agent,
  log: LogWriter,
): Promise<AgentOptions> {
  try {
    const options = await optionsOf(given);
    agent.configure(await settingsOf(options));
    log.info("Configuration read anew", {
      targets: [...options.forward.keys()].join(" "),
      commands: [...options.exec.keys()].join(" "),
    });
    for (
      const key of ["publish", "statusFile", "logLevel", "logFormat"] as const
    ) {
      if (options[key] !== before[key]) {
        log.warn("A change of this takes a restart", { key });
      }
    }
    return options;
  } catch (error) {
    log.error("Configuration cannot be used, the old one stays", { error });
    return before;
  }
}
