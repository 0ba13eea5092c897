import { assertEquals } from "@std/assert";
import { TimerWheel } from "@frontier/proto";
import type { LogFields, Logger } from "./mod.ts";
import { repeatLog, type RepeatLogOptions } from "./repeat_log.ts";

type Line = [level: string, message: string, fields: LogFields | undefined];

function setUp(options: RepeatLogOptions = {}) {
  const lines: Line[] = [];
  const timers = new TimerWheel();
  const to = (level: keyof Logger) => (message: string, fields?: LogFields) =>
    void lines.push([level, message, fields]);
  const log = repeatLog({
    debug: to("debug"),
    info: to("info"),
    warn: to("warn"),
    error: to("error"),
  }, { timers, ...options });
  return { log, timers, take: () => lines.splice(0) };
}

for (const level of ["info", "warn", "error"] as const) {
  Deno.test(`${level}: what one peer repeats is one line per minute, with a count and the last facts`, () => {
    const { log, timers, take } = setUp();
    for (let i = 0; i < 100; i++) log[level]("Stalled", { peer: "edge 7", i });
    assertEquals(take(), [[level, "Stalled", { peer: "edge 7", i: 0 }]]);
    timers.advance(59_000);
    assertEquals(take(), []);
    timers.advance(60_100);
    assertEquals(take(), [
      [level, "Stalled", { peer: "edge 7", i: 99, times: 99 }],
    ]);
    timers.advance(200_000);
    assertEquals([take(), timers.size], [[], 0]);
  });
}

Deno.test("a peer is the same from another port, and another one under another id", () => {
  const { log, take } = setUp();
  log.warn("Stalled", { peer: "edge 7 (192.0.2.1:1000)" });
  log.warn("Stalled", { peer: "edge 7 (192.0.2.1:1001)" });
  log.warn("Stalled", { peer: "edge 8 (192.0.2.1:1002)" });
  log.warn("Refused", { peer: "192.0.2.1:5" });
  log.warn("Refused", { peer: "192.0.2.1:6" });
  log.warn("Refused", { peer: "[2001:db8::1]:6" });
  assertEquals(take().map(([, , fields]) => fields?.["peer"]), [
    "edge 7 (192.0.2.1:1000)",
    "edge 8 (192.0.2.1:1002)",
    "192.0.2.1:5",
    "[2001:db8::1]:6",
  ]);
});

Deno.test("different messages and levels about one peer are all said", () => {
  const { log, take } = setUp();
  log.warn("Stalled", { peer: "edge 7" });
  log.warn("Refused", { peer: "edge 7" });
  log.error("Stalled", { peer: "edge 7" });
  assertEquals(take().length, 3);
});

Deno.test("records for debugging, and those without a peer, pass unchanged", () => {
  const { log, take } = setUp();
  for (let i = 0; i < 2; i++) {
    log.debug("A", { peer: "edge 7" });
    log.info("B", { older: "edge 7" });
    log.warn("C");
    log.error("D", { peer: 7 });
  }
  const once: Line[] = [
    ["debug", "A", { peer: "edge 7" }],
    ["info", "B", { older: "edge 7" }],
    ["warn", "C", undefined],
    ["error", "D", { peer: 7 }],
  ];
  assertEquals(take(), [...once, ...once]);
});

Deno.test("a fault of very many peers is a bounded number of lines, and none is lost from the count", () => {
  const { log, timers, take } = setUp({ maxPeers: 4 });
  for (let id = 0; id < 100_000; id++) {
    log.warn("Stalled", { peer: `edge ${id}` });
  }
  assertEquals(take().length, 5);
  timers.advance(60_100);
  assertEquals(take(), [
    ["warn", "Stalled", { peer: "(others)", times: 99_995 }],
  ]);
});

Deno.test("its disposal says what was counted and leaves no timer", () => {
  const { log, timers, take } = setUp();
  log.warn("Stalled", { peer: "edge 7" });
  log.warn("Stalled", { peer: "edge 7" });
  log.error("Broken", { peer: "edge 7" });
  take();
  log[Symbol.dispose]();
  assertEquals(take(), [["warn", "Stalled", { peer: "edge 7", times: 1 }]]);
  assertEquals(timers.size, 0);
});
