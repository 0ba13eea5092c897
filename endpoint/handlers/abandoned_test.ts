import { assert, assertEquals } from "@std/assert";
import { Abandoned } from "./abandoned.ts";

/** Runs a method whose handlers never end, as often as it is allowed. */
function exhaust(abandoned: Abandoned, method: string): number {
  let count = 0;
  while (abandoned.allows(method)) {
    abandoned.add(method);
    count++;
  }
  return count;
}

Deno.test("methods whose handlers do not end leave room for all others", () => {
  const abandoned = new Abandoned(8_192);
  assertEquals(exhaust(abandoned, "stuck"), 7_168);
  assert(abandoned.allows("other"));
  for (let i = 0; i < 100; i++) {
    const count = exhaust(abandoned, `stuck ${i}`);
    assert(count >= 128, `${count}`);
  }
  assert(abandoned.allows("other"));
});

Deno.test("a method is run again when its handlers have ended", () => {
  const abandoned = new Abandoned(64);
  const count = exhaust(abandoned, "slow");
  for (let i = 0; i < count; i++) {
    abandoned.remove("slow");
    assert(abandoned.allows("slow"));
  }
  assertEquals(abandoned.count, 0);
  assertEquals(exhaust(abandoned, "slow"), count);
});
