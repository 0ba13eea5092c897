/**
 * Ends of the SDK that dial the port of the other kind, at a real gateway.
 */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { Edge, FrontierError, type Logger, Service } from "@frontier/client";
import { startFrontier } from "@frontier/server";

const LOOPBACK = "127.0.0.1";

function recorder(): { lines: string[]; logger: Logger } {
  const lines: string[] = [];
  const ignore = () => {};
  const warn = (line: string) => lines.push(line);
  return {
    lines,
    logger: { debug: ignore, info: ignore, warn, error: ignore },
  };
}

Deno.test("an end at the port of the other kind is told so, once", async () => {
  await using gateway = await startFrontier({
    edgebound: { hostname: LOOPBACK, port: 0 },
    servicebound: { hostname: LOOPBACK, port: 0 },
  });
  const lost = recorder();
  await using service = await Service.connect({
    port: gateway.edgeAddr.port,
    logger: lost.logger,
  });
  for (let i = 0; i < 2; i++) {
    await assertRejects(() => service.call(42n, "m"), FrontierError);
  }
  assertEquals(lost.lines.length, 1);
  assert(lost.lines[0]!.includes("port for edges"), lost.lines[0]);
  const alone = recorder();
  const { port } = gateway.serviceAddr;
  for (const meta of [undefined, "sensor-7"]) {
    const options = { port, logger: alone.logger, ...(meta && { meta }) };
    const error = await assertRejects(
      () => Edge.connect(options),
      FrontierError,
    );
    assertEquals(error.code, "refused");
  }
  assertEquals(alone.lines.length, 2);
  assert(alone.lines[0]!.includes("port for services"), alone.lines[0]);
});

Deno.test("an end at its own port is not suspected, whatever fails", async () => {
  await using gateway = await startFrontier({
    edgebound: { hostname: LOOPBACK, port: 0 },
    servicebound: { hostname: LOOPBACK, port: 0 },
  });
  const { lines, logger } = recorder();
  await using service = await Service.connect({
    port: gateway.serviceAddr.port,
    logger,
  });
  await using edge = await Edge.connect({
    port: gateway.edgeAddr.port,
    logger,
  });
  for (
    const operation of [
      () => service.call(42n, "m"),
      () => service.call(edge.edgeId, "m"),
      () => service.publish(42n, ""),
      () => service.openStream(42n),
      () => edge.call("m"),
      () => edge.publish("t", ""),
      () => edge.openStream("s"),
    ]
  ) await assertRejects(operation, FrontierError);
  assertEquals(lines, []);
});
