/** Dashboard and alert rules: they ask for what there is, and do what they say. */

import { assert, assertEquals } from "@std/assert";
import { parse } from "@std/yaml";
import { startFrontlas } from "@frontier/frontlas";
import { startFrontier } from "@frontier/server";
import {
  CLOSE_KINDS,
  HOOK_OUTCOMES,
  HOOKS,
  RESULT_CODES,
  SIDES,
  TURNED_AWAY,
  WAYS,
} from "../server/tally/labels.ts";
import {
  OPERATIONS,
  STORE_OUTCOMES,
} from "../frontlas/metrics/store_figures.ts";
import { LINK_ENDS, REFUSALS, TOLD } from "../frontlas/presence/tally.ts";
import { metricsByPart } from "../tools/metrics_paper.ts";

const FOLDER = new URL("../deploy/observability/", import.meta.url);
const read = (name: string) => Deno.readTextFileSync(new URL(name, FOLDER));

interface Rule {
  alert: string;
  expr: string;
}

function rules(): Rule[] {
  const file = parse(read("alerts.yaml")) as { groups: { rules: Rule[] }[] };
  return file.groups.flatMap(({ rules }) => rules);
}

/** Everything that a dashboard asks for, wherever it stands. */
function queries(part: unknown): string[] {
  if (Array.isArray(part)) return part.flatMap(queries);
  if (typeof part !== "object" || part === null) return [];
  return Object.entries(part).flatMap(([key, value]) =>
    (key === "expr" || key === "query") && typeof value === "string"
      ? [value]
      : queries(value)
  );
}

/** Labels that Prometheus adds, or that a query gives. */
const GIVEN = ["job", "instance", "le", "severity"];
/** What labels can be, where that is a closed set. */
const VALUES: Readonly<Record<string, readonly string[]>> = {
  code: RESULT_CODES,
  direction: WAYS,
  side: SIDES,
  opener: SIDES,
  sender: SIDES,
  hook: HOOKS,
  outcome: HOOK_OUTCOMES,
  level: ["debug", "info", "warn", "error"],
};
/** The same for single metrics, where a label means something else. */
const OWN_VALUES: Readonly<Record<string, readonly string[]>> = {
  "frontlas_store_calls_total outcome": STORE_OUTCOMES,
  "frontlas_store_calls_total operation": OPERATIONS,
  "frontlas_store_call_duration_seconds operation": OPERATIONS,
  "frontlas_evictions_total outcome": ["told", "left", "impossible"],
  "frontlas_gateways_refused_total reason": REFUSALS,
  "frontlas_links_ended_total reason": LINK_ENDS,
  "frontlas_records_removed_total reason": ["unknown", "dead"],
  "frontlas_events_total kind": TOLD,
};
const REASONS: readonly string[] = [...CLOSE_KINDS, ...TURNED_AWAY];

const METRICS = new Map(
  [...metricsByPart().values()].flat().map((metric) => [metric.name, metric]),
);

/** What is wrong with a query; nothing when it asks for what there is. */
function faults(query: string): string[] {
  const found: string[] = [];
  const names = query.matchAll(
    /\b((?:frontier|frontlas|process|deno)_[a-z0-9_]+)\b(?:\{([^}]*)\})?/g,
  );
  for (const [, name = "", selector = ""] of names) {
    const base = name.replace(/_(?:bucket|sum|count)$/, "");
    const metric = METRICS.get(name) ?? METRICS.get(base);
    const plain = METRICS.has(name);
    if (metric === undefined || (!plain && metric.type !== "histogram")) {
      found.push(`${name} is no metric`);
      continue;
    }
    const labels = selector.matchAll(/([a-z_]+)\s*(?:=~|!~|!=|=)\s*"([^"]*)"/g);
    for (const [, label = "", value = ""] of labels) {
      if (GIVEN.includes(label)) continue;
      if (!(metric.labels ?? []).includes(label)) {
        found.push(`${name} has no label ${label}`);
      }
      const allowed = OWN_VALUES[`${metric.name} ${label}`] ??
        (label === "reason" ? REASONS : VALUES[label]);
      for (const one of value.split("|")) {
        if (allowed !== undefined && !allowed.includes(one)) {
          found.push(`${label} is never ${one}`);
        }
      }
    }
  }
  return found;
}

