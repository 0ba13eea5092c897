/**
 * A service of a cluster and its edges, with a real Frontlas and gateways in processes of their own, of which one is
 * killed.
 */

import { assert, assertEquals, assertRejects } from "@std/assert";
import { Edge } from "@frontier/client";
import { ClusterService } from "@frontier/client/cluster";
import { type Frontlas, startFrontlas } from "@frontier/frontlas";
import type { Frontier } from "../../server/mod.ts";
import { eventually, startGateway } from "../support/gateway.ts";
import { freePort } from "../support/free_ports.ts";
import { GatewayProcess } from "../support/gateway_process.ts";
import { idsByMeta, lastTimers } from "./cluster.ts";
import { pause, Traffic } from "./numbered.ts";

const HOSTNAME = "127.0.0.1";
const RECONNECT = { minDelayMs: 50, firstDelayMs: 500, maxDelayMs: 2_000 };

function frontlas(plane: number, control: number): Promise<Frontlas> {
  return startFrontlas({
    frontierPlane: { listen: { hostname: HOSTNAME, port: plane } },
    controlPlane: { listen: { hostname: HOSTNAME, port: control } },
  });
}

Deno.test("a gateway that is killed takes nothing along that was acknowledged, and no call arrives twice: 3 gateways, 600 edges", async () => {
  await using stack = new AsyncDisposableStack();
  stack.defer(lastTimers);
  const directory = stack.use(await frontlas(0, 0));
  const gateways = await Promise.all(
    ["g0", "g1", "g2"].map(async (id) =>
      stack.use(
        await GatewayProcess.start({
          cluster: {
            id,
            frontlas: `${HOSTNAME}:${directory.frontierAddr.port}`,
          },
        }),
      )
    ),
  );
  await eventually(() => Promise.resolve(directory.status.frontiers === 3));
  const service = stack.use(
    await ClusterService.connect({
      frontlas: [`${HOSTNAME}:${directory.controlAddr!.port}`],
      topics: ["up"],
      reconnect: RECONNECT,
    }),
  );
  await service.registerGetEdgeId(idsByMeta());
  assertEquals(service.gateways().map(({ state }) => state), [
    "connected",
    "connected",
    "connected",
  ]);
  const addresses = gateways.map(({ ports }) => `${HOSTNAME}:${ports.edge}`);
  const traffic = new Traffic();
  traffic.serve(service);
  const edges: Edge[] = [];
  for (let i = 0; i < 600; i++) {
    const own = addresses.slice(i % 3);
    const edge = await Edge.connect({
      addresses: [...own, ...addresses.slice(0, i % 3)],
      meta: `${i + 1}`,
      reconnect: RECONNECT,
    });
    edges.push(stack.use(edge));
    traffic.begin(service, edge, 2_000);
  }
  const streams = await Promise.all(
    edges.slice(0, 9).map(async (edge) => {
      const accepted = edge.acceptStream();
      const opened = await service.openStream(edge.edgeId);
      return { edge, opened, accepted: await accepted };
    }),
  );
  await pause(1_000);

  const killedAt = performance.now();
  gateways[0]!.kill();
  await Promise.all(
    edges.map((edge) =>
      eventually(async () => {
        await service.call(edge.edgeId, "note", `after/${edge.edgeId}`);
        return true;
      }, 60_000)
    ),
  );
  const recoveredMs = performance.now() - killedAt;
  await pause(1_000);
  await traffic.end();
  console.log(
    `All 600 edges could be called ${
      recoveredMs.toFixed(0)
    } ms after the kill; ${traffic.summary}`,
  );
  assert(traffic.calls.done > 600, traffic.summary);
  assertEquals(
    service.gateways().filter(({ state }) => state === "connected").length,
    2,
  );

  for (const [i, { edge, opened, accepted }] of streams.entries()) {
    if (i % 3 > 0) {
      await opened.write(new Uint8Array([i]));
      await accepted.read(new Uint8Array(1));
    } else {
      await assertRejects(() => opened.read(new Uint8Array(1)));
      await assertRejects(() => accepted.read(new Uint8Array(1)));
      const again = edge.acceptStream();
      await using _opened = await service.openStream(edge.edgeId);
      await using _accepted = await again;
      continue;
    }
    await opened.close();
    await accepted.close();
  }
  await Promise.all(edges.map((edge) => edge.close()));
});

