import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { putTime } from "./put_time.ts";

const decoder = new TextDecoder();

function written(time: number): string {
  const buf = new Uint8Array(32);
  const end = putTime(new DataView(buf.buffer), 3, time);
  return decoder.decode(buf.subarray(3, end));
}

Deno.test("a time is written as Go writes it, any millisecond of any day", () => {
  const last = Date.UTC(9999, 11, 31, 23, 59, 59, 999);
  for (let day = 0; day * 86_400_000 < last; day += 1) {
    const time = day * 86_400_000 + (day * 7_919) % 86_400_000;
    if (day % 5 > 0 && day > 60_000) continue;
    assertEquals(written(time), iso(time));
  }
  fc.assert(fc.property(fc.integer({ min: 0, max: last }), (time) => {
    assertEquals(written(time), iso(time));
  }));
  assertEquals(written(0), "1970-01-01T00:00:00Z");
  assertEquals(written(1_709_210_096_250.9), "2024-02-29T12:34:56.25Z");
});

function iso(time: number): string {
  const text = new Date(time).toISOString();
  const [whole, part] = text.slice(0, -1).split(".");
  const digits = part!.replace(/0+$/, "");
  return digits === "" ? `${whole}Z` : `${whole}.${digits}Z`;
}
