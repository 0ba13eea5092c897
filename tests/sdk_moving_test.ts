/** A service and edges of ours with two gateways of which one is in use and stops. */

import { assert, assertEquals } from "@std/assert";
import { Edge, type FrontierError, Service } from "@frontier/client";
import { startGateway } from "./support/gateway.ts";

Deno.test("a service with one connection and its edges move to the next gateway, and no call of an edge fails", async () => {
  await using first = await startGateway();
  await using second = await startGateway();
  const gateways = [first, second];
  const ids = new Map<string, bigint>();
  const online = new Map<bigint, number>();
  await using service = await Service.connect({
    addresses: gateways.map(({ serviceAddr }) =>
      `127.0.0.1:${serviceAddr.port}`
    ),
    methods: { work: (request) => request.data },
  });
  await service.registerGetEdgeId((meta) => {
    const name = new TextDecoder().decode(meta);
    if (!ids.has(name)) ids.set(name, BigInt(ids.size + 1));
    return ids.get(name)!;
  });
  const count = (by: number) => ({ edgeId }: { edgeId: bigint }) =>
    void online.set(edgeId, (online.get(edgeId) ?? 0) + by);
  await service.registerEdgeOnline(count(1));
  await service.registerEdgeOffline(count(-1));
  await using stack = new AsyncDisposableStack();
  const edges = [];
  for (let i = 0; i < 20; i++) {
    const edge = await Edge.connect({
      addresses: gateways.map(({ edgeAddr }) => `127.0.0.1:${edgeAddr.port}`),
      meta: `edge ${i}`,
    });
    edges.push(stack.use(edge));
  }
  let stopped = false;
  let calls = 0;
  const failures: string[] = [];
  const work = edges.map(async (edge) => {
    while (!stopped) {
      try {
        await edge.call("work", "x");
        calls++;
      } catch (error) {
        failures.push((error as FrontierError).message);
      }
    }
  });
  await first.drain();
  stopped = true;
  await Promise.all(work);
  assertEquals(failures, []);
  assert(calls > 100);
  assertEquals([second.status.edges, second.status.services], [20, 1]);
  assertEquals(first.status.connections, 0);
  assertEquals([...online.values()], new Array(20).fill(1));
  assertEquals(edges.map((edge) => edge.edgeId), [...ids.values()]);
  assertEquals(service.stats().reconnects, 1);
});
