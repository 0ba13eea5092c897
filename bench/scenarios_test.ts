import { assertEquals, assertThrows } from "@std/assert";
import { chooseScenarios, SCENARIOS } from "./scenarios.ts";

Deno.test("Every scenario has a name of its own and, unless it is a yardstick, something to reach", () => {
  assertEquals(
    new Set(SCENARIOS.map((scenario) => scenario.name)).size,
    SCENARIOS.length,
  );
  for (const { goals, load, name } of SCENARIOS) {
    assertEquals(goals.length > 0, !load.kind.startsWith("bare-"), name);
    for (const goal of goals) {
      assertEquals(goal.min === undefined, goal.max !== undefined, name);
    }
  }
});

Deno.test("chooseScenarios() takes all, or the named ones in table order", () => {
  assertEquals(chooseScenarios([]), SCENARIOS);
  assertEquals(
    chooseScenarios(["stream-1", "rpc-1x1"]).map((scenario) => scenario.name),
    ["rpc-1x1", "stream-1"],
  );
});

Deno.test("chooseScenarios() names the known ones when it meets another", () => {
  assertThrows(
    () => chooseScenarios(["rpc-2x2"]),
    RangeError,
    'Cannot run "rpc-2x2": known are rpc-1x1, ',
  );
});
