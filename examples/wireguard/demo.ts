/**
 * WireGuard between two hosts that only a gateway joins: `deno task examples wireguard_demo`.
 *
 * @module
 */

import { runArguments } from "../programs.ts";
import { checkNetwork, runProgram } from "../flags.ts";
import { STOP_SIGNALS } from "../stop_signals.ts";
import { Processes } from "./demo/processes.ts";
import { startWireguard, whatIsMissing } from "./demo/real_demo.ts";
import { readSettings, type Settings } from "./demo/settings.ts";
import { startUdpping } from "./demo/udpping_demo.ts";

const USAGE =
  `WireGuard between two network namespaces that only a gateway joins; as root
on Linux. Elsewhere, or with --udpping, datagrams that come back.

Usage: deno task examples wireguard_demo [flags]

Environment: FRONTIER_BIN, FRONTIER_CFG, FRONTIER_NET, FRONTIER_SERVICE_ADDR,
FRONTIER_EDGE_ADDR, LOG_DIR, WIREGUARD_GO`;

const FLAGS = {
  hold: {
    help: "go on after the verification, until Ctrl-C",
    value: "false",
    boolean: true,
  },
  detach: {
    help: "run in the background; as with --hold",
    value: "false",
    boolean: true,
  },
  udpping: { help: "without WireGuard", value: "false", boolean: true },
};

type Values = Record<keyof typeof FLAGS, string>;

async function run(values: Values): Promise<void> {
  const settings = await readSettings();
  checkNetwork(settings.network);
  const real = Deno.build.os === "linux" && values.udpping !== "true";
  const missing = real ? await whatIsMissing() : undefined;
  if (missing !== undefined) throw new Error(missing);
  if (values.detach === "true") return detach(values, settings);
  console.log(`logs: ${settings.logDir}`);
  console.log(
    real ? "mode: linux real WireGuard" : "mode: udpping",
  );

  const stopped = untilStopped();
  await using stack = new AsyncDisposableStack();
  const folder = await Deno.makeTempDir();
  stack.defer(() => Deno.remove(folder, { recursive: true }));
  const processes = new Processes(settings.logDir);
  try {
    const started = real
      ? startWireguard(processes, settings, folder, stack)
      : startUdpping(stack.use(processes), settings, folder);
    if (await Promise.race([started, stopped])) {
      // What is being started is ended when it is complete.
      await started.catch(() => {});
      return;
    }
    if (real && values.hold !== "true") return;
    if (real) console.log("holding demo open; press Ctrl-C to stop");
    await stopped;
  } finally {
    console.log("shutting down...");
  }
}

/** Waits until the user has enough. */
function untilStopped(): Promise<true> {
  return new Promise((resolve) => {
    for (const signal of STOP_SIGNALS) {
      Deno.addSignalListener(signal, () => resolve(true));
    }
  });
}

/** Starts itself again, in the background. */
function detach(values: Values, { logDir }: Settings): void {
  console.log("starting detached demo...");
  console.log(`logs: ${logDir}`);
  const args = runArguments("wireguard_demo", [
    "--hold",
    `--udpping=${values.udpping}`,
  ]);
  const child = new Deno.Command("sh", {
    // A shell gives it a file to print to.
    args: [
      "-c",
      'out=$1; shift; exec "$@" >"$out" 2>&1',
      "sh",
      `${logDir}/console.log`,
      Deno.execPath(),
      ...args,
    ],
    env: { LOG_DIR: logDir },
    detached: true,
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).spawn();
  child.unref();
  console.log(`pid: ${child.pid}`);
}

if (import.meta.main) Deno.exit(await runProgram(USAGE, FLAGS, run));
