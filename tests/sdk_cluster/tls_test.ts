/** A service of a cluster over mutual TLS, to Frontlas and to gateways. */

import { assert, assertEquals, assertRejects } from "@std/assert";
import { Edge, FrontierError } from "@frontier/client";
import {
  ClusterService,
  type TlsMaterialOptions,
} from "@frontier/client/cluster";
import { connectTls } from "@frontier/client/tls";
import { startFrontlas } from "@frontier/frontlas";
import { startFrontier } from "@frontier/server";
import { eventually } from "../support/gateway.ts";
import { pair, path } from "../tls/stage.ts";
import { lastTimers } from "./cluster.ts";

const HOSTNAME = "127.0.0.1";
const ANY = { hostname: HOSTNAME, port: 0 };
const TLS = {
  mtls: true,
  caCerts: [path("ca.pem")],
  certs: [pair("localhost")],
};
const { cert: certFile, key: keyFile } = pair("client");
const GOOD = { caFile: path("ca.pem"), certFile, keyFile };

Deno.test("Frontlas and gateways are spoken to over mutual TLS, and nobody else is trusted", async () => {
  await using stack = new AsyncDisposableStack();
  stack.defer(lastTimers);
  const frontlas = stack.use(
    await startFrontlas({
      frontierPlane: { listen: ANY },
      controlPlane: { listen: { ...ANY, tls: TLS } },
    }),
  );
  const gateway = stack.use(
    await startFrontier({
      frontierId: "g0",
      edgebound: { ...ANY, tls: TLS, allocateEdgeIds: true },
      servicebound: { ...ANY, tls: TLS },
      frontlas: {
        enable: true,
        dial: { addrs: [`${HOSTNAME}:${frontlas.frontierAddr.port}`] },
      },
    }),
  );
  await eventually(() => Promise.resolve(frontlas.status.frontiers === 1));
  const address = `${HOSTNAME}:${frontlas.controlAddr!.port}`;
  const connect = (frontlasTls: TlsMaterialOptions | undefined) =>
    ClusterService.connect({
      frontlas: [address],
      ...(frontlasTls !== undefined && { frontlasTls }),
      dial: (to) => connectTls({ ...to, ...GOOD }),
    });
  await using service = await connect(GOOD);
  await service.registerEdgeOnline(() => {});
  assertEquals(service.gateways()[0]!.state, "connected");

  await using edge = await Edge.connect({
    hostname: HOSTNAME,
    port: gateway.edgeAddr.port,
    dial: (to) => connectTls({ ...to, ...GOOD }),
    methods: { a: () => "secret" },
  });
  assertEquals((await service.call(edge.edgeId, "a")).text(), "secret");

  const { caFile } = GOOD;
  const stranger = pair("stranger");
  for (
    const [wrong, says] of [
      [undefined, ""],
      [{ caFile }, ""],
      [{ caFile, certFile: stranger.cert, keyFile: stranger.key }, ""],
      [{ ...GOOD, caFile: path("other_ca.pem") }, "certificate"],
      [{ ...GOOD, serverName: "gateway.example" }, "gateway.example"],
      [{ ...GOOD, serverName: "10.0.0.9" }, "10.0.0.9"],
      [{ ...GOOD, caFile: path("missing.pem") }, "missing.pem"],
    ] as const
  ) {
    const error = await assertRejects(() => connect(wrong), FrontierError);
    assertEquals(error.code, "not-connected", error.message);
    assert(error.message.includes(says), error.message);
  }
});
