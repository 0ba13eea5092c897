/**
 * Ends of the SDK that dial the port of the other kind, at a real gateway.
 */
import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  Edge,
  FrontierError,
  type LogFields,
  type Logger,
  Service,
} from "@frontier/client";
import { connectTcp } from "@frontier/platform";
import { startFrontier } from "@frontier/server";

const LOOPBACK = "127.0.0.1";

function recorder(): { lines: string[]; logger: Logger } {
  const lines: string[] = [];
  const ignore = () => {};
  const warn = (line: string, fields?: LogFields) =>
    lines.push(`${line} at ${fields?.address}`);
  return {
    lines,
    logger: { debug: ignore, info: ignore, warn, error: ignore },
  };
}

Deno.test("an end at the port of the other kind is refused and told so, whatever it says of itself", async () => {
  await using gateway = await startFrontier({
    edgebound: { hostname: LOOPBACK, port: 0 },
    servicebound: { hostname: LOOPBACK, port: 0 },
  });
  const lost = recorder();
  const options = { port: gateway.edgeAddr.port, logger: lost.logger };
  for (const name of ["", "lost"]) {
    const error = await assertRejects(
      () => Service.connect({ ...options, name, topics: ["t"] }),
      FrontierError,
      "wrong port: this one is for edges, services connect to the servicebound port",
    );
    assertEquals(error.code, "refused");
    assertEquals(error.retryable, false);
  }
  assertEquals(lost.lines.length, 2);
  const there = `port for edges at ${LOOPBACK}:${options.port}`;
  assert(lost.lines[0]!.endsWith(there), lost.lines[0]);
  const alone = recorder();
  const { port } = gateway.serviceAddr;
  for (const meta of ["", "sensor-7", '{"service":"sensor-7"}']) {
    const error = await assertRejects(
      () => Edge.connect({ port, logger: alone.logger, meta }),
      FrontierError,
      "wrong port: this one is for services, edges connect to the edgebound port",
    );
    assertEquals(error.code, "refused");
  }
  assertEquals(alone.lines.length, 3);
  assert(alone.lines[0]!.includes("port for services"), alone.lines[0]);
  assertEquals(gateway.status.edges, 0);
  assertEquals(gateway.status.services, 0);
});

Deno.test("a service that goes on trying at the port for edges is told so once", async () => {
  await using gateway = await startFrontier({
    edgebound: { hostname: LOOPBACK, port: 0 },
    servicebound: { hostname: LOOPBACK, port: 0 },
  });
  const { lines, logger } = recorder();
  const abort = new AbortController();
  let attempts = 0;
  const connecting = Service.connect({
    port: gateway.edgeAddr.port,
    waitForFirstConnect: true,
    reconnect: { minDelayMs: 1, firstDelayMs: 1, maxDelayMs: 1 },
    logger,
    signal: abort.signal,
    dial: async ({ port, signal }) => {
      if (++attempts === 3) abort.abort();
      return await connectTcp({ hostname: LOOPBACK, port, signal });
    },
  });
  await assertRejects(
    () => connecting,
    FrontierError,
    "its signal was aborted",
  );
  assertEquals(lines.length, 1);
});

Deno.test("an end that speaks the original protocol only is told by what its operations come to", async () => {
  await using gateway = await startFrontier({
    edgebound: { hostname: LOOPBACK, port: 0 },
    servicebound: { hostname: LOOPBACK, port: 0 },
  });
  const lost = recorder();
  await using service = await Service.connect({
    port: gateway.edgeAddr.port,
    features: [],
    logger: lost.logger,
  });
  for (let i = 0; i < 2; i++) {
    await assertRejects(() => service.call(42n, "m"), FrontierError);
  }
  assertEquals(lost.lines.length, 1);
  assert(lost.lines[0]!.includes("port for edges"), lost.lines[0]);
  const alone = recorder();
  await assertRejects(
    () =>
      Edge.connect({
        port: gateway.serviceAddr.port,
        features: [],
        logger: alone.logger,
      }),
    FrontierError,
    "illegal service meta",
  );
  assertEquals(alone.lines.length, 1);
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

Deno.test("a port where no gateway listens is told apart from a gateway that is lost", async () => {
  await using web = Deno.serve(
    { hostname: LOOPBACK, port: 0, onListen: () => {} },
    () => new Response("a web page"),
  );
  const { port } = web.addr as Deno.NetAddr;
  for (const connect of [Edge.connect, Service.connect]) {
    const error = await assertRejects(
      () => connect({ port, reconnect: false }),
      FrontierError,
      "Cannot connect: what answers is no gateway, check the port (",
    );
    assertEquals(error.code, "protocol");
  }
});
