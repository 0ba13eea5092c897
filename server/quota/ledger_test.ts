import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import type { Account, Holder, Share } from "./account.ts";
import { CALLS, HELD, type Kind, type KindRules, QUEUED } from "./kinds.ts";
import { Ledger } from "./ledger.ts";
import { ledgerRules } from "./rules.ts";
import { DEFAULT_LIMITS } from "../config/limits.ts";

const RULES = ledgerRules(DEFAULT_LIMITS);
const MB = 1_048_576;

class TestHolder implements Holder {
  account: Account | undefined = undefined;
  readonly charged: boolean;
  readonly name: string;

  constructor(name: string, charged: boolean) {
    this.name = name;
    this.charged = charged;
  }

  describe(): string {
    return this.name;
  }
}

function edges(count: number): TestHolder[] {
  return Array.from({ length: count }, (_, i) => new TestHolder(`e${i}`, true));
}

const service = () => new TestHolder("s", false);

/** Takes as long as anything is given. */
function takeAll(
  ledger: Ledger,
  kind: Kind,
  source: Holder,
  target: Holder,
  amount = 1,
): { share: Share | undefined; held: number } {
  let share: Share | undefined;
  let held = 0;
  for (;;) {
    const one = ledger.take(kind, source, target, amount);
    if (one === undefined) return { share, held };
    share = one;
    held += amount;
  }
}

function ledger(maxMemory = 1024 * MB, rules: KindRules = RULES): Ledger {
  return new Ledger({ maxMemory, rules });
}

function assertEmpty(book: Ledger, holders: readonly Holder[]): void {
  for (const { account } of [...holders, book.process]) {
    assertEquals(account?.bytes ?? 0, 0);
    assert(account?.used.every((amount) => amount === 0) ?? true);
    assertEquals(account?.calls ?? 0, 0);
  }
  assertEquals([book.memory, book.accounts, book.snapshot().shares], [0, 0, 0]);
}

Deno.test("an account is made at the first take, and holds nothing after the last", () => {
  const book = ledger();
  const [edge] = edges(1);
  const target = service();
  assertEquals(edge!.account, undefined);
  const share = book.take(CALLS, edge!, target, 1)!;
  assert(edge!.account !== undefined && target.account !== undefined);
  assertEquals(book.take(QUEUED, edge!, target, 100), share);
  book.give(share, CALLS, 1);
  assert(edge!.account !== undefined);
  book.give(share, QUEUED, 100);
  assertEmpty(book, [edge!, target]);
});

Deno.test("more than was taken cannot be given back", () => {
  const book = ledger();
  const [edge] = edges(1);
  const share = book.take(CALLS, edge!, service(), 2)!;
  assertThrows(
    () => book.give(share, CALLS, 3),
    RangeError,
    "Cannot give back 3 calls: only 2 were taken",
  );
  assertThrows(() => book.give(share, QUEUED, 1), RangeError);
  assertEquals(book.snapshot().kinds.calls, 2);
});

Deno.test("a lone source has what its limit says", () => {
  for (
    const [kind, amount, limit] of [
      [CALLS, 1, DEFAULT_LIMITS.maxInflightRequests],
      [QUEUED, 1_000, DEFAULT_LIMITS.messageQueueBytes * 2],
      [HELD, 65_536, DEFAULT_LIMITS.connectionWindowBytes],
    ] as const
  ) {
    const { held } = takeAll(ledger(), kind, edges(1)[0]!, service(), amount);
    assert(held > limit - amount && held <= limit, `kind ${kind}: ${held}`);
  }
});

