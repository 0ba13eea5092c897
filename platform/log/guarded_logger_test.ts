import { assertEquals } from "@std/assert";
import { guardedLogger } from "./guarded_logger.ts";
import type { Logger } from "./mod.ts";

const LEVELS = ["debug", "info", "warn", "error"] as const;

Deno.test("a guarded logger passes every record on, to the logger itself", () => {
  class Own implements Logger {
    readonly seen: unknown[] = [];
    debug(...record: unknown[]): void {
      this.seen.push(["debug", ...record]);
    }
    info(...record: unknown[]): void {
      this.seen.push(["info", ...record]);
    }
    warn(...record: unknown[]): void {
      this.seen.push(["warn", ...record]);
    }
    error(...record: unknown[]): void {
      this.seen.push(["error", ...record]);
    }
  }
  const own = new Own();
  const logger = guardedLogger(own);
  for (const level of LEVELS) logger[level]("text", { a: 1 });
  assertEquals(own.seen, LEVELS.map((level) => [level, "text", { a: 1 }]));
});

Deno.test("a guarded logger throws nothing", () => {
  const full = () => {
    throw new Error("no space left");
  };
  const logger = guardedLogger({
    debug: full,
    info: full,
    warn: full,
    error: full,
  });
  for (const level of LEVELS) logger[level]("text");
});
