/**
 * Attacks from outside on a gateway as it is deployed: no call, message, stream
 * or admission of anybody else is refused, or waits over two seconds longer
 * than a process that does nothing; memory stays within its budget.
 */

import { assertEquals } from "@std/assert";
import { ATTACKS } from "./attacks.ts";
import { harm, stage } from "./stage.ts";

for (const [name, { alone = false }] of Object.entries(ATTACKS)) {
  for (const connections of alone ? [1, 50] : [50]) {
    const who = connections === 1 ? "one attacker" : `${connections} attackers`;
    Deno.test(`nobody is harmed by ${who}: ${name}`, async () => {
      const outcome = await stage(name, connections);
      assertEquals(harm(outcome), [], outcome.log.join("\n"));
    });
  }
}
