import { assert, assertEquals, assertThrows } from "@std/assert";
import { Backoff } from "./backoff.ts";

Deno.test("Backoff.next() draws between the shortest pause and a growing ceiling", () => {
  const policy = { minDelayMs: 100, firstDelayMs: 1_000, maxDelayMs: 5_000 };
  const highest = new Backoff(policy, () => 1);
  assertEquals(
    [1, 2, 3, 4, 5].map(() => highest.next()),
    [1_000, 2_000, 4_000, 5_000, 5_000],
  );
  const lowest = new Backoff(policy, () => 0);
  assertEquals([1, 2, 3].map(() => lowest.next()), [100, 100, 100]);
});

Deno.test("Backoff.reset() starts again at the first pause", () => {
  const backoff = new Backoff({}, () => 1);
  backoff.next();
  backoff.next();
  backoff.reset();
  assertEquals(backoff.next(), 1_000);
});

Deno.test("Backoff never spins and keeps the bounds in order", () => {
  const eager = new Backoff(
    { minDelayMs: 0, firstDelayMs: 0, maxDelayMs: 0 },
    () => 0,
  );
  assertEquals(eager.next(), 10);
  const odd = new Backoff({ minDelayMs: 300, firstDelayMs: 200 }, () => 1);
  assertEquals(odd.next(), 300);
});

Deno.test("Backoff spreads the clients of one server", () => {
  const delays = Array.from({ length: 1_000 }, () => new Backoff().next());
  assert(Math.max(...delays) <= 1_000);
  const early = delays.filter((delay) => delay < 550).length;
  assert(early > 400 && early < 600, `${early} of 1000 in the first half`);
});

Deno.test("Backoff refuses bounds that mean nothing", () => {
  assertThrows(() => new Backoff({ minDelayMs: NaN }), RangeError, "NaN");
  assertThrows(() => new Backoff({ factor: 0.5 }), RangeError, "0.5");
});

Deno.test("Backoff takes infinite bounds as none, and never gives what is no number", () => {
  for (const random of [() => 0, () => 0.5, () => 0.999]) {
    const growing = new Backoff({ maxDelayMs: Infinity }, random);
    let last = 0;
    for (let attempt = 0; attempt < 3_000; attempt++) {
      const delay = growing.next();
      assert(Number.isFinite(delay) && delay >= last, `${delay}`);
      last = delay;
    }
    const bounded = new Backoff(
      { firstDelayMs: Infinity, maxDelayMs: 200, factor: Infinity },
      random,
    );
    assert(bounded.next() <= 200);
    const never = new Backoff(
      { minDelayMs: Infinity, firstDelayMs: Infinity, maxDelayMs: Infinity },
      random,
    );
    assert(never.next() > 1e15);
  }
});