for (const count of [1, 2, 10, 50, 500]) {
  Deno.test(`beside ${count} greedy sources a late one has its part, and they have even parts`, () => {
    const book = ledger();
    const target = service();
    const greedy = edges(count);
    const got: number[] = greedy.map(() => 0);
    for (let more = true; more;) {
      more = false;
      for (let i = 0; i < count; i++) {
        if (book.take(CALLS, greedy[i]!, target, 1) === undefined) continue;
        got[i]!++;
        more = true;
      }
    }
    const { alpha, limit: total } = RULES[CALLS]!;
    const little = total / 512;
    const free = total / (1 + alpha * count);
    const even = Math.max(little, alpha * free);
    for (const held of got) assert(Math.abs(held - even) <= 1, `${held}`);
    const late = new TestHolder("late", true);
    const { held } = takeAll(book, CALLS, late, target);
    assert(held >= little && held >= free * 0.7, `${held} of ${free}`);
  });
}

Deno.test("one after the other, greedy sources leave the last one room", () => {
  const book = ledger();
  const target = service();
  for (const edge of edges(100)) takeAll(book, CALLS, edge, target);
  // Each took most of what was left, for no one else was there to share with.
  const { held } = takeAll(book, CALLS, new TestHolder("late", true), target);
  assert(held >= RULES[CALLS]!.limit / 512, `${held}`);
});

Deno.test("what is counted by number keeps a bounded number of accounts when all is given back", () => {
  const book = ledger();
  const target = service();
  const many = edges(20_000);
  for (let round = 0; round < 2; round++) {
    for (const edge of many) {
      const share = book.take(CALLS, edge, target, 1)!;
      assertEquals(share.heldOf(CALLS), 1);
      book.give(share, CALLS, 1);
    }
  }
  const kept = many.filter((edge) => edge.account !== undefined);
  assertEquals([kept.length, book.accounts], [4_096, 0]);
  assertEmpty(book, [...many, target]);
  // Those that are kept are as good as new ones.
  const shares = many.map((edge) => book.take(CALLS, edge, target, 1)!);
  assertEquals(new Set(shares).size, many.length);
  assertEquals(book.used(CALLS, target), many.length);
  for (const share of shares) book.give(share, CALLS, 1);
  assertEmpty(book, [...many, target]);
});

Deno.test("shares that many have of many are told apart, whoever took last", () => {
  const book = ledger();
  const sources = edges(30);
  const targets = Array.from({ length: 30 }, () => service());
  for (let round = 0; round < 3; round++) {
    const taken: (Share | undefined)[] = [];
    sources.forEach((source, i) =>
      targets.forEach((target, k) => {
        const share = book.take(CALLS, source, target, i + k + 1)!;
        assertEquals([share.source.holder, share.target.holder], [
          source,
          target,
        ]);
        assertEquals(share.heldOf(CALLS), i + k + 1);
        taken.push(share);
      })
    );
    taken.reverse().forEach((share) =>
      book.give(share!, CALLS, share!.heldOf(CALLS))
    );
    assertEmpty(book, [...sources, ...targets]);
  }
});

Deno.test("the parts of those who stay grow when others leave", () => {
  const book = ledger();
  const target = service();
  const stay = new TestHolder("stay", true);
  const gone = edges(9).map((edge) => takeAll(book, CALLS, edge, target));
  const { share, held } = takeAll(book, CALLS, stay, target);
  for (const one of gone) book.give(one.share!, CALLS, one.held);
  const more = takeAll(book, CALLS, stay, target);
  assertEquals(held + more.held, DEFAULT_LIMITS.maxInflightRequests);
  book.give(share!, CALLS, held + more.held);
  assertEmpty(book, [stay, target]);
});

Deno.test("another limit holds where one is named", () => {
  const book = ledger();
  const target = service();
  const [a, b] = edges(2);
  let count = 0;
  while (book.take(CALLS, a!, target, 1, 9) !== undefined) count++;
  assertEquals(count, 7);
  assertEquals(book.room(CALLS, b!, target, 9), 1);
  assert(book.take(CALLS, b!, target, 1, 9) !== undefined);
  assertEquals(book.take(CALLS, b!, target, 1, 9), undefined);
});