Deno.test("every metric and label that the alert rules and the dashboard ask for exists", () => {
  const dashboard = queries(JSON.parse(read("dashboard.json")));
  assert(dashboard.length > 60);
  for (const query of [...rules().map(({ expr }) => expr), ...dashboard]) {
    assertEquals(faults(query), [], query);
  }
});

Deno.test("every metric has its place on the dashboard, but for two that say little", () => {
  const all = queries(JSON.parse(read("dashboard.json"))).join("\n");
  const missing = [...METRICS.keys()].filter((name) => !all.includes(name));
  // Add a panel for what is missing.
  assertEquals(missing, [
    "process_start_time_seconds",
    "deno_heap_total_bytes",
  ]);
});

Deno.test("what does not exist is noticed", () => {
  for (
    const [query, fault] of [
      ["rate(frontier_cals_total[5m])", "frontier_cals_total is no metric"],
      ["frontier_ready_count", "frontier_ready_count is no metric"],
      ['frontier_ready{code="ok"}', "frontier_ready has no label code"],
      ['frontier_calls_total{code=~"ok|okay"}', "code is never okay"],
      ["frontlas_store_downs", "frontlas_store_downs is no metric"],
      [
        'frontlas_store_calls_total{outcome="refusal"}',
        "outcome is never refusal",
      ],
    ] as const
  ) assertEquals(faults(query), [fault]);
});

Deno.test("every alert has a test that it fires, and one that it is silent", () => {
  const { tests } = parse(read("alerts_test.yaml")) as {
    tests: {
      alert_rule_test: { alertname: string; exp_alerts: unknown[] }[];
    }[];
  };
  const seen = tests.flatMap(({ alert_rule_test }) => alert_rule_test);
  for (const { alert } of rules()) {
    const own = seen.filter(({ alertname }) => alertname === alert);
    assertEquals(own.map(({ exp_alerts }) => exp_alerts.length), [1, 0], alert);
  }
});

/** Runs promtool; `undefined` where it is not installed, which CI does not allow. */
async function promtool(
  args: string[],
  input = "",
): Promise<string | undefined> {
  let child: Deno.ChildProcess;
  try {
    child = new Deno.Command("promtool", {
      args,
      cwd: FOLDER,
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    assert(!Deno.env.has("FRONTIER_REQUIRE_PROMTOOL"), "promtool is required");
    return undefined;
  }
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(input));
  await writer.close();
  const { success, stdout, stderr } = await child.output();
  const text = new TextDecoder();
  const said = text.decode(stdout) + text.decode(stderr);
  assert(success, `promtool ${args.join(" ")}: ${said}`);
  return said;
}

Deno.test("promtool takes the configuration and the rules, and the rules pass their tests", async () => {
  await promtool(["check", "config", "prometheus.yaml"]);
  await promtool(["check", "rules", "alerts.yaml"]);
  await promtool(["test", "rules", "alerts_test.yaml"]);
});

Deno.test("promtool finds nothing wrong with what a gateway tells", async () => {
  await using gateway = await startFrontier({
    edgebound: { hostname: "127.0.0.1", port: 0 },
    servicebound: { hostname: "127.0.0.1", port: 0 },
    observability: { enable: true, addr: "127.0.0.1:0" },
  });
  const { port } = gateway.observabilityAddr!;
  const response = await fetch(`http://127.0.0.1:${port}/metrics`);
  const said = await promtool(["check", "metrics"], await response.text());
  assertEquals(said ?? "", "");
});

Deno.test("promtool finds nothing wrong with what a Frontlas tells", async () => {
  const ANY = { hostname: "127.0.0.1", port: 0 };
  await using frontlas = await startFrontlas({
    frontierPlane: { listen: ANY },
    controlPlane: { listen: ANY },
    observability: { enable: true, addr: "127.0.0.1:0" },
  });
  // A call, so that its figures are there.
  const control = frontlas.controlAddr!.port;
  await (await fetch(`http://127.0.0.1:${control}/cluster/v1/frontiers`))
    .text();
  const { port } = frontlas.observabilityAddr!;
  const response = await fetch(`http://127.0.0.1:${port}/metrics`);
  const text = await response.text();
  const missing = [...METRICS.keys()].filter((name) =>
    name.startsWith("frontlas_") && !text.includes(`\n${name}`)
  );
  assertEquals(missing, []);
  assertEquals(await promtool(["check", "metrics"], text) ?? "", "");
});
