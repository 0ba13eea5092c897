import { assertEquals } from "@std/assert";
import { TimerWheel } from "@frontier/proto";
import { DEFAULT_LIMITS } from "../config/limits.ts";
import type { Holder } from "../quota/account.ts";
import { CALLS } from "../quota/kinds.ts";
import { Ledger } from "../quota/ledger.ts";
import { ledgerRules } from "../quota/rules.ts";
import { UnreadCalls } from "./unread_calls.ts";

function holder(): Holder {
  return { account: undefined, charged: false, describe: () => "somebody" };
}

function scene() {
  const timers = new TimerWheel();
  const ledger = new Ledger({
    maxMemory: 1e9,
    rules: ledgerRules(DEFAULT_LIMITS),
  });
  const [source, target] = [holder(), holder()];
  const unread = new UnreadCalls(ledger, timers);
  return {
    timers,
    unread,
    give: (order: number) =>
      unread.add(ledger.take(CALLS, source, target, 1)!, order),
    held: () => ledger.held(CALLS, source, target),
  };
}

Deno.test("an answer to a later call gives places back, one to an earlier call does not", () => {
  const { unread, give, held, timers } = scene();
  for (const order of [3, 3, 5, 9]) give(order);
  unread.passed(3);
  assertEquals([held(), unread.count], [4, 4]);
  unread.passed(5);
  assertEquals([held(), unread.count], [2, 2]);
  unread.passed(10);
  assertEquals([held(), unread.count, timers.size], [0, 0, 0]);
});

Deno.test("a target that answers nothing has read everything after 5 s", () => {
  const { unread, give, held, timers } = scene();
  give(1);
  timers.advance(3_000);
  give(2);
  timers.advance(5_100);
  assertEquals(held(), 1);
  timers.advance(8_200);
  assertEquals([held(), unread.count, timers.size], [0, 0, 0]);
});

Deno.test("thousands come and go, and none is lost", () => {
  const { unread, give, held, timers } = scene();
  let given = 0;
  for (let order = 1; order <= 10_000; order++) {
    give(order);
    given++;
    if (order % 3 === 0) unread.passed(order - 2_000);
    assertEquals(held(), Math.min(given, unread.count));
  }
  unread.clear();
  assertEquals([held(), unread.count, timers.size], [0, 0, 0]);
});
