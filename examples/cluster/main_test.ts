import { assert, assertEquals } from "@std/assert";
import { runToEnd } from "../testing/run_program.ts";

Deno.test("the demo of a cluster kills a gateway, and all edges are back and called once", async () => {
  const { code, output } = await runToEnd(
    "demo_cluster",
    "--edges",
    "60",
    "--seconds",
    "1",
  );
  assertEquals(code, 0, output);
  assert(output.includes("3 gateways have joined"), output);
  assert(output.includes("killing g0 with SIGKILL"), output);
  assert(/g0 +\d+ edges +g1 +\d+ edges +g2 +\d+ edges/.test(output), output);
  const after = output.slice(output.indexOf("SIGKILL"));
  const places = [...after.matchAll(/g0 +killed +g1 +(\d+) edges +g2 +(\d+)/g)];
  const [, g1, g2] = places.at(-1)!;
  assertEquals(Number(g1) + Number(g2), 60, output);
  assert(
    /summary: all 60 edges were connected again .*, 0 delivered twice\n/
      .test(output),
    output,
  );
});

Deno.test("the demo of a cluster explains itself and refuses nonsense", async () => {
  const help = await runToEnd("demo_cluster", "--help");
  assertEquals(help.code, 0);
  assert(help.output.includes("--edges"));
  assertEquals((await runToEnd("demo_cluster", "--nope")).code, 2);
  assertEquals((await runToEnd("demo_cluster", "--edges", "x")).code, 2);
});
