import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { Timer, TimerWheel } from "./timer_wheel.ts";

const TICK_MS = 8;

Deno.test("timers fire once, never early and at most two ticks late", () => {
  const delay = fc.oneof(
    fc.nat(50),
    fc.nat(5_000),
    fc.nat(3_000_000),
    fc.constantFrom(0, 8, 511, 512, 513, 4_096 * 8, 262_144 * 8),
  );
  fc.assert(
    fc.property(
      fc.nat(1_000_000),
      fc.array(delay, { minLength: 1, maxLength: 30 }),
      fc.array(fc.oneof(fc.nat(20), fc.nat(2_000), fc.nat(400_000)), {
        maxLength: 60,
      }),
      (start, delays, steps) => {
        const wheel = new TimerWheel(start);
        const left = new Set<Timer>();
        for (const delay of delays) {
          const timer: Timer = new Timer(() => {
            assert(wheel.now() >= timer.at);
            assert(wheel.now() <= timer.at + 2 * TICK_MS);
            assert(left.delete(timer));
          });
          left.add(timer);
          wheel.set(timer, start + delay);
        }
        for (const step of [...steps, 3_000_100]) {
          wheel.advance(wheel.now() + step);
          for (const timer of left) {
            assert(timer.at + 2 * TICK_MS > wheel.now());
          }
          assertEquals(wheel.size, left.size);
        }
        assertEquals(left.size, 0);
        assertEquals(wheel.nextAt(), undefined);
      },
    ),
    { numRuns: 60 },
  );
});

Deno.test("random set, clear and move, also from inside timers", () => {
  fc.assert(
    fc.property(
      fc.array(
        fc.tuple(fc.nat(9), fc.nat(9), fc.oneof(fc.nat(100), fc.nat(9_000))),
        { minLength: 1, maxLength: 200 },
      ),
      (script) => {
        const wheel = new TimerWheel(123);
        const due: (number | undefined)[] = new Array(10).fill(undefined);
        let turn = 0;
        const act = () => {
          const [action, which, ms] = script[turn++ % script.length]!;
          const timer = timers[which]!;
          if (action < 3) {
            wheel.clear(timer);
            due[which] = undefined;
          } else {
            due[which] = wheel.now() + ms;
            wheel.set(timer, wheel.now() + ms);
          }
        };
        const timers: Timer[] = due.map((_, i) =>
          new Timer(() => {
            const at = due[i];
            assert(at !== undefined, "A cleared timer fired");
            assert(wheel.now() >= at && wheel.now() <= at + 2 * TICK_MS);
            due[i] = undefined;
            if (turn < 400) act();
          })
        );
        for (let i = 0; i < 200; i++) {
          act();
          wheel.advance(wheel.now() + script[i % script.length]![2] / 3);
          const armed = due.filter((at) => at !== undefined).length;
          assertEquals(wheel.size, armed);
          assertEquals(timers.filter((timer) => timer.armed).length, armed);
        }
        wheel.advance(wheel.now() + 100_000);
        while (wheel.size > 0) wheel.advance(wheel.now() + 100_000);
        assertEquals(due, new Array(10).fill(undefined));
      },
    ),
    { numRuns: 60 },
  );
});

Deno.test("whoever follows nextAt misses nothing", () => {
  const wheel = new TimerWheel(5);
  const fired: number[] = [];
  for (const at of [9, 10, 500, 600, 40_000, 3_000_000]) {
    wheel.set(new Timer(() => fired.push(at)), at);
  }
  let turns = 0;
  for (let next = wheel.nextAt(); next !== undefined; next = wheel.nextAt()) {
    assert(next > wheel.now() - TICK_MS);
    wheel.advance(next);
    turns++;
  }
  assertEquals(fired, [10, 9, 500, 600, 40_000, 3_000_000]);
  assert(turns < 7_000);
});

Deno.test("timers beyond the span of the wheel wait their time", () => {
  const wheel = new TimerWheel();
  const day = 86_400_000;
  const fired: string[] = [];
  wheel.set(new Timer(() => fired.push("three days")), 3 * day);
  const never = new Timer(() => fired.push("never"));
  wheel.set(never, Infinity);
  wheel.advance(3 * day - 1);
  assertEquals(fired, []);
  wheel.advance(3 * day + 16);
  assertEquals(fired, ["three days"]);
  wheel.clear(never);
  assertEquals(wheel.size, 0);
});

Deno.test("timer of the past fires at the next tick", () => {
  const wheel = new TimerWheel(1_000);
  let fired = 0;
  wheel.set(new Timer(() => fired++), 3);
  wheel.advance(1_000);
  assertEquals(fired, 0);
  wheel.advance(1_008);
  assertEquals(fired, 1);
});

Deno.test("timer that arms itself anew does not fire twice in a tick", () => {
  const wheel = new TimerWheel();
  let fired = 0;
  const timer: Timer = new Timer(() => {
    fired++;
    wheel.set(timer, wheel.now());
  });
  wheel.set(timer, 0);
  wheel.advance(80);
  assertEquals(fired, 10);
});

Deno.test("timer cleared by another one of the same tick does not fire", () => {
  const wheel = new TimerWheel();
  const fired: string[] = [];
  const timers: Timer[] = ["a", "b"].map((name, i) =>
    new Timer(() => {
      fired.push(name);
      wheel.clear(timers[1 - i]!);
    })
  );
  for (const timer of timers) wheel.set(timer, 5);
  wheel.advance(100);
  assertEquals(fired.length, 1);
  assertEquals(wheel.size, 0);
});

Deno.test("advance from inside a timer does not fire anything early", () => {
  const wheel = new TimerWheel();
  const late: number[] = [];
  const follower = new Timer(() => late.push(wheel.now()));
  wheel.set(
    new Timer(() => {
      wheel.advance(48);
      wheel.set(follower, 48 + 8 * 59);
    }),
    8,
  );
  wheel.advance(8);
  wheel.advance(519);
  assertEquals(late, []);
  wheel.advance(48 + 8 * 59);
  assertEquals(late, [48 + 8 * 59]);
});

Deno.test("timer that throws does not delay the others", () => {
  const wheel = new TimerWheel();
  let fired = 0;
  for (let i = 0; i < 5; i++) {
    wheel.set(
      new Timer(() => {
        fired++;
        throw new Error(`Cannot do ${i}`);
      }),
      i < 3 ? 8 : 16,
    );
  }
  assertThrows(() => wheel.advance(24), Error, "Cannot do");
  assertEquals(fired, 5);
  wheel.advance(32);
});

Deno.test("empty wheel jumps, and the clock never goes back", () => {
  const wheel = new TimerWheel();
  wheel.advance(1e12);
  assertEquals(wheel.now(), 1e12);
  wheel.advance(5);
  wheel.observe(5);
  assertEquals(wheel.now(), 1e12);
  let fired = 0;
  wheel.set(new Timer(() => fired++), 1e12 + 10_000);
  wheel.advance(1e12 + 9_999);
  assertEquals(fired, 0);
  wheel.advance(1e12 + 10_016);
  assertEquals(fired, 1);
});