Deno.test("room says exactly what a take gives", () => {
  fc.assert(fc.property(
    fc.array(fc.nat({ max: 3_000_000 }), { maxLength: 8 }),
    (taken) => {
      const book = ledger(16 * MB);
      const target = service();
      const holders = edges(taken.length + 1);
      taken.forEach((n, i) => book.take(HELD, holders[i]!, target, n));
      const last = holders.at(-1)!;
      const room = book.room(HELD, last, target);
      assertEquals(book.take(HELD, last, target, room + 1), undefined);
      assert(room === 0 || book.take(HELD, last, target, room) !== undefined);
    },
  ));
});

Deno.test("of an edge and a service the edge pays, whoever sends", () => {
  const book = ledger();
  const [edge, other] = edges(2);
  const target = service();
  book.take(HELD, edge!, target, 1_000);
  book.take(HELD, target, other!, 3_000);
  assertEquals(edge!.account!.bytes, 1_000);
  assertEquals(other!.account!.bytes, 3_000);
  assertEquals(target.account!.bytes, 0);
  book.force(HELD, target, book.process, 5_000);
  assertEquals(target.account!.bytes, 5_000);
  assertEquals(book.memory, 9_000);
});

Deno.test("alone a holder has a fifth of the memory at most, however many targets it has", () => {
  const book = ledger(64 * MB);
  const [edge, late] = edges(2);
  let held = 0;
  for (let i = 0; i < 50; i++) {
    held += takeAll(book, HELD, edge!, service(), 65_536).held;
  }
  assert(held > 11 * MB && held <= 64 * MB / 5, `${held}`);
  assert(book.take(HELD, late!, service(), MB) !== undefined);
});

Deno.test("however many are greedy, memory stays below the budget, and a late small take is given", () => {
  for (const count of [1, 10, 50, 200]) {
    const book = ledger(256 * MB);
    const targets = Array.from({ length: 30 }, service);
    const greedy = edges(count);
    for (let round = 0; round < 3; round++) {
      for (const edge of greedy) {
        for (const target of targets) {
          takeAll(book, HELD, edge, target, 40_000);
          takeAll(book, QUEUED, edge, target, 10_000);
        }
      }
    }
    assert(book.memory < 256 * MB, `${count}: ${book.memory / MB}`);
    const [late] = edges(1);
    for (let i = 0; i < 10; i++) {
      const share = book.take(HELD, late!, targets[i]!, 5_000);
      assert(share !== undefined, `${count}`);
      assert(book.take(CALLS, late!, targets[i]!, 1) !== undefined, `${count}`);
    }
  }
});

Deno.test("what is refused has no account and counts nothing", () => {
  const book = ledger();
  const [edge] = edges(1);
  const target = service();
  assertEquals(book.take(QUEUED, edge!, target, 100 * MB), undefined);
  assertEmpty(book, [edge!, target]);
  // What has come already counts all the same, and stands in the way.
  const share = book.force(QUEUED, edge!, target, 100 * MB);
  assertEquals(book.take(QUEUED, edge!, target, 1), undefined);
  assertEquals(book.room(QUEUED, edge!, target), 0);
  book.give(share, QUEUED, 100 * MB);
  assertEmpty(book, [edge!, target]);
});

Deno.test("nothing is stored for a refused holder until it holds half as much", () => {
  const book = ledger(100 * MB);
  const [edge] = edges(1);
  const target = service();
  const filler = edges(1)[0]!;
  const held = book.force(HELD, filler, book.process, 55 * MB);
  const share = book.force(HELD, edge!, target, 4 * MB);
  book.withhold(edge!.account!);
  assert(book.take(CALLS, edge!, target, 1) !== undefined, "no memory");
  assertEquals(book.take(QUEUED, edge!, target, 1), undefined);
  book.give(share, HELD, MB);
  assertEquals(book.take(QUEUED, edge!, target, 1), undefined);
  book.give(share, HELD, MB);
  assert(book.take(QUEUED, edge!, target, 1) !== undefined);
  book.withhold(edge!.account!);
  assertEquals(book.take(QUEUED, edge!, target, 1), undefined);
  book.give(held, HELD, 55 * MB);
  assert(book.take(QUEUED, edge!, target, 1) !== undefined, "memory is free");
});

