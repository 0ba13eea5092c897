/** A gateway whose process stands still. */

import { assertEquals } from "@std/assert";
import { Edge, Service } from "../../client/mod.ts";
import { GatewayProcess } from "../support/gateway_process.ts";
import { failure, within } from "./outcome.ts";

const HEARTBEAT = 5;
/** Two and a half heartbeats at most; one more may have been on its way. */
const SILENT_MS = HEARTBEAT * 3.5 * 1_000;
const TIMEOUT_MS = 1_000;
/** Milliseconds after which everybody is back when it goes on. */
const BACK_MS = 8_000;

/** Stops the gateway in the midst of everything, and lets it go on when it was given up. */
export async function stopGateway(): Promise<void> {
  await using gateway = await GatewayProcess.start();
  const { ports } = gateway;
  const heartbeatSeconds = HEARTBEAT;
  await using service = await Service.connect({
    port: ports.service,
    heartbeatSeconds,
    name: "all",
    topics: ["all"],
    methods: { hold: () => new Promise<void>(() => {}), echo: (r) => r.data },
  });
  await using edge = await Edge.connect({ port: ports.edge, heartbeatSeconds });
  const stream = await edge.openStream("all");
  const accepted = await service.acceptStream();
  const { edgeId } = edge;
  await gateway.stop();
  try {
    const held = [
      failure("The call", edge.call("hold"), SILENT_MS),
      failure("The publish", edge.publish("all", "x"), SILENT_MS),
      failure("The read", stream.read(new Uint8Array(1)), SILENT_MS),
      failure("The other read", accepted.read(new Uint8Array(1)), SILENT_MS),
      failure("The stream", edge.openStream("all"), SILENT_MS),
      failure("The service's call", service.call(edgeId, "x"), SILENT_MS),
    ];
    const short = edge.call("echo", "x", { timeoutMs: TIMEOUT_MS });
    assertEquals(
      await failure("The short call", short, TIMEOUT_MS * 2),
      "timeout",
    );
    const codes = await Promise.all(held);
    assertEquals(codes, codes.map(() => "force-closed") as typeof codes);
    // What begins meanwhile waits for the gateway, but not for ever.
    const early = edge.call("echo", "x", { timeoutMs: TIMEOUT_MS });
    assertEquals(
      await failure("The early call", early, TIMEOUT_MS * 2),
      "timeout",
    );
  } finally {
    gateway.kill("SIGCONT");
  }
  await within(
    "Both to be back",
    Promise.all([
      edge.connected(),
      service.connected(),
    ]),
    BACK_MS,
  );
  assertEquals((await edge.call("echo", "again")).text(), "again");
}
