import { assertEquals, assertThrows } from "@std/assert";
import process from "node:process";
import { withEmptyEnvironment } from "./empty_environment.ts";

Deno.test("the environment is empty meanwhile, and back afterwards", () => {
  const { env } = process;
  Deno.env.set("FRONTIER_TEST", "1");
  try {
    assertEquals(
      withEmptyEnvironment(() => process.env.FRONTIER_TEST),
      undefined,
    );
    assertEquals(process.env.FRONTIER_TEST, "1");
  } finally {
    Deno.env.delete("FRONTIER_TEST");
  }
  assertEquals(process.env, env);
});

Deno.test("the environment is back after an error", () => {
  const { env } = process;
  assertThrows(
    () =>
      withEmptyEnvironment(() => {
        throw new RangeError("inside");
      }),
    RangeError,
    "inside",
  );
  assertEquals(process.env === env, true);
});
