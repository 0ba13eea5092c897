import { assert, assertEquals, assertThrows } from "@std/assert";
import { ATTACKS } from "../tests/attacks/attacks.ts";
import { chooseScenarios, isYardstick, SCENARIOS } from "./scenarios.ts";

Deno.test("Every scenario has a name of its own and, unless it is a yardstick, something to reach", () => {
  assertEquals(
    new Set(SCENARIOS.map((scenario) => scenario.name)).size,
    SCENARIOS.length,
  );
  for (const scenario of SCENARIOS) {
    const { goals, name } = scenario;
    assertEquals(goals.length > 0, !isYardstick(scenario), name);
    for (const goal of goals) {
      assertEquals(goal.min === undefined, goal.max !== undefined, name);
      if (goal.of === undefined) continue;
      const yardstick = SCENARIOS.find((other) => other.name === goal.of);
      assert(yardstick !== undefined && isYardstick(yardstick), goal.of);
    }
  }
});

Deno.test("chooseScenarios() takes everything but lone yardsticks when nothing is named", () => {
  const names = chooseScenarios([]).map((scenario) => scenario.name);
  for (const scenario of SCENARIOS) {
    const times = names.filter((name) => name === scenario.name).length;
    if (isYardstick(scenario)) continue;
    assertEquals(times, scenario.tls ? 0 : 1, scenario.name);
  }
  assert(!names.some((name) => name.startsWith("nats-")));
  const all = chooseScenarios([], true);
  assert(all.some((one) => one.name.startsWith("nats-")));
  assert(all.some((one) => one.tls));
});

Deno.test("chooseScenarios() puts each yardstick right before what is compared with it", () => {
  const names = (chosen: readonly { name: string }[]) =>
    chosen.map((scenario) => scenario.name);
  assertEquals(names(chooseScenarios(["stream-8", "stream-1", "rpc-1x1"])), [
    "bare-1x1",
    "rpc-1x1",
    "bare-stream",
    "stream-1",
    "bare-stream",
    "stream-8",
  ]);
  assertEquals(names(chooseScenarios(["rpc-100x8"])), ["rpc-100x8"]);
  assertEquals(names(chooseScenarios(["rpc-100x8"], true)), [
    "nats-100x8",
    "rpc-100x8",
  ]);
  assertEquals(names(chooseScenarios(["bare-10x1"])), ["bare-10x1"]);
});

Deno.test("chooseScenarios() names the known ones when it meets another", () => {
  assertThrows(
    () => chooseScenarios(["rpc-2x2"]),
    RangeError,
    'Cannot run "rpc-2x2": known are rpc-1x1, ',
  );
  assertThrows(
    () => chooseScenarios(["nats-10x1"]),
    RangeError,
    'Cannot run "nats-10x1" without --peers',
  );
});

Deno.test("The attacks that are measured are known", () => {
  for (const { load } of SCENARIOS) {
    if (load.kind !== "attack") continue;
    assert(load.options.attack in ATTACKS, load.options.attack);
  }
});
