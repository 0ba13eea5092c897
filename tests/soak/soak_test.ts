import { assert, assertEquals } from "@std/assert";
import { soak } from "./soak.ts";

Deno.test("Edges that come and go for 20 s leave nothing behind", async () => {
  const { failures, done } = await soak({ seconds: 20, edges: 200 });
  assertEquals(failures, []);
  for (const [what, count] of Object.entries(done)) {
    assert(count > 0, `There were no ${what}`);
  }
});
