/**
 * What victims notice of attacks: the stage of `tests/attacks`, measured. A process of its own, for it needs more permissions
 * than the benchmark: it gets one {@linkcode AttackOrder} as JSON in its first argument, and prints one {@linkcode Outcome}.
 *
 * @module
 */

import { harm, stage } from "../tests/attacks/stage.ts";
import type { AttackOrder } from "./attack_order.ts";
import type { Outcome } from "./load/driver.ts";

if (import.meta.main) {
  const order = JSON.parse(Deno.args[0]!) as AttackOrder;
  const outcome = await runAttack(order);
  console.log(JSON.stringify(outcome));
}

/** Operations of all victims together, and the slowest percentiles of any sort of work. */
async function runAttack(
  { attack, connections, plan }: AttackOrder,
): Promise<Outcome> {
  const outcome: Outcome = { windows: [], errors: 0, firstError: "" };
  const seconds = plan.warmup + plan.seconds;
  for (let i = 0; i < plan.repeat; i++) {
    const staged = await stage(attack, connections, seconds * 1000);
    const works = Object.values(staged.victims);
    const { rssBytes, peakBytes, cpuSeconds } = staged.process;
    outcome.windows.push({
      seconds,
      ops: works.reduce((sum, { done }) => sum + done, 0),
      bytes: 0,
      p50Us: Math.max(...works.map(({ p50Ms }) => p50Ms)) * 1000,
      p99Us: Math.max(...works.map(({ p99Ms }) => p99Ms)) * 1000,
      otherCpuSeconds: 0,
      used: { gateway: { cpuSeconds, rssBytes, peakBytes } },
    });
    const found = harm(staged);
    outcome.errors += found.length;
    if (outcome.firstError === "") outcome.firstError = found[0] ?? "";
  }
  return outcome;
}
