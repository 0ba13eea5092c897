import { assertEquals } from "@std/assert";
import { Tally } from "./tally.ts";

Deno.test("labels are counted, those of a flood of them together", () => {
  const tally = new Tally();
  for (let i = 0; i < 1_500; i++) tally.countLabel(`${i}`);
  tally.countLabel("0");
  const lines = tally.lines();
  assertEquals(lines.length, 1_001);
  assertEquals(lines[0], "label: 0, counter: 2");
  assertEquals(lines[1_000], "label: (others), counter: 500");
});
