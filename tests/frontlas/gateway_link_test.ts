/** What gateways and a Frontlas do for each other, through real sockets. */

import { assert, assertEquals } from "@std/assert";
import { Edge, Service } from "@frontier/client";
import { type Frontlas, startFrontlas } from "@frontier/frontlas";
import type { TlsDialConfig, TlsListenConfig } from "@frontier/platform/config";
import {
  type ClusterStatus,
  type Frontier,
  startFrontier,
} from "@frontier/server";
import { MemoryStore } from "../../frontlas/store/memory/mod.ts";
import { until } from "./control_stage.ts";

const ANY = { hostname: "127.0.0.1", port: 0 };
const FILES = new URL("../../platform/testdata/", import.meta.url).pathname;

function gateway(
  frontlas: Frontlas,
  frontierId: string,
  tls?: Partial<TlsDialConfig>,
): Promise<Frontier> {
  return startFrontier({
    frontierId,
    edgebound: { ...ANY, hostname: "0.0.0.0" },
    servicebound: ANY,
    controlplane: { enable: true, listen: ANY },
    frontlas: {
      enable: true,
      dial: {
        addrs: [`localhost:${frontlas.frontierAddr.port}`],
        ...(tls && {
          tls: {
            mtls: false,
            caCerts: [],
            certs: [],
            insecureSkipVerify: false,
            ...tls,
          },
        }),
      },
    },
  });
}

function joined({ cluster }: Frontier): boolean {
  return cluster?.state === "up" && cluster.synced;
}

function named(
  store: MemoryStore,
  edgeId: bigint,
): Promise<string | undefined> {
  return store.edge(edgeId).then((record) => record?.frontierId);
}

Deno.test("an edge that connects to another gateway is closed at the one before, and found at the new one", async () => {
  const store = new MemoryStore();
  await using frontlas = await startFrontlas({
    frontierPlane: { listen: ANY },
  }, { store, controlPlane: false });
  await using one = await gateway(frontlas, "one");
  await using two = await gateway(frontlas, "two");
  await until(() => joined(one) && joined(two));
  const services: Service[] = [];
  for (const { serviceAddr } of [one, two]) {
    const service = await Service.connect({ ...serviceAddr, name: "ids" });
    services.push(service);
    await service.registerGetEdgeId((meta) => BigInt(meta[0]!));
  }
  const at = ({ edgeAddr }: Frontier, id: number) =>
    Edge.connect({
      hostname: "127.0.0.1",
      port: edgeAddr.port,
      meta: new Uint8Array([id]),
      reconnect: false,
    });
  const stays = await at(one, 8);
  const before = await at(one, 7);
  await until(async () => await named(store, 7n) === "one");
  const after = await at(two, 7);
  const { kind } = await before.closed;
  assertEquals(kind, "replaced");
  await until(async () => await named(store, 7n) === "two");
  assertEquals([one.status.edges, two.status.edges], [1, 1]);
  // And back again.
  const again = await at(one, 7);
  assertEquals((await after.closed).kind, "replaced");
  await until(async () => await named(store, 7n) === "one");
  assertEquals(await named(store, 8n), "one");
  await again.close();
  await until(async () => await named(store, 7n) === undefined);
  await stays.close();
  for (const service of services) await service.close();
});

Deno.test("gateways of one cluster give ids with numbers of their own", async () => {
  await using frontlas = await startFrontlas({
    frontierPlane: { listen: ANY },
  }, { controlPlane: false });
  const numbers = new Set<bigint>();
  await using stack = new AsyncDisposableStack();
  for (let i = 0; i < 5; i++) {
    const made = stack.use(await gateway(frontlas, `gw-${i}`));
    await until(() => joined(made));
    await using edge = await Edge.connect({
      hostname: "127.0.0.1",
      port: made.edgeAddr.port,
    });
    numbers.add((edge.edgeId >> 20n) & 0xfffn);
  }
  assertEquals(numbers.size, 5);
});

Deno.test("a second gateway with an id waits until the first one is gone, and serves meanwhile", async () => {
  await using frontlas = await startFrontlas({
    frontierPlane: { listen: ANY },
  }, { controlPlane: false });
  const first = await gateway(frontlas, "same");
  await until(() => joined(first));
  await using second = await gateway(frontlas, "same");
  await until(() => second.cluster!.problem !== "");
  const { state, problem } = second.cluster as ClusterStatus;
  assertEquals(state, "connecting");
  assert(problem.includes("frontier already set"), problem);
  assert(second.ready);
  await using _edge = await Edge.connect({
    hostname: "127.0.0.1",
    port: second.edgeAddr.port,
  });
  await first.close();
  await until(() => joined(second));
});

