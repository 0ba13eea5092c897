/** A service of a cluster whose gateways are replaced one after the other. */

import { assert, assertEquals } from "@std/assert";
import { Edge } from "@frontier/client";
import { ClusterService } from "@frontier/client/cluster";
import { startFrontlas } from "@frontier/frontlas";
import type { Frontier } from "../../server/mod.ts";
import { gatewaysOf } from "../../examples/cluster/edge_addresses.ts";
import { eventually, startGateway } from "../support/gateway.ts";
import { idsByMeta, lastTimers } from "./cluster.ts";
import { pause, Traffic } from "./numbered.ts";

const HOSTNAME = "127.0.0.1";
const ANY = { hostname: HOSTNAME, port: 0 };

Deno.test("no call and no message is lost while all gateways are replaced, one after the other", async () => {
  await using stack = new AsyncDisposableStack();
  stack.defer(lastTimers);
  const frontlas = stack.use(
    await startFrontlas({
      frontierPlane: { listen: ANY },
      controlPlane: { listen: ANY },
    }),
  );
  const control = `${HOSTNAME}:${frontlas.controlAddr!.port}`;
  const gateways: Frontier[] = [];
  const add = async (frontierId: string) => {
    const known = frontlas.status.frontiers;
    gateways.push(stack.use(
      await startGateway({
        frontierId,
        frontlas: {
          enable: true,
          dial: { addrs: [`${HOSTNAME}:${frontlas.frontierAddr.port}`] },
        },
      }),
    ));
    await eventually(() => Promise.resolve(frontlas.status.frontiers > known));
  };
  for (const id of ["g0", "g1", "g2"]) await add(id);
  const service = stack.use(
    await ClusterService.connect({ frontlas: [control], topics: ["up"] }),
  );
  await service.registerGetEdgeId(idsByMeta());
  const traffic = new Traffic();
  traffic.serve(service);
  const edges: Edge[] = [];
  for (let i = 0; i < 30; i++) {
    const edge = await Edge.connect({
      addresses: gatewaysOf([`http://${control}`]),
      meta: `${i + 1}`,
    });
    edges.push(stack.use(edge));
    traffic.begin(service, edge, 20);
  }
  for (const id of ["g3", "g4", "g5"]) {
    await add(id);
    const connected = () =>
      service.gateways().some(({ frontierId, state }) =>
        frontierId === id && state === "connected"
      );
    await eventually(() => Promise.resolve(connected()));
    const old = gateways.shift()!;
    await old.drain();
    await old.close();
    await pause(200);
  }
  await traffic.end();
  console.log(traffic.summary);
  assert(traffic.calls.done > 500, traffic.summary);
  assert(traffic.summary.endsWith("unknown: none"), traffic.summary);
  assertEquals(
    service.gateways().map(({ frontierId, state }) => `${frontierId} ${state}`)
      .sort(),
    ["g3 connected", "g4 connected", "g5 connected"],
  );
  await Promise.all(edges.map((edge) => edge.close()));
});
