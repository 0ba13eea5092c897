import { assert, assertEquals } from "@std/assert";
import { Edge, type Status } from "./mod.ts";
import { ScriptedGateway, until } from "./testing/scripted_gateway.ts";

Deno.test("status() tells of every change, from the present one to closed", async () => {
  using gateway = new ScriptedGateway();
  const edge = await Edge.connect({
    dial: gateway.dial,
    reconnect: { minDelayMs: 10, firstDelayMs: 10 },
  });
  const seen: Status[] = [];
  const watching = (async () => {
    for await (const status of edge.status()) seen.push(status);
  })();
  const next = gateway.next();
  gateway.side.cut();
  await next;
  await until(() => edge.state === "connected");
  await edge.close();
  await watching;
  assertEquals(seen.map(({ state }) => state), [
    "connected",
    "disconnected",
    "connecting",
    "connected",
    "closed",
  ]);
  const [first, lost, , second, closed] = seen;
  assert(first?.state === "connected" && first.reconnects === 0);
  assert(second?.state === "connected" && second.reconnects === 1);
  assert(second.id === edge.edgeId && second.id !== first.id);
  assert(lost?.state === "disconnected" && lost.retryInMs >= 10);
  assertEquals(lost.reason.code, "force-closed");
  assert(closed?.state === "closed");
  assertEquals(closed.reason.code, "eof");
});

Deno.test("connected() waits for the connection, or says that there will be none", async () => {
  using gateway = new ScriptedGateway();
  const edge = await Edge.connect({
    dial: gateway.dial,
    reconnect: { minDelayMs: 10, firstDelayMs: 10 },
  });
  assertEquals(await edge.connected(), true);
  gateway.down();
  await until(() => edge.state !== "connected");
  const waiting = edge.connected();
  gateway.up();
  assertEquals(await waiting, true);
  await edge.close();
  assertEquals(await edge.connected(), false);
});

Deno.test("a listener that does not read costs no more than a bounded backlog", async () => {
  using gateway = new ScriptedGateway();
  await using edge = await Edge.connect({
    dial: gateway.dial,
    reconnect: { minDelayMs: 10, firstDelayMs: 10, maxDelayMs: 10 },
  });
  const lazy = edge.status();
  gateway.down();
  await until(() => gateway.dials > 45);
  await edge.close();
  let count = 0;
  for await (const _ of lazy) count++;
  assert(count <= 65, `${count} changes kept`);
});

Deno.test("an iterator of the status that is left ends its pending reads", async () => {
  using gateway = new ScriptedGateway();
  await using edge = await Edge.connect({ dial: gateway.dial });
  const left = edge.status();
  await left.next();
  const pending = left.next();
  await left.return();
  assertEquals(await pending, { value: undefined, done: true });
  const abort = new AbortController();
  const { signal } = abort;
  const aborted = edge.status({ signal });
  await aborted.next();
  const second = aborted.next();
  abort.abort();
  assertEquals(await second, { value: undefined, done: true });
  gateway.down();
  await until(() => edge.state !== "connected");
  assertEquals(
    await edge.connected({ signal: AbortSignal.timeout(20) }),
    false,
  );
});
