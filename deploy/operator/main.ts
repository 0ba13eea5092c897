/**
 * The operator as a program: `deno run deploy/operator/main.ts --help`.
 *
 * @module
 */

import { CrashGuard, StopSignals, UsageError } from "@frontier/platform/cli";
import { describeError, FRONTIER_VERSION } from "@frontier/platform/internal";
import { NO_LOG_FILE, openLog } from "@frontier/platform/log";
import { inCluster } from "./kube/credentials.ts";
import { runOperator } from "./operator.ts";
import { HELP, LEASE, type OperatorOptions, readOptions } from "./options.ts";

const NAME = "frontier-operator";

function environment(name: string): string | undefined {
  const { state } = Deno.permissions.querySync({ name: "env", variable: name });
  return state === "granted" ? Deno.env.get(name) : undefined;
}

async function namespaceOf(options: OperatorOptions): Promise<string> {
  if (options.leaseNamespace !== undefined) return options.leaseNamespace;
  try {
    return (await Deno.readTextFile(`${options.credentials}/namespace`)).trim();
  } catch (error) {
    throw new Error(
      `Cannot tell the namespace of the Lease: ${
        describeError(error)
      }, set --lease-namespace`,
      { cause: error },
    );
  }
}

/**
 * The command line of the operator.
 *
 * @param args The arguments, without the program's name.
 * @returns The exit status.
 */
export async function main(args: readonly string[]): Promise<number> {
  let options: OperatorOptions;
  try {
    options = readOptions(args);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    console.error(`${NAME}: ${error.message}; see --help`);
    return 2;
  }
  if (options.help || options.version) {
    console.log(options.help ? HELP.trimEnd() : `${NAME} ${FRONTIER_VERSION}`);
    return 0;
  }
  await using log = await openLog({
    level: options.logLevel,
    format: options.logFormat,
    output: "stdout",
    file: NO_LOG_FILE,
  });
  using _guard = new CrashGuard(log, "the operator");
  using signals = new StopSignals(() => Deno.exit(1));
  const stopping = new AbortController();
  signals.first.then((signal) => {
    log.info("Stopping", { signal });
    stopping.abort();
  });
  try {
    const credentials = await inCluster(options.credentials, environment);
    const identity = environment("POD_NAME") ||
      `${NAME}-${crypto.randomUUID().slice(0, 8)}`;
    const lease = options.leaderElection
      ? { namespace: await namespaceOf(options), name: LEASE, identity }
      : undefined;
    log.info("The operator starts", {
      version: FRONTIER_VERSION,
      server: credentials.server,
    });
    await runOperator(
      { credentials, addr: options.addr, lease, log },
      stopping.signal,
    );
  } catch (error) {
    await log.flush();
    console.error(`${NAME}: ${describeError(error)}`);
    return 1;
  }
  log.info("Stopped");
  return 0;
}

if (import.meta.main) Deno.exit(await main(Deno.args));
