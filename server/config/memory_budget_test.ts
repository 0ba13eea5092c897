import { assertEquals, assertStringIncludes } from "@std/assert";
import type { MachineMemory } from "@frontier/platform/machine";
import { resolveOptions } from "./mod.ts";
import { memoryBudget } from "./memory_budget.ts";

const never = () => {
  throw new Error("The machine was asked");
};

Deno.test("a configured budget is used as it is", () => {
  assertEquals(memoryBudget(268_435_456, never), {
    bytes: 268_435_456,
    source: "limits.max_memory",
  });
});

Deno.test("a budget without a limit is said to be one", () => {
  const { maxMemory } = resolveOptions({ limits: { maxMemory: Infinity } })
    .limits;
  assertEquals(memoryBudget(maxMemory, never), {
    bytes: Number.MAX_SAFE_INTEGER,
    source: "no limit, as configured",
  });
});

const OWNERS: MachineMemory["of"][] = ["machine", "control group"];

for (const owner of OWNERS) {
  Deno.test(`the default is half of what the ${owner} has`, () => {
    assertEquals(
      memoryBudget("auto", () => ({ bytes: 1_048_577, of: owner })),
      { bytes: 524_288, source: `half of the ${owner}'s 1 MiB` },
    );
  });
}

Deno.test("the default is 1 GiB where the memory is not known", () => {
  const { bytes, source } = memoryBudget("auto", () => undefined);
  assertEquals(bytes, 1_073_741_824);
  assertStringIncludes(source, "--allow-sys=systemMemoryInfo");
});
