/** The control plane and the metrics of a Frontlas with real gateways. */

import "../../platform/control/http2_guard.ts";
import { assert, assertEquals } from "@std/assert";
import { fromBinary } from "@bufbuild/protobuf";
import { Edge, Service } from "@frontier/client";
import { type Frontlas, startFrontlas } from "@frontier/frontlas";
import { cluster } from "@frontier/platform/cluster-api";
import { type Frontier, startFrontier } from "@frontier/server";
import { BytesClient } from "../../platform/control/testing/grpc_client.ts";
import { until } from "./control_stage.ts";

const ANY = { hostname: "127.0.0.1", port: 0 };

function directory(): Promise<Frontlas> {
  return startFrontlas({
    frontierPlane: { listen: ANY },
    controlPlane: { listen: ANY },
    observability: { enable: true, addr: "127.0.0.1:0" },
  });
}

function gateway(frontierId: string, { frontierAddr }: Frontlas) {
  return startFrontier({
    frontierId,
    edgebound: ANY,
    servicebound: ANY,
    frontlas: {
      enable: true,
      dial: { addrs: [`127.0.0.1:${frontierAddr.port}`] },
    },
  });
}

type Json = Record<string, unknown>;

async function ask(frontlas: Frontlas, path: string): Promise<Json> {
  const { port } = frontlas.controlAddr!;
  return await (await fetch(`http://127.0.0.1:${port}${path}`)).json();
}

/** A gateway as the control plane shows it. */
function shown(frontierId: string, { edgeAddr, serviceAddr }: Frontier) {
  return {
    frontierId,
    advertisedSbAddr: `127.0.0.1:${serviceAddr.port}`,
    advertisedEbAddr: `127.0.0.1:${edgeAddr.port}`,
  };
}

Deno.test("edges and services of real gateways are found where they are", async () => {
  await using frontlas = await directory();
  await using one = await gateway("f1", frontlas);
  await using two = await gateway("f2", frontlas);
  await using edge = await Edge.connect(one.edgeAddr);
  await using other = await Edge.connect(two.edgeAddr);
  await using service = await Service.connect({
    ...two.serviceAddr,
    name: "greeter",
  });
  await until(async () =>
    (await ask(frontlas, "/cluster/v1/edges/count")).count === "2" &&
    (await ask(frontlas, "/cluster/v1/services/count")).count === "1"
  );
  assertEquals(await ask(frontlas, "/cluster/v1/frontiers"), {
    frontiers: [shown("f1", one), shown("f2", two)],
  });
  assertEquals(
    await ask(frontlas, `/cluster/v1/frontier?edge_id=${edge.edgeId}`),
    { fontier: shown("f1", one) },
  );
  const listed = await ask(frontlas, "/cluster/v1/edges?cursor=0&count=10");
  assertEquals(
    (listed.edges as Json[]).map(({ edgeId }) => edgeId).sort(),
    [edge.edgeId, other.edgeId].map(String).sort(),
  );
  const found = await ask(
    frontlas,
    `/cluster/v1/service?service_id=${service.serviceId}`,
  );
  assertEquals(found.service, {
    ...found.service as Json,
    service: '{"service":"greeter","topics":null}',
    frontierId: "f2",
  });
  const { gateways } = await ask(frontlas, "/admin/v1/frontiers");
  assertEquals(
    (gateways as Json[]).map(({ frontierId, edges, services, linked }) => [
      frontierId,
      edges,
      services,
      linked,
    ]),
    [["f1", "1", "0", true], ["f2", "1", "1", true]],
  );
});

