/**
 * `deno task bench`: starts a gateway and a load generator, each as a process of its own, and prints what was reached.
 *
 * @module
 */

import { availableParallelism, cpus, loadavg } from "node:os";
import { parseArgs } from "node:util";
import { cells, HEADINGS, type Report, report, table } from "./report.ts";
import { runScenario } from "./run_scenario.ts";
import { chooseScenarios, SCENARIOS } from "./scenarios.ts";

const HELP = `Usage: deno task bench [names...] [options]

Measures the gateway. Without names, all scenarios run.

  --list         print the scenarios and their targets
  --json         print one JSON object instead of a table
  --seconds N    length of a measured window (default 3)
  --repeat N     number of windows; median, lowest and highest are printed (default 5)
  --warmup N     seconds before the first window (default 2)
  --max-others N on a machine that is not quiet: repeats windows in which other processes used more
                 than N % of a core, and keeps the least disturbed ones
  --peers        measures nats-server beside the gateway, with the same work; it must be in the PATH or in Go's folder of programs:
                 go install github.com/nats-io/nats-server/v2@v2.15.2
                 and the rows over TLS, whose generator and yardsticks need Go; by name they run without --peers as well
  --gateway PATH absolute path of another gateway module, which prints its ports as bench/gateway_process.ts does

Exit code 1 when an answer was wrong or missing. A missed target is printed and is no error.
`;

function machine(): string {
  const model = cpus()[0]?.model ?? "unknown CPU";
  return `${availableParallelism()} cores, ${model}, Deno ${Deno.version.deno}, load ${
    (loadavg()[0] ?? 0).toFixed(2)
  } before`;
}

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    args: Deno.args,
    allowPositionals: true,
    options: {
      help: { type: "boolean", short: "h" },
      list: { type: "boolean" },
      json: { type: "boolean" },
      seconds: { type: "string", default: "3" },
      repeat: { type: "string", default: "5" },
      warmup: { type: "string", default: "2" },
      "max-others": { type: "string" },
      gateway: { type: "string" },
      peers: { type: "boolean", default: false },
    },
  });
  if (values.help) {
    console.log(HELP);
    return 0;
  }
  if (values.list) {
    for (const { name, work } of SCENARIOS) {
      console.log(`${name.padEnd(26)} ${work}`);
    }
    return 0;
  }
  const plan = {
    warmup: Number(values.warmup),
    seconds: Number(values.seconds),
    repeat: Number(values.repeat),
    maxOthers: values["max-others"] === undefined
      ? undefined
      : Number(values["max-others"]),
  };
  if (!(plan.warmup >= 0 && plan.seconds > 0 && plan.repeat >= 1)) {
    console.error(
      "Cannot run: --seconds, --repeat and --warmup must be positive numbers",
    );
    return 2;
  }
  const date = new Date().toISOString();
  const machineLine = machine();
  const reports: Report[] = [];
  const measured = new Map<string, Report>();
  for (const scenario of chooseScenarios(positionals, values.peers)) {
    if (!values.json) console.error(`${scenario.name}: ${scenario.work}`);
    // A scenario that breaks down is an error like a wrong answer; the others still run.
    const outcome = await runScenario(scenario, {
      plan,
      gateway: values.gateway,
    }).catch((error: unknown) => ({
      windows: [],
      errors: 1,
      firstError: error instanceof Error ? error.message : String(error),
    }));
    const done = report(scenario, outcome, measured);
    measured.set(scenario.name, done);
    if (done.errors > 0) {
      console.error(
        `${done.name}: ${done.errors} errors, the first: ${done.firstError}`,
      );
    }
    reports.push(done);
  }
  if (values.json) {
    console.log(
      JSON.stringify(
        { date, machine: machineLine, plan, reports },
        undefined,
        2,
      ),
    );
  } else {
    console.log(
      `${date}, ${machineLine}; ${plan.repeat} windows of ${plan.seconds} s: median (lowest-highest)\n`,
    );
    console.log(table([HEADINGS, ...reports.map(cells)]));
  }
  return reports.some((of) => of.errors > 0) ? 1 : 0;
}

Deno.exit(
  await main().catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    return 2;
  }),
);
