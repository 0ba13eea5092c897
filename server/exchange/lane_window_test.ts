import { assert, assertEquals } from "@std/assert";
import { LaneWindow } from "./lane_window.ts";

/** A receiver that works on `hands` messages at a time, each for `ms`; the window is always full. */
function settle(window: LaneWindow, ms: number, hands: number): number {
  const sent: { at: number; before: number }[] = [];
  const busy: number[] = [];
  let now = 0;
  for (let i = 0; i < 20_000; i++) {
    while (sent.length < window.size) {
      sent.push({ at: now, before: sent.length });
    }
    const { at, before } = sent.shift()!;
    const start = busy.length < hands ? at : Math.max(at, busy.shift()!);
    const end = start + ms;
    busy.push(end);
    now = Math.max(now, end);
    window.acked(now - at, before, sent.length + 1);
  }
  return window.size;
}

Deno.test("a receiver that keeps up has the whole window", () => {
  assertEquals(settle(new LaneWindow(1_024), 0.1, 1), 1_024);
});

Deno.test("behind a slow receiver a newcomer waits about half a second, not for a whole window", () => {
  for (const ms of [2, 20, 100]) {
    const size = settle(new LaneWindow(1_024), ms, 1);
    const wait = size * ms;
    assert(wait > 100 && wait < 800, `${ms} ms each: window ${size}`);
  }
});

Deno.test("work that takes long with nothing before it is not queued: the window stays", () => {
  const size = settle(new LaneWindow(1_024), 5_000, 1_024);
  assertEquals(size, 1_024);
});

Deno.test("before the first ack only a part of the window is in use", () => {
  assertEquals(new LaneWindow(1_280).size, 256);
  assertEquals(new LaneWindow(32).size, 32);
});

Deno.test("the window opens again when the receiver recovers", () => {
  const window = new LaneWindow(1_024);
  settle(window, 100, 1);
  assert(window.size < 64);
  assertEquals(settle(window, 0.01, 1), 1_024);
});
