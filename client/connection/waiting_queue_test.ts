import { assert, assertEquals, assertRejects } from "@std/assert";
import { type ClientLimits, Edge, FrontierError } from "../mod.ts";
import { ScriptedGateway, until } from "../testing/scripted_gateway.ts";

async function offline(
  gateway: ScriptedGateway,
  limits: Partial<ClientLimits>,
): Promise<Edge> {
  const edge = await Edge.connect({
    dial: gateway.dial,
    limits,
    reconnect: { minDelayMs: 10, firstDelayMs: 10, maxDelayMs: 20 },
  });
  gateway.down();
  await until(() => edge.state !== "connected");
  return edge;
}

/** Starts operations and says how many were refused for want of room. */
async function refusedOf(
  count: number,
  begin: () => Promise<unknown>,
): Promise<number> {
  let refused = 0;
  for (let i = 0; i < count; i++) {
    begin().catch((error) => {
      if (error.code === "short-buffer") refused++;
    });
  }
  await new Promise((resolve) => setTimeout(resolve, 0));
  return refused;
}

Deno.test("what waits is counted in bytes, and canceled operations give theirs back", async () => {
  using gateway = new ScriptedGateway();
  await using edge = await offline(gateway, { waitingBytes: 1_000 });
  // 300 bytes in 100 characters.
  const text = "漢".repeat(100);
  for (let round = 0; round < 5; round++) {
    const abort = new AbortController();
    const { signal } = abort;
    const refused = await refusedOf(9, () => edge.call("x", text, { signal }));
    assertEquals(refused, 6, `round ${round}`);
    abort.abort();
  }
  // A binary payload and custom bytes count alike.
  const bytes = new Uint8Array(450);
  const custom = "漢".repeat(150);
  const last = await refusedOf(4, () => edge.publish("t", bytes, { custom }));
  assertEquals(last, 3);
});

Deno.test("what was sent after the reconnect has given its bytes back", async () => {
  using gateway = new ScriptedGateway();
  await using edge = await offline(gateway, { waitingBytes: 1_000 });
  for (let round = 0; round < 4; round++) {
    const refused = await refusedOf(5, () => edge.call("x", "é".repeat(450)));
    assertEquals(refused, 4, `round ${round}`);
    gateway.up();
    await edge.connected();
    await edge.call("x");
    gateway.down();
    await until(() => edge.state !== "connected");
  }
});

Deno.test("names and meta of what waits count, too", async () => {
  using gateway = new ScriptedGateway();
  await using edge = await offline(gateway, { waitingBytes: 10_000 });
  const name = "漢".repeat(1_200);
  const meta = "漢".repeat(1_200);
  assertEquals(await refusedOf(3, () => edge.register(name, () => {})), 1);
  // 7 200 bytes are taken; those of the refused were not kept.
  assertEquals(await refusedOf(1, () => edge.openStream(name)), 1);
  assertEquals(await refusedOf(1, () => edge.openStream("s", { meta })), 1);
  assertEquals(await refusedOf(1, () => edge.openStream("s")), 0);
});

Deno.test("without limits of time operations wait for the connection", async () => {
  using gateway = new ScriptedGateway();
  await using edge = await offline(gateway, {});
  const waiting = [Infinity, Number.MAX_VALUE, 2 ** 53, 2 ** 31].map(
    (timeoutMs) =>
      Promise.all([
        edge.call("x", "", { timeoutMs }),
        edge.publish("t", "", { timeoutMs }),
        edge.openStream("s", { timeoutMs }),
        edge.register(`m${timeoutMs}`, () => {}, { timeoutMs }),
      ]),
  );
  const early = await Promise.race([
    Promise.race(waiting).then(() => "over", (error) => `${error}`),
    new Promise((resolve) => setTimeout(resolve, 50)),
  ]);
  assertEquals(early, undefined);
  gateway.up();
  await Promise.all(waiting);
});

Deno.test("spans without end mean no limit in every option of an endpoint", async () => {
  using gateway = new ScriptedGateway();
  const edge = await Edge.connect({
    dial: gateway.dial,
    timeoutMs: Infinity,
    connectTimeoutMs: Infinity,
    reconnect: { minDelayMs: 10, firstDelayMs: 10, maxDelayMs: Infinity },
  });
  assertEquals((await edge.call("x", "a")).text(), "a");
  gateway.side.cut();
  await until(() => gateway.accepted === 2);
  const stream = await edge.openStream("s");
  await stream.close({ timeoutMs: Infinity });
  const begin = performance.now();
  await edge.drain({ timeoutMs: Infinity });
  assert(performance.now() - begin < 5_000);
  await edge.close({ timeoutMs: 2 ** 40 });
  const error = await assertRejects(() => edge.call("x"), FrontierError);
  assertEquals(error.code, "eof");
});
