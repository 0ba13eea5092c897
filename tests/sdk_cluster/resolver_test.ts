/** Edges that learn the gateways of a cluster from a function, and come back when one dies. */

import { assert, assertEquals } from "@std/assert";
import { type AddressResolver, Edge } from "@frontier/client";
import { type Frontlas, startFrontlas } from "@frontier/frontlas";
import { gatewaysOf } from "../../examples/cluster/edge_addresses.ts";
import type { Frontier } from "../../server/mod.ts";
import { eventually, startGateway } from "../support/gateway.ts";

const HOSTNAME = "127.0.0.1";
const ANY = { hostname: HOSTNAME, port: 0 };
const EDGES = 2_000;
/** Milliseconds of one bin in which comebacks are counted. */
const BIN_MS = 100;

async function cluster(
  stack: AsyncDisposableStack,
): Promise<{ frontlas: Frontlas; gateways: Frontier[] }> {
  const frontlas = stack.use(
    await startFrontlas({
      frontierPlane: { listen: ANY },
      controlPlane: { listen: ANY },
    }),
  );
  const gateways: Frontier[] = [];
  for (const frontierId of ["g0", "g1", "g2"]) {
    gateways.push(stack.use(
      await startGateway({
        frontierId,
        frontlas: {
          enable: true,
          dial: { addrs: [`${HOSTNAME}:${frontlas.frontierAddr.port}`] },
        },
      }),
    ));
  }
  await eventually(() => Promise.resolve(frontlas.status.frontiers === 3));
  return { frontlas, gateways };
}

Deno.test("2 000 edges come back within seconds when their gateway dies, spread over time and over the others", async () => {
  await using stack = new AsyncDisposableStack();
  const { frontlas, gateways } = await cluster(stack);
  const ask = gatewaysOf([`http://${HOSTNAME}:${frontlas.controlAddr!.port}`]);
  let asked = 0;
  const addresses: AddressResolver = (signal) => {
    asked++;
    return ask(signal);
  };
  const edges: Edge[] = [];
  for (let i = 0; i < EDGES; i += 100) {
    const more = Array.from({ length: 100 }, () => Edge.connect({ addresses }));
    edges.push(...await Promise.all(more));
  }
  assertEquals(asked, EDGES);
  const before = gateways.map(({ status }) => status.edges);
  for (const count of before) assert(count > EDGES / 5, before.join());

  const [dead, ...others] = gateways as [Frontier, ...Frontier[]];
  const port = dead.edgeAddr.port;
  const lost = edges.filter(({ remoteAddr }) => remoteAddr?.port === port);
  assertEquals(lost.length, before[0]);
  const bins = new Map<number, number>();
  const diedAt = performance.now();
  const back = lost.map(async (edge) => {
    let down = false;
    for await (const { state } of edge.status()) {
      down ||= state === "disconnected";
      if (!down || state !== "connected") continue;
      const bin = Math.floor((performance.now() - diedAt) / BIN_MS);
      bins.set(bin, (bins.get(bin) ?? 0) + 1);
      return edge.remoteAddr!.port;
    }
  });
  await dead.close();
  const places = await Promise.all(back);
  const tookMs = performance.now() - diedAt;
  console.log(
    `${lost.length} of ${EDGES} edges were back after ${tookMs.toFixed(0)} ms`,
  );
  assert(tookMs < 30_000, `${tookMs}`);
  for (const { edgeAddr } of others) {
    const share = places.filter((one) => one === edgeAddr.port).length;
    assert(share > lost.length / 3, `${share} of ${lost.length}`);
  }
  // Not all at once: the busiest tenth of a second has a small part of them.
  const busiest = Math.max(...bins.values());
  assert(busiest < lost.length / 2, [...bins].join("; "));
  // Nobody asks again and again.
  assert(asked < EDGES + 4 * lost.length, `${asked}`);
  await Promise.all(edges.map((edge) => edge.close()));
});

Deno.test("the function that asks Frontlas asks the next one when one fails, and shows its token", async () => {
  const seen: string[] = [];
  const answer = (request: Request) => {
    seen.push(request.headers.get("authorization") ?? "");
    const { pathname } = new URL(request.url);
    assertEquals(pathname, "/cluster/v1/frontiers");
    return Response.json({
      frontiers: [
        { frontierId: "a", advertisedEbAddr: "10.0.0.5:30012" },
        { frontierId: "b", advertisedEbAddr: "" },
      ],
    });
  };
  const quiet = { hostname: HOSTNAME, port: 0, onListen: () => {} };
  await using good = Deno.serve(quiet, answer);
  await using bad = Deno.serve(
    quiet,
    () => new Response("no store", { status: 503 }),
  );
  const ask = gatewaysOf(
    [bad, good].map(({ addr }) => `http://${HOSTNAME}:${addr.port}`),
    "secret",
  );
  const { signal } = new AbortController();
  for (let i = 0; i < 8; i++) {
    assertEquals(await ask(signal), ["10.0.0.5:30012"]);
  }
  assertEquals(new Set(seen), new Set(["Bearer secret"]));
  const none = gatewaysOf([`http://${HOSTNAME}:${bad.addr.port}`]);
  const error = await Promise.resolve(none(signal)).catch((e) => e);
  assert(error instanceof AggregateError);
  assert(error.message.includes("no store"), error.message);
});
