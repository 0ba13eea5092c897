/**
 * From windows to figures, verdicts and a table.
 *
 * @module
 */

import type { Outcome } from "./load/driver.ts";
import type { Window } from "./load/measure.ts";
import type { Goal, Metric, Scenario } from "./scenarios.ts";

/** A figure over all windows. */
export interface Figure {
  /** The middle one. */
  median: number;
  /** The lowest. */
  min: number;
  /** The highest. */
  max: number;
}

/** A goal and how it went. */
export interface Verdict extends Goal {
  /** The median that was compared; with `of`, divided by the yardstick's. */
  value: number;
  /** Whether it is good enough. */
  hit: boolean;
}

/** All about one scenario's run. */
export interface Report {
  /** Name of the scenario. */
  name: string;
  /** What it does. */
  work: string;
  /** Its figures. */
  figures: Partial<Record<Metric, Figure>>;
  /** Its goals. */
  verdicts: Verdict[];
  /** Number of errors. */
  errors: number;
  /** The first of them, or empty. */
  firstError: string;
}

const MEGA = 1e6;
const GIGA = 1e9;

/**
 * @param values at least one number.
 * @returns their median, minimum and maximum.
 */
export function figure(values: readonly number[]): Figure {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? 0;
  const median = sorted.length % 2 === 1
    ? upper
    : (upper + (sorted[middle - 1] ?? 0)) / 2;
  return { median, min: sorted[0] ?? 0, max: sorted.at(-1) ?? 0 };
}

const METRICS: Partial<Record<Metric, (window: Window) => number | undefined>> =
  {
    opsPerSecond: (window) => window.ops / window.seconds,
    p50Us: (window) => window.p50Us || undefined,
    p99Us: (window) => window.p99Us || undefined,
    cpuUsPerOp: (window) => cpuPerOp(window, "gateway"),
    megabytesPerSecond: (window) =>
      isBulk(window) ? window.bytes / window.seconds / MEGA : undefined,
    cpuSecondsPerGigabyte: (window) =>
      isBulk(window)
        ? (window.used.gateway?.cpuSeconds ?? 0) / (window.bytes / GIGA)
        : undefined,
    rssMegabytes: (window) => (window.used.gateway?.rssBytes ?? 0) / MEGA,
    peakMegabytes: (window) => (window.used.gateway?.peakBytes ?? 0) / MEGA,
    serviceCpuUsPerOp: (window) => cpuPerOp(window, "service"),
    edgesCpuUsPerOp: (window) => cpuPerOp(window, "edges"),
    generatorCpuUsPerOp: (window) => cpuPerOp(window, "generator"),
    otherCpuPercent: (window) => 100 * window.otherCpuSeconds / window.seconds,
  };

/** Whether bytes per second say more than operations do. */
function isBulk(window: Window): boolean {
  return window.bytes > window.ops * 1024;
}

function cpuPerOp(window: Window, process: string): number | undefined {
  const used = window.used[process];
  return used === undefined || window.ops === 0
    ? undefined
    : used.cpuSeconds * MEGA / window.ops;
}

/**
 * Works out the figures of a run.
 *
 * @param scenario what ran.
 * @param outcome what its driver reported.
 * @param yardsticks by name, the reports of the yardsticks that ran before it; a goal whose yardstick did not run is not judged.
 * @returns the report.
 */
export function report(
  scenario: Scenario,
  outcome: Outcome,
  yardsticks: ReadonlyMap<string, Report> = new Map(),
): Report {
  const figures: Report["figures"] = {};
  for (const [metric, of] of Object.entries(METRICS)) {
    const values = outcome.windows.map(of).filter((value) =>
      value !== undefined
    );
    if (values.length > 0) figures[metric as Metric] = figure(values);
  }
  if (scenario.load.kind === "idle" || scenario.load.kind === "bare-idle") {
    const { edges } = scenario.load.options;
    figures.cpuUsPerSecondPerEdge = figure(
      outcome.windows.map((window) =>
        (window.used.gateway?.cpuSeconds ?? 0) * MEGA / window.seconds / edges
      ),
    );
    figures.bytesPerEdge = figure([outcome.bytesPerEdge ?? Infinity]);
  }
  const verdicts = scenario.goals.flatMap((goal): Verdict[] => {
    let value = figures[goal.metric]?.median ?? NaN;
    if (goal.of !== undefined) {
      const yardstick = yardsticks.get(goal.of);
      if (yardstick === undefined) return [];
      value /= yardstick.figures[goal.metric]?.median ?? NaN;
    }
    return [{
      ...goal,
      value,
      hit: value >= (goal.min ?? -Infinity) && value <= (goal.max ?? Infinity),
    }];
  });
  return {
    name: scenario.name,
    work: scenario.work,
    figures,
    verdicts,
    errors: outcome.errors,
    firstError: outcome.firstError,
  };
}

