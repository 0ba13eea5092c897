import { assert, assertEquals } from "@std/assert";
import { Timer } from "@frontier/proto";
import { SystemTimers } from "./system_timers.ts";

function fired(timers: SystemTimers, ms: number): Promise<number> {
  return new Promise((resolve) => {
    const at = timers.now() + ms;
    timers.set(new Timer(() => resolve(timers.now() - at)), at);
  });
}

Deno.test("timers fire in time, never early", async () => {
  const timers = new SystemTimers();
  const late = await Promise.all(
    [5, 0, 100, 40, 41].map((ms) => fired(timers, ms)),
  );
  for (const ms of late) assert(ms >= 0 && ms < 1_000, `${ms} ms late`);
  assertEquals(timers.size, 0);
});

Deno.test("earlier timer is not kept waiting by a later one", async () => {
  const timers = new SystemTimers();
  const far = new Timer(() => {});
  timers.set(far, timers.now() + 3_600_000);
  const late = await fired(timers, 20);
  assert(late >= 0 && late < 300, `${late} ms late`);
  timers.clear(far);
  assertEquals(timers.size, 0);
});

Deno.test("timer works after the wheel stood still", async () => {
  const timers = new SystemTimers();
  await fired(timers, 1);
  await new Promise((resolve) => setTimeout(resolve, 700));
  const late = await fired(timers, 10);
  assert(late >= 0 && late < 300, `${late} ms late`);
});

Deno.test("cleared timers leave nothing behind", () => {
  const timers = new SystemTimers();
  for (let i = 0; i < 100; i++) {
    const timer = new Timer(() => {
      throw new Error("Cannot fire: it was cleared");
    });
    timers.set(timer, timers.now() + i * 10);
    timers.set(timer, timers.now() + i);
    timers.clear(timer);
    timers.clear(timer);
  }
  assertEquals(timers.size, 0);
});

Deno.test("timer that arms others and itself goes on", async () => {
  const timers = new SystemTimers();
  const times: number[] = [];
  await new Promise<void>((resolve) => {
    const timer: Timer = new Timer(() => {
      times.push(timers.now());
      if (times.length === 5) resolve();
      else timers.set(timer, timers.now() + 10);
    });
    timers.set(timer, timers.now());
  });
  for (let i = 1; i < 5; i++) assert(times[i]! - times[i - 1]! >= 10);
  assertEquals(timers.size, 0);
});
