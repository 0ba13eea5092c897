import { assertEquals } from "@std/assert";
import { GrowingWindow } from "./growing_window.ts";

Deno.test("a quarter of the window is granted at once, less waits", () => {
  const window = new GrowingWindow(400);
  assertEquals(window.free(99, false), 0);
  assertEquals(window.free(1, false), 100);
  assertEquals(window.free(99, false), 0);
  assertEquals(window.free(301, false), 400);
});

Deno.test("the window doubles to four times its size, and no further", () => {
  const window = new GrowingWindow(400);
  assertEquals(window.free(100, true), 100 + 400);
  // A quarter of 800 now.
  assertEquals(window.free(199, true), 0);
  assertEquals(window.free(1, true), 200 + 800);
  assertEquals(window.free(400, true), 400);
  assertEquals(window.free(399, true), 0);
});

Deno.test("a window with unread bytes does not grow", () => {
  const window = new GrowingWindow(400);
  assertEquals(window.free(400, false), 400);
  assertEquals(window.free(100, true), 500);
});
