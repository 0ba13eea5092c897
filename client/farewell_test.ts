import { assert, assertEquals } from "@std/assert";
import type { FarewellReason } from "@frontier/proto";
import { Edge, type Status } from "./mod.ts";
import { ScriptedGateway, until } from "./testing/scripted_gateway.ts";

/** Loses the connection after a farewell, and tells what the status says. */
async function lose(
  farewell: FarewellReason | undefined,
): Promise<Extract<Status, { state: "disconnected" }>> {
  using gateway = new ScriptedGateway();
  await using edge = await Edge.connect({
    dial: gateway.dial,
    reconnect: { minDelayMs: 300, firstDelayMs: 400, maxDelayMs: 700 },
  });
  const { link } = gateway.side;
  if (farewell !== undefined) link.sendFarewell(farewell);
  link.close({ kind: "closed", text: "test" });
  for await (const status of edge.status()) {
    if (status.state === "disconnected") return status;
  }
  throw new Error("Closed without having been disconnected");
}

Deno.test("an end that was replaced says so and comes back with its longest pause", async () => {
  const { farewell, retryInMs, reason } = await lose("replaced");
  assertEquals([farewell, retryInMs], ["replaced", 700]);
  assertEquals(reason.code, "force-closed");
  assert(reason.message.includes("taken its id"), reason.message);
});

Deno.test("an end that is asked to connect again does so at once", async () => {
  const { farewell, retryInMs } = await lose("reconnect");
  assertEquals(farewell, "reconnect");
  assert(retryInMs <= 200, `${retryInMs}`);
});

Deno.test("without a farewell, or when the gateway stops, the pause is as ever", async () => {
  for (const said of ["going-away", undefined] as const) {
    const { farewell, retryInMs } = await lose(said);
    assertEquals(farewell, said);
    assert(retryInMs >= 300 && retryInMs <= 400, `${retryInMs}`);
  }
});

Deno.test("a farewell says nothing about the connection after the next", async () => {
  using gateway = new ScriptedGateway();
  await using edge = await Edge.connect({
    dial: gateway.dial,
    reconnect: { minDelayMs: 10, firstDelayMs: 10, maxDelayMs: 20 },
  });
  gateway.side.link.sendFarewell("replaced");
  gateway.side.link.close({ kind: "closed", text: "test" });
  await until(() => gateway.accepted === 2);
  await edge.connected();
  gateway.side.cut();
  for await (const status of edge.status()) {
    if (status.state !== "disconnected") continue;
    assertEquals(status.farewell, undefined);
    break;
  }
});
