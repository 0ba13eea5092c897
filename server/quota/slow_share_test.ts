import { assert, assertEquals } from "@std/assert";
import { SlowShare } from "./slow_share.ts";

Deno.test("little slow work waits for nothing", () => {
  const share = new SlowShare();
  const edge = {};
  for (let now = 0; now < 10_000; now += 10) {
    assertEquals(share.charge(edge, 1, now), 0);
  }
});

Deno.test("a lone source works half of the time at most", () => {
  const share = new SlowShare();
  const edge = {};
  let now = 0;
  let worked = 0;
  while (now < 60_000) {
    worked += 300;
    now += 300;
    now += share.charge(edge, 300, now);
  }
  assert(worked / now < 0.55 && worked / now > 0.4, `${worked / now}`);
});

Deno.test("many sources together work half of the time, and one with little waits for none of them", () => {
  const share = new SlowShare();
  const greedy = Array.from({ length: 50 }, () => ({ until: 0 }));
  const polite = {};
  let worked = 0;
  let now = 0;
  let nextPolite = 0;
  while (now < 600_000) {
    let busy = false;
    for (const one of greedy) {
      if (one.until > now) continue;
      busy = true;
      worked += 100;
      now += 100;
      one.until = now + share.charge(one, 100, now);
    }
    if (now >= nextPolite) {
      assertEquals(share.charge(polite, 0.02, now), 0);
      nextPolite = now + 100;
    }
    if (!busy) now += 5;
  }
  assert(worked / now < 0.65, `${worked / now}`);
});

Deno.test("debts that are paid are forgotten, and those of who has gone", () => {
  const share = new SlowShare();
  for (let i = 0; i < 100; i++) share.charge({}, 1, 0);
  assertEquals(share.sources, 100);
  const edge = {};
  for (let i = 0; i < 40; i++) share.charge(edge, 1, 10_000 + i * 1_000);
  assertEquals(share.sources, 1);
  share.forget(edge);
  assertEquals(share.sources, 0);
});
