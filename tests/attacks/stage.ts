/** One attack from beginning to end. */

import { AskedProcess } from "../support/asked_process.ts";
import { Control } from "../support/control.ts";
import {
  GatewayProcess,
  type ProcessFigures,
} from "../support/gateway_process.ts";
import { Attacker, type AttackReport } from "./attacker.ts";
import { ATTACKS } from "./attacks.ts";
import { type Report, Victims } from "./victims.ts";

const MIB = 1_048_576;
/** The budget of the gateway under attack. */
export const MAX_MEMORY = 256 * MIB;
/** What the runtime, the code and its buffers may take beside the budget. */
export const BESIDE = 250_000_000;
/** What a victim may wait longer than an idle process, in milliseconds. */
export const MOST_WAIT_MS = 2_000;
/** Milliseconds of attack; mostly enough for whatever fills up to be full. */
const ATTACK_MS = 2_500;
const TARGETS = new URL("./targets.ts", import.meta.url);

/** What an attack came to. */
export interface Outcome {
  /** How the victims fared. */
  readonly victims: Report;
  /** What the attackers did. */
  readonly attackers: AttackReport;
  /** The longest wait of an idle process in the same time. */
  readonly controlMs: number;
  /** Most bytes that the gateway counted. */
  readonly ledger: number;
  /** What the gateway took, after a collection of garbage, while the attackers are still there. */
  readonly process: ProcessFigures;
  /** What it had to say: the last warning of each sort. */
  readonly log: readonly string[];
}

/**
 * Lets attackers loose on a gateway with victims at work.
 *
 * @param name The attack.
 * @param connections How many connections the attackers have.
 * @param attackMs How long they have, in milliseconds.
 * @returns What it came to.
 */
export async function stage(
  name: string,
  connections: number,
  attackMs?: number,
): Promise<Outcome> {
  const attack = ATTACKS[name]!;
  const { targets, work, control: withControl } = attack;
  await using gateway = await GatewayProcess.start({
    limits: { max_memory: MAX_MEMORY },
    withControl,
  });
  const { edge, service, control: controlPort } = gateway.ports;
  const ports = [edge, service, controlPort ?? 0] as const;
  const starting = Attacker.start(ports, name, connections);
  await using _targets = await AskedProcess.start(TARGETS, [
    `${service}`,
    ...targets,
  ]);
  await using victims = await Victims.start(edge, work);
  await using attacker = await starting;
  await victims.forget();
  // The inspector looks for the ledger once: not under attack.
  await gateway.ledger();
  using control = new Control();
  await attacker.begin();
  let ledger = 0;
  const ms = attackMs ?? attack.ms ?? ATTACK_MS;
  const end = performance.now() + ms;
  while (performance.now() < end) {
    await new Promise((resolve) => setTimeout(resolve, 200));
    ledger = Math.max(ledger, await gateway.ledger());
  }
  const report = await victims.report();
  const controlMs = Math.round(control.worstMs);
  const figures = await gateway.figures();
  const attackers = await attacker.report();
  return {
    victims: report,
    attackers,
    controlMs,
    ledger,
    process: figures,
    log: distinct(gateway.log),
  };
}

/** One line of each sort; numbers make no difference. */
function distinct(lines: readonly string[]): string[] {
  const sorts = new Map<string, string>();
  for (const line of lines) sorts.set(line.replaceAll(/\d+/g, ""), line);
  return [...sorts.values()];
}

/**
 * @param outcome What an attack came to.
 * @returns What must not have happened; empty when all is well.
 */
export function harm(outcome: Outcome): string[] {
  const { victims, controlMs, ledger, process, attackers } = outcome;
  const found: string[] = [...attackers.errors];
  if (attackers.dialed === 0) found.push("the attackers did nothing");
  for (const [work, { done, failed, worstMs }] of Object.entries(victims)) {
    for (const [error, count] of Object.entries(failed)) {
      found.push(`${work}: ${count} times ${error}`);
    }
    if (worstMs > controlMs + MOST_WAIT_MS) {
      found.push(
        `${work}: took ${worstMs} ms, an idle process waited ${controlMs} ms`,
      );
    }
    if (done === 0) found.push(`${work}: never done`);
  }
  if (ledger > MAX_MEMORY) found.push(`the ledger counts ${ledger} bytes`);
  const { rssBytes } = process;
  if (rssBytes > MAX_MEMORY + BESIDE) {
    found.push(`${Math.round(rssBytes / 1e6)} MB are resident`);
  }
  return found;
}
