/**
 * Attacks from outside on a gateway as it is deployed: no call, message, stream
 * or admission of anybody else is refused, or waits over two seconds longer
 * than a process that does nothing; memory stays within its budget.
 */

import { assertEquals } from "@std/assert";
import { ATTACKS } from "./attacks.ts";
import { harm, stage } from "./stage.ts";

/**
 * Attacks that still do harm now and then, so that no promise is made and none
 * is tested; docs/LIMITS.md says which. `try.ts` runs them.
 */
const STILL_HARMFUL: ReadonlySet<string> = new Set([
  // One open in some hundred of a victim is refused: "too many sessions".
  "all sessions at once, then none",
  // Two seconds are not always enough beside everything together on two cores.
  "all of it at once",
]);

for (const [name, { alone = false }] of Object.entries(ATTACKS)) {
  if (STILL_HARMFUL.has(name)) continue;
  for (const connections of alone ? [1, 50] : [50]) {
    const who = connections === 1 ? "one attacker" : `${connections} attackers`;
    Deno.test(`nobody is harmed by ${who}: ${name}`, async () => {
      const outcome = await stage(name, connections);
      assertEquals(harm(outcome), [], outcome.log.join("\n"));
    });
  }
}
