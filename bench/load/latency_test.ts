import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { Histogram } from "./latency.ts";

Deno.test("Histogram.quantile() is within 4 % of the true one, over six decades", () => {
  for (const scale of [1, 10, 1000, 100_000, 1_000_000]) {
    const histogram = new Histogram();
    for (let i = 1; i <= 1000; i++) histogram.add(i * scale / 1000);
    for (const share of [0.5, 0.9, 0.99]) {
      assertAlmostEquals(
        histogram.quantile(share),
        share * scale,
        Math.max(0.25, share * scale * 0.04),
      );
    }
  }
});

Deno.test("Histogram.quantile() is 0 without entries", () => {
  assertEquals(new Histogram().quantile(0.99), 0);
});

Deno.test("Histogram takes negative and enormous durations", () => {
  const histogram = new Histogram();
  histogram.add(-5);
  histogram.add(1e12);
  assertEquals(histogram.total, 2);
  assert(histogram.quantile(0.5) < 1);
  assertAlmostEquals(histogram.quantile(1), 5e8, 2e7);
});

Deno.test("Histogram.clear() forgets", () => {
  const histogram = new Histogram();
  histogram.add(100);
  histogram.clear();
  histogram.add(7);
  assertEquals(histogram.total, 1);
  assertAlmostEquals(histogram.quantile(0.99), 7, 0.3);
});
