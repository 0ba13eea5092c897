/** A gateway that restarts under edges and services of the SDK. */

import { assert, assertEquals, assertRejects } from "@std/assert";
import { Edge, FrontierError, Service } from "@frontier/client";
import { type Frontier, startFrontier } from "@frontier/server";

const EDGES = 100;

function start(edgePort = 0, servicePort = 0): Promise<Frontier> {
  return startFrontier({
    edgebound: { hostname: "127.0.0.1", port: edgePort, allocateEdgeIds: true },
    servicebound: { hostname: "127.0.0.1", port: servicePort },
  });
}

async function until(holds: () => boolean): Promise<void> {
  for (let i = 0; i < 3_000 && !holds(); i++) {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  assert(holds(), `${holds}`);
}

/** A service that names edges by the number in their meta, and believes what it is told. */
async function presence(port: number, online: Set<bigint>): Promise<Service> {
  const service = await Service.connect({ port, name: "presence" });
  await service.registerGetEdgeId((meta) =>
    BigInt(new TextDecoder().decode(meta))
  );
  await service.registerEdgeOnline(({ edgeId }) => {
    online.add(edgeId);
  });
  await service.registerEdgeOffline(({ edgeId }) => {
    online.delete(edgeId);
  });
  return service;
}

Deno.test("edges that are back before their service have their ids in the end, and the service knows them all", async () => {
  await using stack = new AsyncDisposableStack();
  let gateway = await start();
  const { edgeAddr, serviceAddr } = gateway;
  const online = new Set<bigint>();
  let service = await presence(serviceAddr.port, online);
  const edges: Edge[] = [];
  for (let i = 1; i <= EDGES; i++) {
    const meta = new TextEncoder().encode(`${i}`);
    edges.push(stack.use(await Edge.connect({ port: edgeAddr.port, meta })));
  }
  assertEquals(online.size, EDGES);
  await service.close();
  await gateway.close();
  // A new process of the service knows nothing.
  online.clear();
  gateway = await start(edgeAddr.port, serviceAddr.port);
  stack.use(gateway);
  await until(() => gateway.status.edges === EDGES);
  service = stack.use(await presence(serviceAddr.port, online));
  const expected = edges.map((_, i) => BigInt(i + 1));
  const known = () => [...online].toSorted((a, b) => a < b ? -1 : 1);
  await until(() =>
    online.size === EDGES && gateway.status.edges === EDGES &&
    edges.every((edge, i) => edge.edgeId === BigInt(i + 1))
  );
  assertEquals(known(), expected);
  await edges[0]!.close();
  await until(() => !online.has(1n));
});

Deno.test("where consent is required, an edge that comes before its service is told to try again", async () => {
  await using gateway = await startFrontier({
    edgebound: {
      hostname: "127.0.0.1",
      port: 0,
      allocateEdgeIds: true,
      requireEdgeOnline: true,
    },
    servicebound: { hostname: "127.0.0.1", port: 0 },
  });
  const connect = () => Edge.connect({ port: gateway.edgeAddr.port });
  const early = await assertRejects(connect, FrontierError);
  assertEquals([early.code, early.retryable], ["refused", true]);
  await using service = await Service.connect({
    port: gateway.serviceAddr.port,
    name: "S",
  });
  let open = true;
  await service.registerEdgeOnline(() => {
    if (!open) throw new Error("not you");
  });
  await using edge = await connect();
  assertEquals(gateway.status.edges, 1);
  open = false;
  const refused = await assertRejects(connect, FrontierError);
  assertEquals([refused.code, refused.retryable], ["refused", false]);
  await edge.close();
});
