/** What services are told when a real gateway closes. */

import { assert, assertEquals } from "@std/assert";
import { Edge, Service } from "@frontier/client";
import { startFrontier } from "@frontier/server";
import { Lines } from "./simulation.ts";
import { RawPeer } from "../support/raw_peer.ts";
import { text } from "../support/test_peer.ts";

const EDGES = 200;
const ADDRESSES = {
  edgebound: { hostname: "127.0.0.1", port: 0, allocateEdgeIds: true },
  servicebound: { hostname: "127.0.0.1", port: 0 },
};

Deno.test("an orderly close tells a service of every edge, however few calls it may have in flight", async () => {
  const log = new Lines();
  const gateway = await startFrontier({
    ...ADDRESSES,
    logger: log,
    limits: { maxInflightRequests: 20 },
  });
  const online = new Set<bigint>();
  await using service = await Service.connect({
    port: gateway.serviceAddr.port,
    name: "S",
    reconnect: false,
  });
  await service.registerEdgeOnline(({ edgeId }) => {
    online.add(edgeId);
  });
  await service.registerEdgeOffline(({ edgeId }) => {
    online.delete(edgeId);
  });
  const edges = await Promise.all(
    Array.from(
      { length: EDGES },
      () => Edge.connect({ port: gateway.edgeAddr.port, reconnect: false }),
    ),
  );
  assertEquals(online.size, EDGES);
  await gateway.close();
  assertEquals(online.size, 0);
  assert(!log.has("not sent"));
  await Promise.all(edges.map((edge) => edge.close()));
});

Deno.test("offline events are sent before a close returns, also to a service that confirms none", async () => {
  const gateway = await startFrontier(ADDRESSES);
  await using service = await RawPeer.service(gateway.serviceAddr, "S", {
    methods: ["edge_online", "edge_offline"],
  });
  service.onRequest = ({ body }) =>
    text(body.key) === "edge_online" ? {} : undefined;
  const edges = await Promise.all(
    Array.from(
      { length: EDGES },
      () => RawPeer.edge(gateway.edgeAddr, { ours: true }),
    ),
  );
  await gateway.close();
  const told = service.all("request").filter(({ body }) =>
    text(body.key) === "edge_offline"
  );
  assertEquals(told.length, EDGES);
  for (const edge of edges) await edge[Symbol.asyncDispose]();
});

Deno.test("offline events that a close cannot send are counted in the log", async () => {
  const log = new Lines();
  const gateway = await startFrontier({ ...ADDRESSES, logger: log });
  await using service = await RawPeer.service(gateway.serviceAddr, "S", {
    methods: ["edge_online"],
  });
  service.onRequest = () => ({});
  await using edge = await RawPeer.edge(gateway.edgeAddr, { ours: true });
  assertEquals(edge.connAck.returnCode, 0);
  await gateway.close();
  const line = log.lines.find(({ message }) => message.includes("not sent"))!;
  assertEquals(line.level, "warn");
  assertEquals(line.fields, { unread: 0, unwanted: 1 });
});
