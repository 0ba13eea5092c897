import { assertEquals } from "@std/assert";
import { Pace } from "./pace.ts";
import { TimerWheel } from "../wire/timer_wheel.ts";

const FULL = 196_608;

/** Connections that note when they read on. */
function setup(count: number): {
  wheel: TimerWheel;
  paces: Pace[];
  news: () => number[];
} {
  const wheel = new TimerWheel();
  let gone: number[] = [];
  const paces = Array.from(
    { length: count },
    (_, i) => new Pace(wheel, () => gone.push(i)),
  );
  return {
    wheel,
    paces,
    news: () => {
      const news = gone;
      gone = [];
      return news;
    },
  };
}

Deno.test("isFull() tells an outbox that others wait for", () => {
  assertEquals([0, FULL - 1, FULL].map((n) => Pace.isFull(n)), [
    false,
    false,
    true,
  ]);
});

Deno.test("those who wait go on as soon as enough is written", () => {
  const { wheel, paces: [a, b, to], news } = setup(3);
  a!.follow(to!, wheel.now());
  b!.follow(to!, wheel.now());
  b!.follow(to!, wheel.now());
  assertEquals([a!.waiting, b!.waiting, to!.waiting], [true, true, false]);
  to!.written(FULL);
  assertEquals(news(), []);
  to!.written(FULL - 1);
  assertEquals(news(), [0, 1]);
  assertEquals([a!.waiting, b!.waiting], [false, false]);
  // A later wait begins anew, though the timer of the first is armed still.
  wheel.advance(8);
  a!.follow(to!, wheel.now());
  b!.end();
  wheel.advance(9);
  assertEquals(news(), []);
  wheel.advance(32);
  assertEquals(news(), [0]);
  assertEquals(wheel.size, 0);
});

Deno.test("one who does not write is waited for a few milliseconds, and once", () => {
  const { wheel, paces: [a, b, to], news } = setup(3);
  a!.follow(to!, wheel.now());
  b!.follow(to!, wheel.now());
  wheel.advance(16);
  assertEquals(news(), [0, 1]);
  assertEquals(wheel.size, 0);
  a!.follow(to!, wheel.now());
  assertEquals(a!.waiting, false, "it is slow");
  to!.written(FULL);
  a!.follow(to!, wheel.now());
  assertEquals(a!.waiting, true, "it has written");
  to!.end();
  assertEquals(news(), [0]);
  wheel.advance(64);
  assertEquals([news(), wheel.size], [[], 0]);
});

Deno.test("nobody waits for itself, nor two for each other for long", () => {
  const { wheel, paces: [a, b], news } = setup(2);
  a!.follow(a!, wheel.now());
  assertEquals(a!.waiting, false);
  a!.follow(b!, wheel.now());
  b!.follow(a!, wheel.now());
  a!.written(0);
  assertEquals(news(), [1]);
  b!.written(0);
  assertEquals(news(), [0]);
  a!.follow(b!, wheel.now());
  b!.follow(a!, wheel.now());
  wheel.advance(16);
  assertEquals(news().sort(), [0, 1]);
  assertEquals(wheel.size, 0);
});

Deno.test("one who is over neither waits nor is waited for", () => {
  const { wheel, paces: [a, b, to], news } = setup(3);
  a!.follow(to!, wheel.now());
  b!.follow(to!, wheel.now());
  a!.end();
  to!.written(0);
  assertEquals(news(), [1]);
  b!.follow(to!, wheel.now());
  to!.end();
  assertEquals(news(), [1]);
  b!.end();
  assertEquals(wheel.size, 0);
});
