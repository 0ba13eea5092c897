import { assert, assertEquals, assertRejects } from "@std/assert";
import { Edge, FrontierError } from "./mod.ts";
import { ScriptedGateway, until } from "./testing/scripted_gateway.ts";

const SOON = { minDelayMs: 10, firstDelayMs: 10, maxDelayMs: 20 };
const text = (bytes: Uint8Array | undefined) => new TextDecoder().decode(bytes);

/** A gateway that confirms methods when the test says so. */
function slowGateway(): { gateway: ScriptedGateway; acks: (() => void)[] } {
  const acks: (() => void)[] = [];
  const gateway = new ScriptedGateway({
    onRegister: (_side, _method, ack) => acks.push(ack),
  });
  return { gateway, acks };
}

const registers = (gateway: ScriptedGateway) =>
  gateway.log.filter((line) => line.startsWith("register "));

Deno.test("registers of one method at a time share one answer, and wait for it", async () => {
  const { gateway, acks } = slowGateway();
  using _gateway = gateway;
  await using edge = await Edge.connect({ dial: gateway.dial });
  const done: string[] = [];
  const first = edge.register("m", () => "1").then(() => done.push("first"));
  const second = edge.register("m", () => "2").then(() => done.push("second"));
  await until(() => acks.length === 1);
  await edge.call("echo", "x");
  assertEquals(done, []);
  // The newest handler answers already.
  assertEquals(text((await gateway.side.request("m")).value), "2");
  acks[0]!();
  await Promise.all([first, second]);
  assertEquals(registers(gateway), ["register m"]);
  await edge.register("m", () => "3");
  assertEquals(registers(gateway), ["register m"]);
  assertEquals(text((await gateway.side.request("m")).value), "3");
});

Deno.test("when the register that asked gives up, the next one asks", async () => {
  const { gateway, acks } = slowGateway();
  using _gateway = gateway;
  await using edge = await Edge.connect({ dial: gateway.dial });
  const abort = new AbortController();
  const { signal } = abort;
  const first = edge.register("m", () => "1", { signal });
  const second = edge.register("m", () => "2");
  const third = edge.register("m", () => "3", { timeoutMs: 30 });
  await until(() => acks.length === 1);
  abort.abort();
  assertEquals((await rejection(first)).code, "canceled");
  assertEquals((await rejection(third)).code, "timeout");
  await until(() => acks.length === 2);
  acks[1]!();
  await second;
  assertEquals(text((await gateway.side.request("m")).value), "2");
});

Deno.test("a register that fails leaves the handler there was", async () => {
  const { gateway, acks } = slowGateway();
  using _gateway = gateway;
  await using edge = await Edge.connect({
    dial: gateway.dial,
    reconnect: SOON,
  });
  const good = edge.register("m", () => "good");
  await until(() => acks.length === 1);
  acks[0]!();
  await good;
  gateway.down();
  await until(() => edge.state !== "connected");
  const late = edge.register("m", () => "late", { timeoutMs: 30 });
  assertEquals((await rejection(late)).code, "timeout");
  gateway.script = {};
  gateway.up();
  await edge.connected();
  assertEquals(text((await gateway.side.request("m")).value), "good");
});

Deno.test("a method that is taken back while offline does not reach the gateway", async () => {
  using gateway = new ScriptedGateway();
  await using edge = await Edge.connect({
    dial: gateway.dial,
    reconnect: SOON,
  });
  await edge.register("old", () => "old");
  gateway.down();
  await until(() => edge.state !== "connected");
  const pending = [
    edge.register("new", () => "1"),
    edge.register("new", () => "2"),
  ];
  assert(edge.unregister("new"));
  assert(edge.unregister("old"));
  for (const register of pending) {
    const error = await rejection(register);
    assertEquals(error.code, "canceled");
    assert(error.message.includes('"new"'), error.message);
  }
  const begun = registers(gateway).length;
  gateway.up();
  await edge.connected();
  await edge.call("echo", "x");
  assertEquals(registers(gateway).length, begun);
  await edge.register("new", () => "3");
  assertEquals(text((await gateway.side.request("new")).value), "3");
});

Deno.test("a method that is taken back while its register is cut does not come back", async () => {
  const { gateway, acks } = slowGateway();
  using _gateway = gateway;
  await using edge = await Edge.connect({
    dial: gateway.dial,
    reconnect: SOON,
  });
  const pending = edge.register("m", () => "1");
  await until(() => acks.length === 1);
  const lost = rejection(pending);
  gateway.down();
  await until(() => edge.state !== "connected");
  edge.unregister("m");
  assertEquals((await lost).code, "canceled");
  gateway.script = {};
  gateway.up();
  await edge.connected();
  await edge.call("echo", "x");
  assertEquals(registers(gateway), ["register m"]);
});

async function rejection(promise: Promise<unknown>): Promise<FrontierError> {
  return await assertRejects(() => promise, FrontierError);
}
