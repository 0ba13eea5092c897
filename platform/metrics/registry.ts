/**
 * Metrics that are read when somebody asks.
 *
 * @module
 */

import client from "prom-client";
import { Buckets } from "./buckets.ts";

/** What kind of number a metric is. */
export type MetricType = "counter" | "gauge" | "histogram";

/**
 * Takes one sample.
 *
 * @param value The number, or the spans of a histogram. What is not finite is left out: a figure that cannot be read is absent, never 0.
 * @param labels Values of the metric's labels, in their order.
 */
export type Emit = (
  value: number | Buckets | undefined,
  ...labels: readonly string[]
) => void;

/** One metric: what it means, and how it is read. */
export interface Metric {
  /** Its name; a counter's ends in `_total`, others in their unit. */
  readonly name: string;
  /** What it says, as a sentence without a full stop. */
  readonly help: string;
  /** What kind of number it is. */
  readonly type: MetricType;
  /**
   * Names of its labels. Their values are closed sets: no ids, no addresses, no texts of peers.
   * @default []
   */
  readonly labels?: readonly string[];
  /**
   * Reads it; called once for every scrape.
   *
   * @param emit Takes the samples.
   */
  readonly read: (emit: Emit) => void | Promise<void>;
}

interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
  readonly metricName?: string;
}

/**
 * The metrics of one program. Nothing is kept here: whoever counts has plain numbers, and each scrape reads them.
 *
 * @example
 * ```ts
 * import { MetricRegistry } from "@frontier/platform/metrics";
 * import { assertStringIncludes } from "@std/assert";
 *
 * let jobs = 0;
 * const registry = new MetricRegistry();
 * registry.add({
 *   name: "jobs_total",
 *   help: "Jobs that were done",
 *   type: "counter",
 *   read: (emit) => emit(jobs),
 * });
 * jobs = 3;
 * assertStringIncludes(await registry.text(), "\njobs_total 3\n");
 * ```
 */
export class MetricRegistry {
  /** The media type of the text. */
  readonly contentType: string;
  readonly #registry = new client.Registry();
  readonly #metrics: Metric[] = [];
  readonly #onFailure: (name: string, error: unknown) => void;

  /**
   * Makes one without metrics.
   *
   * @param onFailure Told of a metric that cannot be read; the others are.
   */
  constructor(onFailure: (name: string, error: unknown) => void = () => {}) {
    this.contentType = this.#registry.contentType;
    this.#onFailure = onFailure;
  }

  /** All metrics, in the order they were added. */
  get metrics(): readonly Metric[] {
    return this.#metrics;
  }

  /**
   * Adds metrics.
   *
   * @param metrics What they mean, and how they are read.
   * @throws {TypeError} If a name is not one, or is taken.
   */
  add(...metrics: readonly Metric[]): void {
    for (const metric of metrics) {
      checkNames(metric);
      const { name, help, type } = metric;
      // As prom-client's own metrics look to its registry.
      const readable = {
        name,
        help,
        type,
        aggregator: "sum",
        get: async () => ({
          name,
          help,
          type,
          aggregator: "sum",
          values: await this.#read(metric),
        }),
      };
      this.#registry.registerMetric(readable as unknown as client.Metric);
      this.#metrics.push(metric);
    }
  }

  /**
   * Reads everything.
   *
   * @returns All metrics as text in the format of Prometheus.
   */
  async text(): Promise<string> {
    return await this.#registry.metrics();
  }

  async #read(metric: Metric): Promise<Sample[]> {
    const { name, labels: names = [] } = metric;
    const samples: Sample[] = [];
    try {
      await metric.read((value, ...given) => {
        const labels: Record<string, string> = {};
        names.forEach((label, i) => labels[label] = given[i]!);
        if (value instanceof Buckets) {
          samples.push(...histogram(name, value, labels));
        } else if (value !== undefined && Number.isFinite(value)) {
          samples.push({ labels, value });
        }
      });
    } catch (error) {
      this.#onFailure(name, error);
    }
    return samples;
  }
}

function histogram(
  name: string,
  buckets: Buckets,
  labels: Readonly<Record<string, string>>,
): Sample[] {
  const samples: Sample[] = [];
  let count = 0;
  buckets.counts.forEach((more, i) => {
    count += more;
    const bound = buckets.bounds[i];
    const le = bound === undefined ? "+Inf" : String(bound / 1000);
    const metricName = `${name}_bucket`;
    samples.push({ labels: { ...labels, le }, value: count, metricName });
  });
  const sum = buckets.sum / 1000;
  samples.push({ labels, value: sum, metricName: `${name}_sum` });
  samples.push({ labels, value: count, metricName: `${name}_count` });
  return samples;
}

const NAME = /^[a-z][a-z0-9_]*$/;

function checkNames({ name, type, labels = [] }: Metric): void {
  for (const text of [name, ...labels]) {
    if (!NAME.test(text) || text === "le") {
      throw new TypeError(
        `Cannot add metric "${name}": "${text}" is no name, use small letters, digits and underscores`,
      );
    }
  }
  if (name.endsWith("_total") !== (type === "counter")) {
    throw new TypeError(
      `Cannot add metric "${name}": counters and nothing else end in "_total"`,
    );
  }
}
