import { assertEquals, assertStringIncludes } from "@std/assert";
import { NULL_LOGGER } from "../log/mod.ts";
import { CrashGuard } from "./crash_guard.ts";

Deno.test("CrashGuard reports what nothing caught, and the process goes on", async () => {
  const reports: string[] = [];
  using _ = new CrashGuard({
    ...NULL_LOGGER,
    error: (message, fields) =>
      void reports.push(`${message} ${fields?.error}`),
  }, "the program");
  setTimeout(() => {
    throw new Error("in a timer");
  }, 0);
  void Promise.reject(new Error("in a promise"));
  await new Promise((resolve) => setTimeout(resolve, 20));
  assertEquals(reports.length, 2);
  const all = reports.join("\n");
  assertStringIncludes(all, "the program goes on");
  assertStringIncludes(all, "in a timer");
  assertStringIncludes(all, "in a promise");
});