Deno.test("a watcher hears at once of a gateway that comes, and of one that says farewell", async () => {
  await using frontlas = await directory();
  using client = new BytesClient(frontlas.controlAddr!.port);
  const stream = client.stream("/frontier.cluster.v1.Cluster/WatchFrontiers");
  const seen: [string, number][] = [];
  stream.on("data", (bytes: Uint8Array) => {
    const event = fromBinary(cluster.FrontiersEventSchema, bytes);
    for (const { frontierId } of event.online) {
      seen.push([`+${frontierId}`, performance.now()]);
    }
    for (const id of event.offline) seen.push([`-${id}`, performance.now()]);
  });
  const one = await gateway("f1", frontlas);
  await until(() => seen.length === 1);
  await one.close();
  await until(() => seen.length === 2);
  assertEquals(seen.map(([what]) => what), ["+f1", "-f1"]);
  stream.cancel();
});

Deno.test("metrics say what gateways told, what the store did and what was asked", async () => {
  await using frontlas = await directory();
  const one = await gateway("f1", frontlas);
  await using two = await gateway("f2", frontlas);
  await using _edge = await Edge.connect(two.edgeAddr);
  await until(async () =>
    (await ask(frontlas, "/cluster/v1/edges/count")).count === "1"
  );
  await one.close();
  const unknown = await fetch(
    `http://127.0.0.1:${
      frontlas.controlAddr!.port
    }/cluster/v1/frontier?edge_id=1`,
  );
  await unknown.body?.cancel();
  // So soon after the start another gateway may come and have it; on a slow machine it is not soon.
  const early = unknown.status === 503;
  assertEquals(unknown.status, early ? 503 : 404);
  assertEquals(unknown.headers.get("retry-after"), early ? "1" : null);
  const code = early ? "UNAVAILABLE" : "NOT_FOUND";
  const samples = async () => {
    const { port } = frontlas.observabilityAddr!;
    const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
    return new Map(
      text.split("\n").filter((line) => /^frontlas_/.test(line)).map((line) => {
        const at = line.lastIndexOf(" ");
        return [line.slice(0, at), Number(line.slice(at + 1))];
      }),
    );
  };
  const EXACT: Json = {
    'frontlas_links{kind="ours"}': 1,
    'frontlas_links{kind="go"}': 0,
    "frontlas_connections": 1,
    "frontlas_ready": 1,
    "frontlas_frontiers": 1,
    'frontlas_peers{side="edge"}': 1,
    'frontlas_peers{side="service"}': 0,
    'frontlas_gateways_admitted_total{kind="ours"}': 2,
    'frontlas_links_ended_total{reason="left"}': 1,
    'frontlas_store_info{kind="memory",presence="lease"}': 1,
    "frontlas_store_up": 1,
    'frontlas_store_calls_total{operation="register",outcome="ok"}': 2,
    'frontlas_store_calls_total{operation="release",outcome="ok"}': 1,
    'frontlas_store_calls_total{operation="apply",outcome="failed"}': 0,
    [`frontlas_control_calls_total{method="ClusterService.GetFrontierByEdge",code="${code}"}`]:
      1,
    'frontlas_answers_total{source="untold"}': early ? 1 : 0,
    "frontlas_watchers": 0,
    'frontlas_answers_total{source="missing"}': 0,
  };
  // Metrics are read at most ten times a second, and the view looks once a second.
  await until(async () => {
    const found = await samples();
    return Object.entries(EXACT).every(([name, value]) =>
      found.get(name) === value
    );
  }).catch(async () => {
    const found = await samples();
    assertEquals(
      Object.fromEntries(
        Object.keys(EXACT).map((name) => [name, found.get(name)]),
      ),
      EXACT,
    );
  });
  const found = await samples();
  for (
    const name of [
      'frontlas_events_total{kind="edge_online"}',
      "frontlas_batches_total",
      'frontlas_store_calls_total{operation="apply",outcome="ok"}',
      'frontlas_store_call_duration_seconds_count{operation="apply"}',
      'frontlas_control_call_duration_seconds_count{method="ClusterService.GetEdgesCount"}',
      'frontlas_answers_total{source="asked"}',
      "frontlas_syncs_total",
    ]
  ) assert(found.get(name)! > 0, `${name} ${found.get(name)}`);
});