Deno.test("edges that move all the time are called at most once, and exactly once in the end", async () => {
  await using stack = new AsyncDisposableStack();
  stack.defer(lastTimers);
  const directory = stack.use(await frontlas(0, 0));
  const gateways: Frontier[] = [];
  for (const frontierId of ["g0", "g1", "g2"]) {
    gateways.push(stack.use(
      await startGateway({
        frontierId,
        frontlas: {
          enable: true,
          dial: { addrs: [`${HOSTNAME}:${directory.frontierAddr.port}`] },
        },
      }),
    ));
  }
  await eventually(() => Promise.resolve(directory.status.frontiers === 3));
  const service = stack.use(
    await ClusterService.connect({
      frontlas: [`${HOSTNAME}:${directory.controlAddr!.port}`],
      topics: ["up"],
    }),
  );
  await service.registerGetEdgeId(idsByMeta());
  const traffic = new Traffic();
  traffic.serve(service);
  const edges: Edge[] = [];
  for (let i = 0; i < 30; i++) {
    const edge = await Edge.connect({
      addresses: () =>
        gateways.map(({ edgeAddr }) => `${HOSTNAME}:${edgeAddr.port}`),
      meta: `${i + 1}`,
      reconnect: { minDelayMs: 10, firstDelayMs: 30, maxDelayMs: 100 },
    });
    edges.push(stack.use(edge));
    traffic.begin(service, edge, 20);
  }
  const places = new Set<string>();
  for (let round = 0; round < 40; round++) {
    const edge = edges[round % edges.length]!;
    for (const gateway of gateways) await gateway.kick(edge.edgeId);
    await edge.connected();
    places.add(`${edge.edgeId} at ${edge.remoteAddr?.port}`);
    await pause(50);
  }
  await traffic.end();
  console.log(traffic.summary);
  assert(places.size > 10, [...places].join(", "));
  assert(traffic.calls.done > 500, traffic.summary);
  for (const edge of edges) {
    const key = `last/${edge.edgeId}`;
    await eventually(async () => {
      await service.call(edge.edgeId, "note", key);
      return true;
    }, 60_000);
  }
  await Promise.all(edges.map((edge) => edge.close()));
});

Deno.test("calls go on while Frontlas is away, and edges that have moved meanwhile are found when it is back", async () => {
  await using stack = new AsyncDisposableStack();
  stack.defer(lastTimers);
  const ports = [freePort(), freePort()] as const;
  const first = await frontlas(...ports);
  stack.defer(() => first.close());
  const gateways = await Promise.all(
    ["g0", "g1"].map(async (id) =>
      stack.use(
        await GatewayProcess.start({
          cluster: { id, frontlas: `${HOSTNAME}:${ports[0]}` },
        }),
      )
    ),
  );
  await eventually(() => Promise.resolve(first.status.frontiers === 2));
  const service = stack.use(
    await ClusterService.connect({
      frontlas: [`${HOSTNAME}:${ports[1]}`],
      topics: ["up"],
      reconnect: RECONNECT,
    }),
  );
  await service.registerGetEdgeId(idsByMeta());
  const addresses = gateways.map(({ ports }) => `${HOSTNAME}:${ports.edge}`);
  const traffic = new Traffic();
  traffic.serve(service);
  const edges: Edge[] = [];
  for (let i = 0; i < 40; i++) {
    const own = i % 2 === 0 ? addresses : addresses.toReversed();
    const edge = await Edge.connect({
      addresses: own,
      meta: `${i + 1}`,
      reconnect: RECONNECT,
    });
    edges.push(stack.use(edge));
    traffic.begin(service, edge, 100);
  }
  await pause(500);
  await first.close();
  const before = traffic.calls.done;
  await pause(1_000);
  assert(traffic.calls.done > before + 100, traffic.summary);
  assertEquals(traffic.summary.endsWith("unknown: none"), true);
  const moved = await Edge.connect({ addresses: [addresses[1]!], meta: "99" });
  stack.use(moved);
  await moved.register("note", () => "found");
  const second = stack.use(await frontlas(...ports));
  await eventually(async () => {
    // It knows nothing before the gateways have told it.
    const reply = await service.call(99n, "note", "", { timeoutMs: 60_000 });
    return reply.text() === "found";
  }, 60_000);
  await eventually(
    () => Promise.resolve(second.status.frontiers === 2),
    60_000,
  );
  await traffic.end();
  assertEquals(traffic.summary.endsWith("unknown: none"), true);
});
