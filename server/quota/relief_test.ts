import { assertEquals } from "@std/assert";
import type { Account } from "./account.ts";
import { HELD } from "./kinds.ts";
import { Ledger } from "./ledger.ts";
import { Relief } from "./relief.ts";
import { ledgerRules } from "./rules.ts";
import { DEFAULT_LIMITS } from "../config/limits.ts";

const MB = 1_048_576;

function scene() {
  const ledger = new Ledger({
    maxMemory: 100 * MB,
    rules: ledgerRules(DEFAULT_LIMITS),
  });
  const holder = (name: string) => ({
    account: undefined as Account | undefined,
    charged: true,
    describe: () => name,
  });
  const target = holder("target");
  const hold = (source: ReturnType<typeof holder>, bytes: number) =>
    ledger.force(HELD, source, target, bytes);
  const relief = new Relief(ledger);
  const next = () => {
    const step = relief.next();
    return step && `${step.action} ${step.holder.describe()}`;
  };
  return { ledger, holder, hold, next };
}

Deno.test("nobody is bothered while there is memory", () => {
  const { holder, hold, next } = scene();
  hold(holder("big"), 70 * MB);
  assertEquals(next(), undefined);
});

Deno.test("the biggest is refused, then loses its streams, then its connection", () => {
  const { ledger, holder, hold, next } = scene();
  const share = hold(holder("big"), 80 * MB);
  hold(holder("small"), 4 * MB);
  assertEquals(next(), "withhold big");
  assertEquals(next(), undefined, "scarce is not full");
  hold(holder("late"), 8 * MB);
  assertEquals([next(), next()], ["dismiss big", "cut big"]);
  ledger.give(share, HELD, 80 * MB);
  assertEquals(next(), undefined);
});

Deno.test("when one has yielded, the next one is the biggest", () => {
  const { ledger, holder, hold, next } = scene();
  const first = hold(holder("first"), 60 * MB);
  hold(holder("second"), 30 * MB);
  assertEquals([next(), next()], ["withhold first", "dismiss first"]);
  ledger.give(first, HELD, 58 * MB);
  hold(holder("third"), 57 * MB);
  assertEquals([next(), next(), next()], [
    "withhold third",
    "dismiss third",
    "cut third",
  ]);
});

Deno.test("steps of an earlier time of need are forgotten", () => {
  const { ledger, holder, hold, next } = scene();
  hold(holder("big"), 60 * MB);
  const other = hold(holder("other"), 30 * MB);
  assertEquals([next(), next()], ["withhold big", "dismiss big"]);
  ledger.give(other, HELD, 30 * MB);
  assertEquals(next(), undefined);
  hold(holder("another"), 30 * MB);
  assertEquals(next(), "withhold big");
});
