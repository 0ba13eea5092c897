import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { CLIENT_LIMITS, resolveLimits } from "./limits.ts";
import { Edge } from "./mod.ts";
import { ScriptedGateway, until } from "./testing/scripted_gateway.ts";

Deno.test("resolveLimits() completes and checks", () => {
  assertEquals(resolveLimits(), CLIENT_LIMITS);
  assertEquals(resolveLimits({ handlers: 3 }).handlers, 3);
  assertThrows(() => resolveLimits({ handlers: 0 }), RangeError, "handlers");
  assertThrows(() => resolveLimits({ waiting: NaN }), RangeError, "waiting");
  assertThrows(() => resolveLimits({ streamWindow: 1.5 }), RangeError, "1.5");
  assertThrows(() => resolveLimits({ connectionWindow: 2 ** 31 }), RangeError);
});

Deno.test("connect() refuses options that mean nothing", async () => {
  for (
    const options of [
      { limits: { messages: -1 } },
      { timeoutMs: 0 },
      { connectTimeoutMs: NaN },
      { wantedId: -1n },
      { reconnect: { factor: 0 } },
      { heartbeatSeconds: 7 as 5 },
      { heartbeatSeconds: Infinity as 5 },
    ]
  ) {
    await assertRejects(() => Edge.connect(options), RangeError);
  }
});

Deno.test("a gateway that reads slowly gets all answers, and what we ask is refused when too much waits", async () => {
  using gateway = new ScriptedGateway();
  await using edge = await Edge.connect({
    dial: gateway.dial,
    limits: { outboxBytes: 300_000 },
    methods: { large: () => new Uint8Array(100_000) },
  });
  const { side } = gateway;
  // The requests arrive in one piece; most responses must wait until others are written.
  const responses = await Promise.all(
    Array.from({ length: 20 }, () => side.request("large")),
  );
  const good = responses.filter(({ value }) => value?.length === 100_000);
  assertEquals(good.length, 20);

  const calls = Array.from(
    { length: 10 },
    () => edge.call("echo", new Uint8Array(100_000)),
  );
  const outcomes = await Promise.allSettled(calls);
  const refused = outcomes.filter((outcome) =>
    outcome.status === "rejected" && outcome.reason.code === "short-buffer" &&
    outcome.reason.retryable
  );
  assertEquals(refused.length, 7);
  await until(() => side.link.outbox.unwritten === 0);
});

Deno.test("a limit that is named and not given has its default", async () => {
  using gateway = new ScriptedGateway();
  // deno-lint-ignore no-explicit-any
  const limits = { handlers: undefined as any };
  await using edge = await Edge.connect({ dial: gateway.dial, limits });
  assertEquals((await edge.call("echo", "x")).text(), "x");
});

Deno.test("every limit may be infinite", async () => {
  using gateway = new ScriptedGateway();
  const limits = Object.fromEntries(
    Object.keys(CLIENT_LIMITS).map((name) => [name, Infinity]),
  );
  await using edge = await Edge.connect({
    dial: gateway.dial,
    limits,
    methods: { later: async (request) => (await null, request.data) },
  });
  assertEquals((await edge.call("echo", "x")).text(), "x");
  const responses = await Promise.all(
    Array.from({ length: 50 }, () => gateway.side.request("later", "y")),
  );
  assertEquals(responses.filter(({ error }) => error !== ""), []);
  const session = gateway.side.link.openSession("")!;
  const stream = await edge.acceptStream();
  await until(() => session.state === "open");
  session.send(new Uint8Array(1_000), 0, 1_000);
  assertEquals(await stream.read(new Uint8Array(2_000)), 1_000);
});
