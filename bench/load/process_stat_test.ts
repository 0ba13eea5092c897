import { assertEquals, assertThrows } from "@std/assert";
import {
  parseBusySeconds,
  parseCpuSeconds,
  parseStatusBytes,
} from "./process_stat.ts";

Deno.test("parseCpuSeconds() adds user and system time", () => {
  const text =
    "4465 (deno) S 1 4465 4465 0 -1 4194304 1206 0 0 0 123 45 0 0 20 0 12 0 9876 123456789 4321 184467";
  assertEquals(parseCpuSeconds(text), 1.68);
});

Deno.test("parseCpuSeconds() is not misled by the program's name", () => {
  const text =
    "7 (a) b (c) 1 2) R 1 7 7 0 -1 0 0 0 0 0 200 100 0 0 20 0 1 0 1 1 1";
  assertEquals(parseCpuSeconds(text), 3);
});

Deno.test("parseCpuSeconds() refuses other texts", () => {
  assertThrows(
    () => parseCpuSeconds("nothing here"),
    SyntaxError,
    "Cannot find CPU times",
  );
});

Deno.test("parseStatusBytes() reads sizes", () => {
  const text =
    "Name:\tdeno\nVmHWM:\t   81920 kB\nVmRSS:\t   40960 kB\nThreads:\t12\n";
  assertEquals(parseStatusBytes(text, "VmRSS"), 40960 * 1024);
  assertEquals(parseStatusBytes(text, "VmHWM"), 81920 * 1024);
  assertThrows(
    () => parseStatusBytes(text, "VmSwap"),
    SyntaxError,
    "Cannot find VmSwap",
  );
});

Deno.test("parseBusySeconds() adds everything but idle and waiting", () => {
  const text =
    "cpu  100 20 300 9999 8888 4 50 600 0 0\ncpu0 50 10 150 5000 4444 2 25 300 0 0\n";
  assertEquals(parseBusySeconds(text), 10.74);
  assertThrows(
    () => parseBusySeconds("intr 1 2 3\n"),
    SyntaxError,
    "Cannot find CPU times",
  );
});
