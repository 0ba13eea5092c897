import { assertAlmostEquals, assertEquals } from "@std/assert";
import type { Window } from "./load/measure.ts";
import { cells, figure, HEADINGS, report, table } from "./report.ts";
import type { Scenario } from "./scenarios.ts";

function window(ops: number, cpuSeconds: number, bytes = 0): Window {
  const used = { cpuSeconds, rssBytes: 100e6, peakBytes: 150e6 };
  return {
    seconds: 2,
    ops,
    bytes,
    p50Us: 10,
    p99Us: 20,
    otherCpuSeconds: 0.5,
    used: { gateway: used },
  };
}

const RPC: Scenario = {
  name: "rpc",
  work: "calls",
  load: { kind: "rpc", options: { edges: 1, depth: 1 } },
  goals: [{ metric: "opsPerSecond", min: 1000 }, {
    metric: "cpuUsPerOp",
    max: 100,
  }],
};

Deno.test("figure() has median, lowest and highest", () => {
  assertEquals(figure([3, 1, 2]), { median: 2, min: 1, max: 3 });
  assertEquals(figure([4, 1, 2, 3]), { median: 2.5, min: 1, max: 4 });
  assertEquals(figure([7]), { median: 7, min: 7, max: 7 });
});

Deno.test("report() compares medians with the goals", () => {
  const windows = [window(4000, 0.2), window(1000, 0.3), window(3000, 0.6)];
  const done = report(RPC, { windows, errors: 0, firstError: "" });
  assertEquals(done.figures.opsPerSecond, {
    median: 1500,
    min: 500,
    max: 2000,
  });
  assertEquals(done.figures.cpuUsPerOp?.median, 200);
  assertEquals(done.figures.peakMegabytes?.median, 150);
  assertEquals(done.figures.megabytesPerSecond, undefined);
  assertEquals(done.verdicts.map((verdict) => verdict.hit), [true, false]);
});

Deno.test("report() shows bytes where they are the point", () => {
  const done = report(
    {
      ...RPC,
      goals: [{ metric: "megabytesPerSecond", min: 1500 }, {
        metric: "cpuSecondsPerGigabyte",
        max: 0.5,
      }],
    },
    { windows: [window(100_000, 1.6, 4e9)], errors: 0, firstError: "" },
  );
  assertEquals(done.figures.megabytesPerSecond?.median, 2000);
  assertAlmostEquals(
    done.figures.cpuSecondsPerGigabyte?.median ?? 0,
    0.4,
    1e-9,
  );
  assertEquals(done.verdicts.map((verdict) => verdict.hit), [true, true]);
});

Deno.test("report() relates idle cost to one edge", () => {
  const idle: Scenario = {
    ...RPC,
    load: { kind: "idle", options: { edges: 1000 } },
    goals: [{ metric: "bytesPerEdge", max: 8192 }, {
      metric: "cpuUsPerSecondPerEdge",
      max: 1,
    }],
  };
  const done = report(idle, {
    windows: [window(100, 0.01)],
    errors: 0,
    firstError: "",
    bytesPerEdge: 9000,
  });
  assertEquals(done.verdicts.map(({ value, hit }) => [value, hit]), [[
    9000,
    false,
  ], [5, false]]);
});

Deno.test("report() misses a goal that was not measured", () => {
  const done = report(RPC, {
    windows: [],
    errors: 1,
    firstError: "Wrong answer",
  });
  assertEquals(done.verdicts.map((verdict) => verdict.hit), [false, false]);
  assertEquals(done.errors, 1);
});

Deno.test("report() compares with the yardstick that ran before it", () => {
  const goals = [
    { metric: "cpuUsPerOp" as const, of: "bare", max: 1.25 },
    { metric: "cpuUsPerOp" as const, of: "absent", max: 1 },
  ];
  const bare = report({ ...RPC, name: "bare", goals: [] }, {
    windows: [window(4000, 0.2)],
    errors: 0,
    firstError: "",
  });
  const done = report({ ...RPC, goals }, {
    windows: [window(4000, 0.24)],
    errors: 0,
    firstError: "",
  }, new Map([["bare", bare]]));
  assertEquals(done.verdicts.length, 1);
  assertAlmostEquals(done.verdicts[0]?.value ?? 0, 1.2, 1e-9);
  assertEquals(cells(done).at(-1), "us CPU 1.20 x bare <= 1.25 hit");
  const failed = report({ ...RPC, goals }, {
    windows: [window(4000, 0.24)],
    errors: 0,
    firstError: "",
  }, new Map([["bare", { ...bare, figures: {} }]]));
  assertEquals(failed.verdicts[0]?.hit, false);
});

Deno.test("cells() fills the table's columns", () => {
  const done = report(RPC, {
    windows: [window(4000, 0.2)],
    errors: 3,
    firstError: "Wrong answer",
  });
  const row = cells(done);
  assertEquals(row.length, HEADINGS.length);
  assertEquals(row[0], "rpc");
  assertEquals(row[1], "2 000 (2 000-2 000)");
  assertEquals(row.at(-2), "3");
  assertEquals(row.at(-1), "2 000/s >= 1000 hit; 50.00 us CPU <= 100 hit");
});

Deno.test("table() aligns columns", () => {
  assertEquals(
    table([["a", "long"], ["wide", "b"]]),
    "| a    | long |\n| ---- | ---- |\n| wide | b    |",
  );
});
