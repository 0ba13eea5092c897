import { assertEquals } from "@std/assert";
import { whenAborted } from "./when_aborted.ts";

Deno.test("all who wait for a signal are called once, those who left are not", () => {
  const stop = new AbortController();
  const called: number[] = [];
  const same = () => called.push(0);
  const leaving = [0, 1, 2, 3].map((i) =>
    whenAborted(stop.signal, () => called.push(i))
  );
  const leave = whenAborted(stop.signal, same);
  whenAborted(stop.signal, same);
  leaving[1]!();
  leave();
  assertEquals(called, []);
  stop.abort();
  stop.abort();
  assertEquals(called, [0, 2, 3, 0]);
});

Deno.test("a signal has one listener, however many wait for it", () => {
  const stop = new AbortController();
  let listeners = 0;
  const add = stop.signal.addEventListener.bind(stop.signal);
  stop.signal.addEventListener = (
    ...args: Parameters<AbortSignal["addEventListener"]>
  ) => {
    listeners++;
    add(...args);
  };
  for (let i = 0; i < 100; i++) whenAborted(stop.signal, () => {});
  for (let i = 0; i < 100; i++) whenAborted(stop.signal, () => {})();
  assertEquals(listeners, 1);
});

Deno.test("a signal for which nobody waits any more keeps no timer", () => {
  const signal = AbortSignal.timeout(600_000);
  const leave = [0, 1].map(() => whenAborted(signal, () => {}));
  for (const one of leave) one();
  for (const one of leave) one();
  let called = false;
  const last = whenAborted(signal, () => called = true);
  signal.dispatchEvent(new Event("abort"));
  assertEquals(called, true);
  last();
});
