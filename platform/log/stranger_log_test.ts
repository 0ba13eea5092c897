import { assertEquals } from "@std/assert";
import { TimerWheel } from "@frontier/proto";
import { type LogFields, NULL_LOGGER } from "./mod.ts";
import { StrangerLog } from "./stranger_log.ts";

type Line = [message: string, fields: LogFields | undefined];

function setUp(maxAddresses?: number) {
  const lines: Line[] = [];
  const timers = new TimerWheel();
  const strangers = new StrangerLog({
    log: {
      ...NULL_LOGGER,
      info: (message, fields) => void lines.push([message, fields]),
    },
    level: "info",
    timers,
    ...(maxAddresses !== undefined && { maxAddresses }),
  });
  const take = () => lines.splice(0);
  return { strangers, timers, take };
}

Deno.test("the first event of an address is said at once", () => {
  const { strangers, take } = setUp();
  strangers.report("a", "Refused", { why: "x" });
  strangers.report("b", "Refused");
  assertEquals(take(), [
    ["Refused", { address: "a", why: "x" }],
    ["Refused", { address: "b" }],
  ]);
});

Deno.test("a flood from one address is one line per minute, with a count", () => {
  const { strangers, timers, take } = setUp();
  let said = 0;
  for (let at = 0; at < 300_000; at += 100) {
    timers.advance(at);
    strangers.report("a", "Refused", { at });
    said += take().length;
  }
  assertEquals(said, 5);
  timers.advance(301_000);
  assertEquals(take().length, 1);
  timers.advance(900_000);
  assertEquals(take(), []);
  assertEquals(timers.size, 0);
});

Deno.test("the count is that of the minute, the facts are those of the last event", () => {
  const { strangers, timers, take } = setUp();
  strangers.report("a", "Refused", { n: 1 });
  take();
  strangers.report("a", "Refused", { n: 2 });
  strangers.report("a", "Closed", { n: 3 });
  assertEquals(take(), []);
  timers.advance(60_100);
  assertEquals(take(), [["Closed", { address: "a", times: 2, n: 3 }]]);
  strangers.report("a", "Refused", { n: 4 });
  assertEquals(take(), []);
  timers.advance(120_300);
  assertEquals(take(), [["Refused", { address: "a", times: 1, n: 4 }]]);
});

Deno.test("an address that was quiet for a minute is new again", () => {
  const { strangers, timers, take } = setUp();
  strangers.report("a", "Refused");
  timers.advance(70_000);
  strangers.report("a", "Refused");
  assertEquals(take().length, 2);
});

Deno.test("each address has a minute of its own", () => {
  const { strangers, timers, take } = setUp();
  strangers.report("a", "Refused");
  timers.advance(30_000);
  strangers.report("b", "Refused");
  strangers.report("a", "Refused");
  strangers.report("b", "Refused");
  take();
  timers.advance(60_100);
  assertEquals(take(), [["Refused", { address: "a", times: 1 }]]);
  timers.advance(90_100);
  assertEquals(take(), [["Refused", { address: "b", times: 1 }]]);
});

Deno.test("beyond so many addresses there is one line for all others", () => {
  const { strangers, timers, take } = setUp(2);
  for (const address of ["a", "b", "c", "d", "e", "a"]) {
    strangers.report(address, "Refused");
  }
  assertEquals(take().map(([, fields]) => fields?.address), [
    "a",
    "b",
    "(others)",
  ]);
  timers.advance(60_100);
  assertEquals(take(), [
    ["Refused", { address: "a", times: 1 }],
    ["Refused", { address: "(others)", times: 2 }],
  ]);
});

Deno.test("what was counted is said at the end, and no timer stays", () => {
  const { strangers, timers, take } = setUp();
  strangers.report("a", "Refused");
  strangers.report("a", "Refused");
  take();
  strangers[Symbol.dispose]();
  assertEquals(take(), [["Refused", { address: "a", times: 1 }]]);
  assertEquals(timers.size, 0);
});
