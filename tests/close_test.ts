/** Who closes, and what the others hear of it, through a real gateway. */

import { assert, assertEquals, assertRejects } from "@std/assert";
import { Edge, FrontierError, Service } from "@frontier/client";
import { startGateway } from "./support/gateway.ts";

Deno.test("a close in the middle of everything ends every operation", async () => {
  await using gateway = await startGateway();
  const service = await Service.connect({
    port: gateway.serviceAddr.port,
    name: "svc",
    topics: ["t"],
    methods: { never: () => new Promise(() => {}) },
  });
  const edge = await Edge.connect({ port: gateway.edgeAddr.port });
  const stream = await edge.openStream("svc");
  const pending = [
    edge.call("never"),
    edge.publish("t", "x"),
    edge.receive(),
    edge.acceptStream(),
    stream.call("m", "", { timeoutMs: 20_000 }).then(() => {
      throw new FrontierError("remote", "Nobody registered it");
    }),
  ].map((operation) => assertRejects(() => operation, FrontierError));
  await new Promise((resolve) => setTimeout(resolve, 30));
  const begin = performance.now();
  await Promise.all([edge.close(), service.close()]);
  assert(performance.now() - begin < 15_000);
  await Promise.all(pending);
  assertEquals(await stream.read(new Uint8Array(1)), null);
});

Deno.test("peers are told that a gateway stops", async () => {
  const gateway = await startGateway();
  await using service = await Service.connect({
    port: gateway.serviceAddr.port,
  });
  await using edge = await Edge.connect({ port: gateway.edgeAddr.port });
  const reasons = [service, edge].map(async (end) => {
    for await (const status of end.status()) {
      if (status.state === "disconnected") return status.farewell;
    }
  });
  await gateway.close();
  assertEquals(await Promise.all(reasons), ["going-away", "going-away"]);
});

Deno.test("a close tells services of the edge that goes, and frees its place", async () => {
  await using gateway = await startGateway();
  await using service = await Service.connect({
    port: gateway.serviceAddr.port,
  });
  const gone = Promise.withResolvers<bigint>();
  await service.registerEdgeOffline(({ edgeId }) => gone.resolve(edgeId));
  const edge = await Edge.connect({ port: gateway.edgeAddr.port });
  const { edgeId } = edge;
  await edge.close();
  assertEquals(await gone.promise, edgeId);
  assertEquals((await edge.closed).kind, "closed");
  assertEquals(gateway.status.edges, 0);
  const error = await assertRejects(
    () => service.call(edgeId, "m"),
    FrontierError,
  );
  assertEquals(error.code, "edge-not-online");
});
