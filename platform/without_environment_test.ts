import { assert, assertEquals, assertRejects } from "@std/assert";
import process from "node:process";
import { withoutEnvironment } from "./without_environment.ts";

Deno.test("the environment is empty until the last one has loaded, and back afterwards", async () => {
  const { env } = process;
  const gates = [
    Promise.withResolvers<number>(),
    Promise.withResolvers<number>(),
  ];
  const loads = gates.map(({ promise }) => withoutEnvironment(() => promise));
  assertEquals(Object.keys(process.env), []);
  gates[0]!.resolve(1);
  assertEquals(await loads[0], 1);
  assertEquals(Object.keys(process.env), []);
  gates[1]!.resolve(2);
  assertEquals(await loads[1], 2);
  assert(process.env === env);
});

Deno.test("the environment is back after an error", async () => {
  const { env } = process;
  await assertRejects(() =>
    withoutEnvironment(() => Promise.reject(new Error("not there")))
  );
  assert(process.env === env);
});
