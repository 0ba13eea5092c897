/**
 * One scenario from start to end: processes, load, figures.
 *
 * @module
 */

import type { AttackOrder } from "./attack_order.ts";
import type { Order, Outcome } from "./load/driver.ts";
import type { Plan } from "./load/measure.ts";
import type { Ports } from "./load/peers.ts";
import {
  attend,
  GatewayProcess,
  LineProcess,
  startDriver,
} from "./processes.ts";
import type { Scenario } from "./scenarios.ts";

/** Besides the scenario. */
export interface RunOptions {
  /** How long. */
  plan: Plan;
  /** Another gateway module than ours. */
  gateway?: string;
  /** Where to write a CPU profile of the gateway under load; none when absent. */
  profile?: string;
}

/**
 * Runs one scenario against a fresh gateway.
 *
 * @param scenario what to run.
 * @param options how.
 * @returns the outcome.
 */
export async function runScenario(
  scenario: Scenario,
  options: RunOptions,
): Promise<Outcome> {
  if (scenario.load.kind === "attack") {
    const order = { ...scenario.load.options, plan: options.plan };
    return await runAttack(order);
  }
  await using gateway = await GatewayProcess.start(
    serverOf(scenario) ?? options.gateway,
    {
      // What a connection costs is shown without help from flags.
      tuned: !scenario.load.kind.endsWith("idle"),
      mayRun: scenario.load.kind === "nats-rpc" || scenario.tls === true,
      args: argsOf(scenario),
    },
  );
  await using processes = new AsyncDisposableStack();
  const order: Order = {
    load: scenario.load,
    ports: scenario.tls
      ? await aroundTls(gateway.ports, processes)
      : gateway.ports,
    watch: { gateway: gateway.pid },
    plan: options.plan,
  };
  if (scenario.load.kind === "sdk-rpc" || scenario.load.kind === "sdk-stream") {
    const flags = ["--allow-net=127.0.0.1", "--allow-env", "--allow-read"];
    const service = processes.use(
      new LineProcess(flags, "sdk_service.ts", [String(gateway.ports.service)]),
    );
    await service.line();
    order.watch.service = service.pid;
  }
  const driver = processes.use(startDriver(order));
  const { profile } = options;
  const outcome = await attend(driver, gateway, async () => {
    if (profile !== undefined) await gateway.command("profile");
  });
  if (profile !== undefined) await gateway.command(`profile ${profile}`);
  return outcome;
}

/** Starts what puts TLS around the generator. */
async function aroundTls(
  { edge, service }: Ports,
  processes: AsyncDisposableStack,
): Promise<Ports> {
  const flags = ["--allow-run", "--allow-read"];
  const args = ["front", String(edge), String(service)];
  const front = processes.use(new LineProcess(flags, "tls_process.ts", args));
  return JSON.parse(await front.line()) as Ports;
}

/** Attacks have processes of their own, and a fresh gateway for each window. */
async function runAttack(order: AttackOrder): Promise<Outcome> {
  const args = [JSON.stringify(order)];
  await using driver = new LineProcess(["--allow-all"], "attack.ts", args);
  return JSON.parse(await driver.line()) as Outcome;
}

/** The module that is measured; `undefined` for a gateway. */
function serverOf({ load, tls }: Scenario): string | undefined {
  if (tls && load.kind.startsWith("bare-")) return "tls_process.ts";
  switch (load.kind) {
    case "bare-rpc":
    case "bare-stream":
      return "bare_relay.ts";
    case "bare-connect-close":
    case "bare-idle":
      return "bare_server.ts";
    case "nats-rpc":
      return "nats_server.ts";
  }
}

/** What the module that is measured is told. */
function argsOf({ load, tls }: Scenario): string[] {
  if (load.kind === "watched-rpc") return ["--watched"];
  if (!tls) return [];
  if (!load.kind.startsWith("bare-")) return ["--tls"];
  return [load.kind === "bare-connect-close" ? "answer" : "relay"];
}
