import { assert, assertEquals, assertThrows } from "@std/assert";
import { Buckets } from "./buckets.ts";
import { EventLoopLag } from "./event_loop_lag.ts";
import { processMetrics } from "./process_metrics.ts";
import { type Metric, MetricRegistry } from "./registry.ts";
import { metricsPage } from "./scrapes.ts";

const base: Metric = { name: "x", help: "An x", type: "gauge", read: () => {} };
const signal = new AbortController().signal;
const url = new URL("http://x/metrics");

Deno.test("a span is counted below its bound, also at the ends and beyond", () => {
  const buckets = new Buckets([1, 10]);
  for (const ms of [0, 0.9, 1, 9.9, 10, 1e9]) buckets.add(ms);
  assertEquals([...buckets.counts], [2, 2, 2]);
  assertEquals([buckets.count, Math.round(buckets.sum)], [6, 1e9 + 22]);
});

Deno.test("every kind of metric is written as Prometheus reads it", async () => {
  const registry = new MetricRegistry();
  const buckets = new Buckets([1, 250]);
  registry.add(
    {
      ...base,
      name: "a_total",
      type: "counter",
      labels: ["why", "side"],
      read: (emit) => {
        emit(3, 'say "no"\n', "edge");
        emit(0, "other", "service");
      },
    },
    { ...base, read: (emit) => emit(-1.5) },
    {
      ...base,
      name: "y_seconds",
      type: "histogram",
      labels: ["way"],
      read: (emit) => emit(buckets, "up"),
    },
  );
  buckets.add(0);
  buckets.add(200);
  buckets.add(200);
  buckets.add(600);
  assertEquals(
    await registry.text(),
    `# HELP a_total An x
# TYPE a_total counter
a_total{why="say \\"no\\"\\n",side="edge"} 3
a_total{why="other",side="service"} 0

# HELP x An x
# TYPE x gauge
x -1.5

# HELP y_seconds An x
# TYPE y_seconds histogram
y_seconds_bucket{way="up",le="0.001"} 1
y_seconds_bucket{way="up",le="0.25"} 3
y_seconds_bucket{way="up",le="+Inf"} 4
y_seconds_sum{way="up"} 1
y_seconds_count{way="up"} 4
`,
  );
});

Deno.test("a figure that cannot be read is absent, and keeps no other away", async () => {
  const failures: unknown[] = [];
  const registry = new MetricRegistry((name) => failures.push(name));
  registry.add(
    { ...base, name: "none", read: (emit) => emit(undefined) },
    { ...base, name: "odd", read: (emit) => emit(NaN) },
    { ...base, name: "broken", read: () => Promise.reject(new Error("no")) },
    { ...base, name: "good", read: (emit) => emit(1) },
  );
  const lines = (await registry.text()).split("\n");
  assertEquals(lines.filter((line) => line !== "" && !line.startsWith("#")), [
    "good 1",
  ]);
  assertEquals(failures, ["broken"]);
});

Deno.test("names that Prometheus or its users would trip over are refused", () => {
  const registry = new MetricRegistry();
  for (
    const wrong of [
      { name: "A" },
      { name: "a-b" },
      { name: "" },
      { name: "x_total" },
      { type: "counter" },
      { labels: ["le"] },
      { labels: ["a b"] },
    ] as Partial<Metric>[]
  ) {
    assertThrows(
      () => registry.add({ ...base, ...wrong }),
      TypeError,
      "Cannot add",
    );
  }
  registry.add(base);
  assertThrows(() => registry.add({ ...base }), Error, "already");
});

Deno.test("figures of the process are there or absent, never 0", async () => {
  using lag = new EventLoopLag();
  const registry = new MetricRegistry();
  registry.add(...processMetrics(lag));
  await new Promise((resolve) => setTimeout(resolve, 200));
  const until = performance.now() + 120;
  while (performance.now() < until);
  await new Promise((resolve) => setTimeout(resolve, 100));
  const text = await registry.text();
  for (
    const name of [
      "process_cpu_seconds_total",
      "process_resident_memory_bytes",
      "process_start_time_seconds",
      "deno_heap_used_bytes",
      "deno_heap_total_bytes",
      "deno_heap_limit_bytes",
      "deno_external_bytes",
    ]
  ) {
    const value = Number(new RegExp(`^${name} (\\S+)$`, "m").exec(text)?.[1]);
    assert(value > 0, `${name}: ${value}`);
  }
  // Who may not read them has no line for them.
  for (const name of ["process_open_fds", "process_max_fds"]) {
    assert(!new RegExp(`^${name} 0`, "m").test(text), text);
  }
  const { counts, bounds } = lag.spans;
  const late = counts.reduce(
    (sum, n, i) => bounds[i - 1]! >= 50 ? sum + n : sum,
    0,
  );
  assert(late >= 1, `a blocked loop shows: ${counts}`);
});

Deno.test("however many ask, there are few readings, each begun after the question", async () => {
  const registry = new MetricRegistry();
  let reads = 0;
  registry.add({ ...base, read: (emit) => emit(++reads) });
  const page = metricsPage(registry);
  const value = async () => {
    const { body } = await page({ url, signal });
    return Number(/^x (\d+)$/m.exec(String(body))?.[1]);
  };
  const started = performance.now();
  const first = value();
  await Promise.resolve();
  const answers = await Promise.all([
    first,
    ...Array.from({ length: 500 }, value),
  ]);
  assert(reads <= 3, `${reads} readings`);
  assert(answers.every((read) => read >= 1));
  const after = reads;
  assertEquals(await value(), after + 1);
  assert(
    performance.now() - started >= (reads - 1) * 95,
    "they are 100 ms apart",
  );
});
