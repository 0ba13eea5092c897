import { assertEquals } from "@std/assert";
import { GrowingWindow } from "./growing_window.ts";

Deno.test("a quarter of the window is granted at once, less waits", () => {
  const window = new GrowingWindow(400, 1_600);
  assertEquals(window.free(99), 0);
  assertEquals(window.free(1), 100);
  assertEquals(window.free(99), 0);
  assertEquals(window.free(301), 400);
});

Deno.test("the window doubles up to its greatest size", () => {
  const window = new GrowingWindow(400, 1_500);
  const sizes = [];
  for (let i = 0; i < 4; i++) {
    sizes.push(window.size);
    window.widen(window.growth);
  }
  assertEquals(sizes, [400, 800, 1_500, 1_500]);
  assertEquals(window.growth, 0);
});

Deno.test("a larger window grants larger parts, and forgets nothing it owes", () => {
  const window = new GrowingWindow(400, 1_600);
  assertEquals(window.free(99), 0);
  window.widen(400);
  assertEquals(window.free(100), 0);
  assertEquals(window.free(1), 200);
});

Deno.test("a window of a few bytes works", () => {
  for (const size of [1, 2, 3]) {
    const window = new GrowingWindow(size, size * 4);
    let granted = 0;
    for (let i = 0; i < 10; i++) granted += window.free(1);
    assertEquals(granted, 10);
  }
});
