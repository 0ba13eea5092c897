import { assertEquals } from "@std/assert";
import { selfTimes } from "./cpu_profile.ts";

function node(id: number, functionName: string, url = "", lineNumber = -1) {
  return { id, callFrame: { functionName, url, lineNumber } };
}

Deno.test("selfTimes() adds up call paths and leaves idle time out", () => {
  const profile = {
    nodes: [
      node(1, "(root)"),
      node(2, "(idle)"),
      node(3, "route", "file:///repo/server/route.ts", 9),
      node(4, "route", "file:///repo/server/route.ts", 9),
      node(5, "", "file:///repo/server/route.ts", 19),
      node(6, "(garbage collector)"),
    ],
    samples: [3, 2, 4, 5, 6, 2],
    timeDeltas: [500, 100, 1_000_000, 300, 200, 100],
  };
  assertEquals(
    selfTimes(profile, "file:///repo/").map((
      { name, place, seconds },
    ) => [name, place, Math.round(seconds * 1e6)]),
    [
      ["route", "server/route.ts:10", 400],
      ["(anonymous)", "server/route.ts:20", 200],
      ["(garbage collector)", "", 100],
    ],
  );
});

Deno.test("selfTimes() has shares of the busy time", () => {
  const profile = {
    nodes: [node(1, "a"), node(2, "b")],
    samples: [1, 2, 2],
    timeDeltas: [0, 3_000_000, 1_000_000],
  };
  assertEquals(selfTimes(profile).map(({ name, share }) => [name, share]), [[
    "a",
    0.75,
  ], ["b", 0.25]]);
});
