/**
 * Runs one scenario with a CPU profile of the gateway and prints the functions that took most time.
 *
 * `deno run <the permissions of deno task bench> --allow-write bench/profile.ts rpc-10x64-both [--top N] [--out FILE]`. The
 * profile file can be loaded into the performance panel of a browser's developer tools.
 *
 * @module
 */

import { parseArgs } from "node:util";
import { type CpuProfile, selfTimes } from "./cpu_profile.ts";
import { cells, HEADINGS, report, table } from "./report.ts";
import { runScenario } from "./run_scenario.ts";
import { chooseScenarios } from "./scenarios.ts";

const { values, positionals } = parseArgs({
  args: Deno.args,
  allowPositionals: true,
  options: {
    top: { type: "string", default: "25" },
    out: { type: "string" },
    seconds: { type: "string", default: "4" },
    gateway: { type: "string" },
  },
});
// The last one: before it stand the yardsticks it is compared with.
const scenario = chooseScenarios([positionals[0] ?? "rpc-10x64-both"]).at(-1);
if (scenario === undefined) {
  throw new RangeError("Cannot profile without a scenario");
}
const out = values.out ?? await Deno.makeTempFile({ suffix: ".cpuprofile" });
const plan = { warmup: 2, seconds: Number(values.seconds), repeat: 1 };
const outcome = await runScenario(scenario, {
  plan,
  gateway: values.gateway,
  profile: out,
});
console.log(table([HEADINGS, cells(report(scenario, outcome))]));
if (outcome.errors > 0) {
  console.error(`${outcome.errors} errors, the first: ${outcome.firstError}`);
}
const profile = JSON.parse(await Deno.readTextFile(out)) as CpuProfile;
const root = new URL("..", import.meta.url).href;
const rows = selfTimes(profile, root).slice(0, Number(values.top)).map((
  { name, place, seconds, share },
) => [
  `${(share * 100).toFixed(1)} %`,
  `${(seconds * 1000).toFixed(0)} ms`,
  name,
  place,
]);
console.log(`\nSelf time of the gateway, idle left out (${out}):\n`);
console.log(table([["share", "time", "function", "place"], ...rows]));
Deno.exit(outcome.errors > 0 ? 1 : 0);
