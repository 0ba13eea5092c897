import { assertEquals } from "@std/assert";
import { Edge, Service } from "@frontier/client";
import { eventually, startGateway } from "../support/gateway.ts";
import { openPlane } from "../support/frontlas_plane.ts";

/** A gateway of a cluster. */
function gateway(frontierId: string, port: number) {
  return startGateway({
    frontierId,
    frontlas: { enable: true, dial: { addrs: [`127.0.0.1:${port}`] } },
  });
}

Deno.test("gateways tell Frontlas of their edges and services, and of the end of both", async () => {
  await using plane = await openPlane();
  const { store, presence } = plane;
  const one = await gateway("f1", plane.addr.port);
  await using two = await gateway("f2", plane.addr.port);
  await using edge = await Edge.connect(one.edgeAddr);
  await using other = await Edge.connect(two.edgeAddr);
  await using service = await Service.connect({
    ...one.serviceAddr,
    name: "s",
  });
  await eventually(async () => {
    const { edges, services } = await store.counts();
    return edges === 2 && services === 1;
  });
  assertEquals((await store.edge(edge.edgeId))?.frontierId, "f1");
  assertEquals((await store.edge(other.edgeId))?.frontierId, "f2");
  assertEquals((await store.service(service.serviceId))[0]?.frontierId, "f1");
  const record = await store.frontier("f1");
  assertEquals(record?.edgeAddr, `127.0.0.1:${one.edgeAddr.port}`);
  assertEquals([record?.edges, record?.services], [1, 1]);
  await eventually(() =>
    Promise.resolve(presence.gateways().every(({ synced }) => synced))
  );
  await edge.close();
  await eventually(async () => await store.edge(edge.edgeId) === undefined);
  await one.close();
  await eventually(async () => await store.frontier("f1") === undefined);
  assertEquals((await store.frontiers()).map((f) => f.frontierId), ["f2"]);
  assertEquals(presence.tally.ended.left, 1);
});

Deno.test("an edge that connects to another gateway is closed at the one before", async () => {
  await using plane = await openPlane();
  const gateways = [
    await gateway("f1", plane.addr.port),
    await gateway("f2", plane.addr.port),
  ] as const;
  await using _first = gateways[0];
  await using _second = gateways[1];
  const services: Service[] = [];
  for (const { serviceAddr } of gateways) {
    const service = await Service.connect({ ...serviceAddr, name: "ids" });
    await service.registerGetEdgeId(() => 77n);
    services.push(service);
  }
  const edge = await Edge.connect({
    ...gateways[0].edgeAddr,
    reconnect: false,
  });
  await eventually(async () =>
    (await plane.store.edge(77n))?.frontierId === "f1"
  );
  await using newer = await Edge.connect(gateways[1].edgeAddr);
  await eventually(async () =>
    (await plane.store.edge(77n))?.frontierId === "f2"
  );
  await eventually(() => Promise.resolve(gateways[0].status.edges === 0));
  assertEquals([edge.edgeId, newer.edgeId], [77n, 77n]);
  assertEquals(gateways[1].status.edges, 1);
  // The end of the older connection clears nothing.
  await eventually(async () => (await plane.store.frontier("f1"))?.edges === 0);
  assertEquals((await plane.store.edge(77n))?.frontierId, "f2");
  await edge.close();
  for (const service of services) await service.close();
});

Deno.test("a Frontlas that starts anew knows everybody again", async () => {
  const first = await openPlane();
  const { port } = first.addr;
  await using one = await gateway("f1", port);
  await using edge = await Edge.connect(one.edgeAddr);
  await eventually(async () =>
    await first.store.edge(edge.edgeId) !== undefined
  );
  await first[Symbol.asyncDispose]();
  await using late = await Edge.connect(one.edgeAddr);
  await using second = await openPlane({ listen: { port } });
  await eventually(
    async () => (await second.store.counts()).edges === 2,
    30_000,
  );
  assertEquals((await second.store.edge(late.edgeId))?.frontierId, "f1");
});
