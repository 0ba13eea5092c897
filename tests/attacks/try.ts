/** Runs attacks and prints what they came to: `deno run -A tests/attacks/try.ts [part of a name] [connections]`. */

import { ATTACKS } from "./attacks.ts";
import { harm, stage } from "./stage.ts";

const [part = "", only] = Deno.args;
for (const name of Object.keys(ATTACKS).filter((one) => one.includes(part))) {
  for (const connections of only === undefined ? [1, 50] : [Number(only)]) {
    const outcome = await stage(name, connections);
    const found = harm(outcome);
    const { controlMs, ledger, attackers, victims } = outcome;
    const { rssBytes } = outcome.process;
    const fared = Object.entries(victims).map(([work, one]) =>
      `${work}: ${one.done}/p99 ${one.p99Ms.toFixed(0)}/max ${one.worstMs}`
    ).join(", ");
    console.log(
      `${
        found.length === 0 ? "ok  " : "HARM"
      } ${connections} x ${name} | idle ${controlMs} ms | ledger ${
        (ledger / 1e6).toFixed(1)
      } rss ${
        (rssBytes / 1e6).toFixed(0)
      } MB | dialed ${attackers.dialed} lost ${attackers.lost} | ${fared}`,
    );
    for (const line of found) console.log(`       ${line}`);
    if (Deno.env.get("LOGS")) {
      for (const line of outcome.log.slice(0, 5)) {
        console.log(`       log: ${line.slice(0, 220)}`);
      }
    }
  }
}
