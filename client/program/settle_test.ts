import { assertEquals, assertThrows } from "@std/assert";
import { UsageError } from "@frontier/platform/process";
import { settle, variableOf } from "./settle.ts";

const TABLE = {
  one: { kind: "text", names: ["--one-thing", "-o"] },
  many: { kind: "list", names: ["--many"] },
  now: { kind: "switch", names: ["--now"] },
} as const;

const from = (args: string[], env: Record<string, string> = {}) => {
  const { one, many, now } = settle(TABLE, args, "P_", (name) => env[name]);
  return [one, many, now];
};

Deno.test("a variable stands for each flag with a value, a flag beats it", () => {
  assertEquals(variableOf("P_", "--one-thing"), "P_ONE_THING");
  assertEquals(from([]), [undefined, [], false]);
  const env = { P_ONE_THING: " a b ", P_MANY: " x=1\ty=2\n", P_NOW: "true" };
  assertEquals(from([], env), ["a b", ["x=1", "y=2"], false]);
  assertEquals(from(["-o", "c", "--many", "z", "--many=w", "--now"], env), [
    "c",
    ["z", "w"],
    true,
  ]);
  assertEquals(from([], { P_ONE_THING: " ", P_MANY: "" }), [
    undefined,
    [],
    false,
  ]);
});

Deno.test("flags that are wrong are refused", () => {
  for (const args of [["--many"], ["--many="], ["--other"], ["x"]]) {
    assertThrows(() => from(args), UsageError);
  }
});