Deno.test("pressure is told when memory becomes scarce and when it becomes full", () => {
  const book = ledger(100 * MB);
  const levels: number[] = [];
  book.onPressure = (level) => levels.push(level);
  const [edge] = edges(1);
  const target = service();
  for (let i = 0; i < 9; i++) book.force(HELD, edge!, target, 10 * MB);
  assertEquals(levels, [2, 3]);
  const { share } = { share: book.force(HELD, edge!, target, 1) };
  book.give(share, HELD, 50 * MB);
  assertEquals(book.level, 0);
  for (let i = 0; i < 5; i++) book.force(HELD, edge!, target, 10 * MB);
  assertEquals(levels, [2, 3, 2, 3]);
});

Deno.test("a snapshot adds up", () => {
  const book = ledger();
  const [a, b] = edges(2);
  const target = service();
  book.take(CALLS, a!, target, 3);
  book.take(CALLS, b!, target, 4);
  book.take(HELD, b!, target, 200_000);
  const shot = book.snapshot();
  assertEquals([shot.accounts, shot.shares], [3, 2]);
  assertEquals([shot.kinds.calls, shot.kinds["held bytes"]], [7, 200_000]);
  assertEquals(shot.memory, 200_000 + 7 * RULES[CALLS]!.weight);
  assertEquals(shot.biggest?.holder, b);
});

Deno.test("whatever is taken and given, the books agree with a plain count", () => {
  const command = fc.record({
    give: fc.boolean(),
    force: fc.boolean(),
    kind: fc.integer({ min: 0, max: RULES.length - 1 }),
    source: fc.nat({ max: 9 }),
    target: fc.nat({ max: 10 }),
    amount: fc.integer({ min: 1, max: 300_000 }),
  });
  fc.assert(fc.property(fc.array(command, { maxLength: 200 }), (commands) => {
    const book = ledger(32 * MB);
    const peers = [...edges(7), service(), service(), service()];
    const holders = [...peers, book.process];
    const counts = new Map<string, { share: Share; amount: number }>();
    for (const { give, force, source, target, amount, ...rest } of commands) {
      const kind = rest.kind as Kind;
      const key = `${kind} ${source} ${target}`;
      const from = peers[source]!;
      const to = holders[target]!;
      const old = counts.get(key);
      if (give) {
        if (old === undefined) continue;
        const part = Math.min(old.amount, amount);
        book.give(old.share, kind, part);
        old.amount -= part;
        if (old.amount === 0) counts.delete(key);
        continue;
      }
      const before = book.snapshot();
      const share = force
        ? book.force(kind, from, to, amount)
        : book.take(kind, from, to, amount);
      if (share === undefined) {
        assertEquals(book.snapshot(), before);
        continue;
      }
      if (old !== undefined) assertEquals(old.share, share);
      counts.set(key, { share, amount: amount + (old?.amount ?? 0) });
    }
    const sums = RULES.map(() => 0);
    for (const [key, { share, amount }] of counts) {
      const kind = Number(key.split(" ")[0]) as Kind;
      sums[kind]! += amount;
      assertEquals(share.heldOf(kind), amount);
    }
    const { kinds, memory } = book.snapshot();
    assertEquals(Object.values(kinds), sums);
    assertEquals(
      memory,
      sums.reduce((sum, n, kind) => sum + n * RULES[kind]!.weight, 0),
    );
    for (const [key, { share, amount }] of counts) {
      book.give(share, Number(key.split(" ")[0]) as Kind, amount);
    }
    assertEmpty(book, peers);
  }));
});