/** TLS of the two sides, and whether they come together. */
const TLS: [string, TlsListenConfig, Partial<TlsDialConfig>, boolean][] = [
  ["unchecked", listen(false), { insecureSkipVerify: true }, true],
  ["of an unknown authority", listen(false), {}, false],
  ["of an authority of one's own", listen(false), {
    caCerts: [`${FILES}ca.pem`],
  }, true],
  ["of another authority than that of one's own", listen(false), {
    caCerts: [`${FILES}other_ca.pem`],
  }, false],
  ["with certificates on both sides", listen(true), both("client"), true],
  [
    "with a certificate that is not known there",
    listen(true),
    both("stranger"),
    false,
  ],
];

function listen(mtls: boolean): TlsListenConfig {
  return {
    mtls,
    caCerts: mtls ? [`${FILES}ca.pem`] : [],
    certs: [{ cert: `${FILES}localhost.pem`, key: `${FILES}localhost.key` }],
  };
}

function both(own: string): Partial<TlsDialConfig> {
  return {
    mtls: true,
    caCerts: [`${FILES}ca.pem`],
    certs: [{ cert: `${FILES}${own}.pem`, key: `${FILES}${own}.key` }],
  };
}

for (const [what, tls, dial, works] of TLS) {
  Deno.test(`a link with TLS ${what} ${works ? "comes about" : "does not come about, and the gateway says why"}`, async () => {
    await using frontlas = await startFrontlas({
      frontierPlane: { listen: { ...ANY, tls } },
    }, { controlPlane: false });
    await using made = await gateway(frontlas, "gw", dial);
    await until(() => works ? joined(made) : made.cluster!.problem !== "");
    assertEquals(joined(made), works);
    assertEquals(made.cluster!.problem === "", works);
    assert(made.ready);
  });
}

Deno.test("a gateway without an id has one of its own", async () => {
  await using frontlas = await startFrontlas({
    frontierPlane: { listen: ANY },
  }, { controlPlane: false });
  await using one = await gateway(frontlas, "");
  await using two = await gateway(frontlas, "");
  await until(() => joined(one) && joined(two));
  const ids = [one, two].map(({ cluster }) => cluster!.frontierId);
  assert(ids.every((id) => /^frontier-[0-9a-f]{16}$/.test(id)));
  assert(ids[0] !== ids[1]);
  const { port } = one.controlAddr!;
  const status = await fetch(`http://127.0.0.1:${port}/admin/v1/status`);
  const { frontier_id, cluster } = await status.json();
  assertEquals(frontier_id, ids[0]);
  const { acknowledged_ms, ...link } = cluster;
  assert(Math.abs(Number(acknowledged_ms) - Date.now()) < 60_000);
  assertEquals(link, {
    state: "up",
    problem: "",
    address: `localhost:${frontlas.frontierAddr.port}`,
    kind: "frontlas",
    advertised_sb_addr: one.cluster!.serviceAddr,
    advertised_eb_addr: one.cluster!.edgeAddr,
    synced: true,
    pending: 0,
  });
  assertEquals(one.cluster!.edgeAddr, `127.0.0.1:${one.edgeAddr.port}`);
  assertEquals(one.cluster!.serviceAddr, `127.0.0.1:${one.serviceAddr.port}`);
});

Deno.test("a gateway whose directory says nothing starts, serves and stops as ever", async () => {
  using silent = Deno.listen(ANY);
  const taken = (async () => {
    const connections: Deno.Conn[] = [];
    for await (const connection of silent) connections.push(connection);
    for (const connection of connections) connection.close();
  })();
  const began = performance.now();
  const made = await startFrontier({
    edgebound: ANY,
    servicebound: ANY,
    frontlas: {
      enable: true,
      dial: { addrs: [`127.0.0.1:${silent.addr.port}`] },
    },
  });
  const edge = await Edge.connect({ ...made.edgeAddr });
  assert(made.ready);
  assertEquals(made.cluster!.state, "connecting");
  await edge.close();
  await made.close();
  assertEquals(made.cluster!.state, "closed");
  // Its handshake would have taken 10 s.
  assert(performance.now() - began < 8_000);
  silent.close();
  await taken;
});

Deno.test("a gateway that finds something else than a directory says which port is meant", async () => {
  await using other = Deno.serve({ ...ANY, onListen() {} }, () => {
    return new Response("I am no directory");
  });
  const fields: unknown[] = [];
  const note = (message: string, more?: Record<string, unknown>) => {
    if (message.startsWith("Cannot connect to the cluster")) fields.push(more);
  };
  await using made = await startFrontier({
    edgebound: ANY,
    servicebound: ANY,
    frontlas: {
      enable: true,
      dial: { addrs: [`127.0.0.1:${other.addr.port}`] },
    },
    logger: { debug: note, info: note, warn: note, error: note },
  });
  await until(() => fields.length > 0);
  assert(made.ready);
  const { meant } = fields[0] as { meant?: string };
  assert(meant?.includes("40012"), meant);
});
