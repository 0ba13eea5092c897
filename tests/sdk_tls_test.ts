/** The SDK over TLS, and with several gateways to choose from, through real gateways. */

import { assert, assertEquals, assertRejects } from "@std/assert";
import { Edge, FrontierError, Service } from "@frontier/client";
import { connectTls } from "@frontier/client/tls";
import { type Frontier, startFrontier } from "@frontier/server";
import { fileURLToPath } from "node:url";

const LOOPBACK = "127.0.0.1";
const SOON = { minDelayMs: 10, firstDelayMs: 50, maxDelayMs: 100 };
const path = (name: string): string =>
  fileURLToPath(new URL(`../platform/testdata/${name}`, import.meta.url));
const caFile = path("ca.pem");

/** A gateway that speaks TLS on both ports, and lets services in by their certificates. */
function start(): Promise<Frontier> {
  const certs = [{ cert: path("localhost.pem"), key: path("localhost.key") }];
  return startFrontier({
    edgebound: {
      hostname: LOOPBACK,
      port: 0,
      allocateEdgeIds: true,
      tls: { mtls: false, caCerts: [], certs },
    },
    servicebound: {
      hostname: LOOPBACK,
      port: 0,
      tls: { mtls: true, caCerts: [caFile], certs },
    },
  });
}

Deno.test("a service and an edge talk through a gateway with TLS on both sides", async () => {
  await using gateway = await start();
  await using service = await Service.connect({
    port: gateway.serviceAddr.port,
    methods: { echo: (request) => request.data },
    dial: (to) =>
      connectTls({
        ...to,
        caFile,
        certFile: path("client.pem"),
        keyFile: path("client.key"),
      }),
  });
  await using edge = await Edge.connect({
    port: gateway.edgeAddr.port,
    dial: (to) => connectTls({ ...to, caFile }),
  });
  const data = crypto.getRandomValues(new Uint8Array(60_000));
  assertEquals((await edge.call("echo", data)).data, data);
  assert(await service.rtt() >= 0);
  assertEquals(edge.remoteAddr?.port, gateway.edgeAddr.port);
});

Deno.test("a service without a certificate does not come in, an edge that does not know the authority neither", async () => {
  await using gateway = await start();
  const service = await assertRejects(
    () =>
      Service.connect({
        port: gateway.serviceAddr.port,
        dial: (to) => connectTls({ ...to, caFile }),
      }),
    FrontierError,
  );
  assertEquals(service.code, "force-closed");
  const edge = await assertRejects(
    () =>
      Edge.connect({
        port: gateway.edgeAddr.port,
        dial: (to) => connectTls(to),
      }),
    FrontierError,
    "nobody who is trusted here vouches",
  );
  assertEquals(edge.code, "not-connected");
});

Deno.test("an edge moves to the next gateway of its list when its own is gone", async () => {
  const first = await startFrontier({
    edgebound: { hostname: LOOPBACK, port: 0, allocateEdgeIds: true },
    servicebound: { hostname: LOOPBACK, port: 0 },
  });
  await using second = await startFrontier({
    edgebound: { hostname: LOOPBACK, port: 0, allocateEdgeIds: true },
    servicebound: { hostname: LOOPBACK, port: 0 },
  });
  await using _service = await Service.connect({
    port: second.serviceAddr.port,
    methods: { where: () => "second" },
  });
  await using edge = await Edge.connect({
    addresses: [first, second].map(({ edgeAddr }) =>
      `${LOOPBACK}:${edgeAddr.port}`
    ),
    reconnect: SOON,
  });
  assertEquals(edge.remoteAddr?.port, first.edgeAddr.port);
  await first.close();
  assertEquals((await edge.call("where")).text(), "second");
  assertEquals(edge.remoteAddr?.port, second.edgeAddr.port);
  assertEquals(edge.stats().reconnects, 1);
});
