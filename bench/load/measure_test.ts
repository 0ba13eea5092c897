import { assertEquals } from "@std/assert";
import { leastDisturbed, Meter, type Window } from "./measure.ts";

Deno.test("Meter keeps the first error", () => {
  const meter = new Meter();
  meter.fail("first");
  meter.fail("second");
  assertEquals([meter.errors, meter.firstError], [2, "first"]);
});

Deno.test("leastDisturbed() compares shares, not seconds", () => {
  const window = (
    ops: number,
    seconds: number,
    otherCpuSeconds: number,
  ): Window => ({
    ops,
    seconds,
    otherCpuSeconds,
    bytes: 0,
    p50Us: 0,
    p99Us: 0,
    used: {},
  });
  const windows = [
    window(1, 1, 0.5),
    window(2, 10, 1),
    window(3, 1, 0),
    window(4, 1, 2),
  ];
  assertEquals(leastDisturbed(windows, 2).map(({ ops }) => ops), [3, 2]);
  assertEquals(leastDisturbed(windows, 9).length, 4);
});
