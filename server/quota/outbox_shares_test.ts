import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import type { Account } from "./account.ts";
import { OUTBOX } from "./kinds.ts";
import { Ledger } from "./ledger.ts";
import { OutboxShares } from "./outbox_shares.ts";
import { ledgerRules } from "./rules.ts";
import { DEFAULT_LIMITS } from "../config/limits.ts";

const LIMIT = 8_000;

function scene() {
  const ledger = new Ledger({
    maxMemory: 100_000_000,
    rules: ledgerRules(DEFAULT_LIMITS),
  });
  const holder = (charged: boolean) => ({
    account: undefined as Account | undefined,
    charged,
    describe: () => "",
  });
  const owner = holder(false);
  return {
    ledger,
    holder,
    owner,
    shares: new OutboxShares(ledger, owner, LIMIT),
  };
}

Deno.test("an outbox that is written as fast as it fills asks nobody", () => {
  const { ledger, holder, shares } = scene();
  const edge = holder(true);
  assert(shares.take(edge, 1_900, 0));
  assert(shares.take(edge, 100, 1_900));
  assert(shares.empty);
  assertEquals(ledger.accounts, 0);
});

Deno.test("one frame of any length fits into an empty outbox, and is counted", () => {
  const { ledger, holder, owner, shares } = scene();
  const edge = holder(true);
  assert(shares.take(edge, 100_000, 0));
  assertEquals(ledger.used(OUTBOX, owner), 100_000);
  assert(!shares.take(edge, 1, 100_000));
  shares.written(100_000);
  assert(shares.empty);
  assertEquals(ledger.accounts, 0);
});

Deno.test("a frame that the memory of the process has no room for does not fit", () => {
  const { ledger, holder, owner, shares } = scene();
  const edge = holder(true);
  assert(!shares.take(edge, ledger.maxMemory, 0));
  assertEquals(ledger.used(OUTBOX, owner), 0);
  assert(shares.empty);
});

Deno.test("one source cannot fill an outbox, and the next one finds room", () => {
  const { holder, owner, shares, ledger } = scene();
  const greedy = holder(true);
  const late = holder(true);
  let pending = 0;
  while (shares.take(greedy, 100, pending)) pending += 100;
  assertEquals(pending, 2_000 + 4_000);
  while (shares.take(late, 100, pending)) pending += 100;
  assertEquals(pending, 2_000 + 4_000 + 2_000);
  assertEquals(ledger.used(OUTBOX, owner), 6_000);
  // Three parts leave: nobody's, then the first one's.
  shares.written(4_000);
  assertEquals(ledger.used(OUTBOX, owner), 4_000);
  shares.written(2_000);
  assertEquals(ledger.used(OUTBOX, owner), 2_000);
  shares.written(2_000);
  assert(shares.empty);
  assertEquals(ledger.accounts, 0);
});

Deno.test("one that sends as fast as is written never loses its part", () => {
  const { ledger, holder, shares, owner } = scene();
  const edge = holder(true);
  const pending = 3_000;
  for (let i = 0; i < 100; i++) {
    assert(shares.take(edge, 1_000, pending), `${i}`);
    shares.written(1_000);
    assert(ledger.used(OUTBOX, owner) <= pending);
  }
});

Deno.test("what is dropped is given back", () => {
  const { holder, shares, ledger } = scene();
  for (let i = 0; i < 5; i++) shares.take(holder(true), 200, 3_000);
  assert(!shares.empty);
  shares.clear();
  assert(shares.empty);
  assertEquals([ledger.memory, ledger.accounts], [0, 0]);
});

Deno.test("whatever is put in and written, all of it comes back", () => {
  const step = fc.tuple(fc.nat({ max: 4 }), fc.integer({ min: 1, max: 900 }));
  fc.assert(fc.property(fc.array(step, { maxLength: 400 }), (steps) => {
    const { holder, owner, shares, ledger } = scene();
    const sources = Array.from({ length: 4 }, () => holder(true));
    let pending = 0;
    for (const [source, bytes] of steps) {
      if (source < 4) {
        if (shares.take(sources[source]!, bytes, pending)) pending += bytes;
      } else {
        const out = Math.min(pending, bytes * 3);
        shares.written(out);
        pending -= out;
      }
      assert(ledger.used(OUTBOX, owner) <= pending);
      assert(pending <= LIMIT);
    }
    shares.written(pending);
    assert(shares.empty);
    assertEquals([ledger.memory, ledger.accounts], [0, 0]);
  }));
});