const UNITS: Record<Metric, { label: string; digits: number }> = {
  opsPerSecond: { label: "/s", digits: 0 },
  p50Us: { label: " us", digits: 0 },
  p99Us: { label: " us", digits: 0 },
  cpuUsPerOp: { label: " us CPU", digits: 2 },
  megabytesPerSecond: { label: " MB/s", digits: 0 },
  cpuSecondsPerGigabyte: { label: " s CPU/GB", digits: 2 },
  rssMegabytes: { label: " MB", digits: 0 },
  peakMegabytes: { label: " MB peak", digits: 0 },
  bytesPerEdge: { label: " B/edge", digits: 0 },
  cpuUsPerSecondPerEdge: { label: " us CPU/s/edge", digits: 2 },
  serviceCpuUsPerOp: { label: " us CPU, service", digits: 2 },
  edgesCpuUsPerOp: { label: " us CPU, edges", digits: 2 },
  generatorCpuUsPerOp: { label: " us CPU, generator", digits: 2 },
  otherCpuPercent: { label: " % of a core, others", digits: 0 },
};

function number(value: number, digits: number): string {
  return value.toLocaleString("en-US", {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  })
    .replaceAll(",", " ");
}

/**
 * @param metric what it measures.
 * @param value how much.
 * @returns the number with its unit.
 */
export function withUnit(metric: Metric, value: number): string {
  const { label, digits } = UNITS[metric];
  return number(value, digits) + label;
}

/** Columns after the name, each of one metric and without its unit. */
const COLUMNS: [Metric, string][] = [
  ["opsPerSecond", "ops/s"],
  ["p50Us", "p50 us"],
  ["p99Us", "p99 us"],
  ["cpuUsPerOp", "CPU us/op"],
  ["generatorCpuUsPerOp", "generator us/op"],
  ["megabytesPerSecond", "MB/s"],
  ["cpuSecondsPerGigabyte", "CPU s/GB"],
  ["otherCpuPercent", "others %"],
  ["rssMegabytes", "RSS MB"],
  ["peakMegabytes", "peak MB"],
];

/** Headings of the table. */
export const HEADINGS: string[] = [
  "scenario",
  ...COLUMNS.map(([, heading]) => heading),
  "errors",
  "goals (median against target)",
];

/**
 * One row of the table: medians, with the lowest and highest behind the rate.
 *
 * @param of a report.
 * @returns its cells, as many as {@linkcode HEADINGS}.
 */
export function cells(of: Report): string[] {
  const goals = of.verdicts.map((verdict) => {
    const target = verdict.min === undefined
      ? `<= ${verdict.max}`
      : `>= ${verdict.min}`;
    const value = verdict.of === undefined
      ? withUnit(verdict.metric, verdict.value)
      : `${UNITS[verdict.metric].label.trim()} ${
        number(verdict.value, 2)
      } x ${verdict.of}`;
    return `${value} ${target} ${verdict.hit ? "hit" : "MISS"}`;
  });
  return [
    of.name,
    ...COLUMNS.map(([metric]) => {
      const found = of.figures[metric];
      if (found === undefined) return "-";
      const { digits } = UNITS[metric];
      const text = number(found.median, digits);
      const spread = metric === "opsPerSecond" ||
        metric === "megabytesPerSecond" || metric === "cpuUsPerOp";
      return spread
        ? `${text} (${number(found.min, digits)}-${number(found.max, digits)})`
        : text;
    }),
    String(of.errors),
    goals.join("; "),
  ];
}

/**
 * Lays rows out under each other.
 *
 * @param rows cells, the headings first.
 * @returns a Markdown table.
 */
export function table(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => row[column]?.length ?? 0))
  );
  const line = (row: readonly string[]): string =>
    `| ${
      row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(" | ")
    } |`;
  const [head = [], ...body] = rows;
  return [
    line(head),
    `| ${widths.map((width) => "-".repeat(width)).join(" | ")} |`,
    ...body.map(line),
  ].join("\n");
}
