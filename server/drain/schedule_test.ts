import { assert, assertEquals } from "@std/assert";
import { drainSchedule, eventsUntil, nextPoint, paceOf } from "./schedule.ts";

Deno.test("the parts of a drain follow each other and end with it", () => {
  for (const seconds of [0.001, 0.1, 1, 5, 25, 3_600, Infinity]) {
    const schedule = drainSchedule(1_000, seconds);
    const {
      headStartUntil,
      namelessUntil,
      edgesUntil,
      eventsAt,
      servicesUntil,
      endsAt,
    } = schedule;
    const points = [
      1_000,
      headStartUntil,
      namelessUntil,
      edgesUntil,
      eventsAt,
      servicesUntil,
      endsAt,
    ];
    assertEquals(points, points.toSorted((a, b) => a - b), `${seconds}`);
    assertEquals(endsAt, 1_000 + seconds * 1_000);
    assert(schedule.admitUntil <= edgesUntil);
  }
});

Deno.test("what comes after the edges has a quarter of the time, five seconds at most", () => {
  assertEquals(drainSchedule(0, 25).edgesUntil, 20_000);
  assertEquals(drainSchedule(0, 60).edgesUntil, 55_000);
  assertEquals(drainSchedule(0, 8).edgesUntil, 6_000);
  assertEquals(drainSchedule(0, 60).admitUntil, 27_500);
});

Deno.test("events are waited for until the services must leave", () => {
  assertEquals(eventsUntil(drainSchedule(0, 25), 1_000), 6_000);
  assertEquals(eventsUntil(drainSchedule(0, 25), 22_000), 23_500);
});

Deno.test("the next point is one that lies ahead", () => {
  const schedule = drainSchedule(0, 25);
  assertEquals(nextPoint(schedule, 0), 500);
  assertEquals(nextPoint(schedule, 500), 1_000);
  assertEquals(nextPoint(schedule, 1_000), 10_000);
  assertEquals(nextPoint(schedule, 24_999), 25_000);
  assertEquals(nextPoint(schedule, 25_000), Infinity);
});

Deno.test("in little time peers have little to move and to be quiet", () => {
  assertEquals(paceOf(7, 0, 20_000), {
    rate: 7,
    startBy: 8_000,
    moveMs: 5_000,
    aloneMs: 2_000,
    quietMs: 250,
  });
  const { startBy, moveMs, quietMs } = paceOf(7, 1_000, 2_000);
  assertEquals([startBy, moveMs, quietMs], [1_400, 250, 50]);
  assertEquals(paceOf(7, 0, Infinity).startBy, Infinity);
  assertEquals(paceOf(7, 10, 0).moveMs, 0);
});
