/** A real gateway with TLS that drains: handshakes that are not done, certificates that are read anew, edges that move. */

import { assert, assertEquals } from "@std/assert";
import { fileURLToPath } from "node:url";
import { Edge, Service } from "@frontier/client";
import { connectTls } from "@frontier/client/tls";
import { connectTcp } from "@frontier/platform";
import { type Frontier, startFrontier } from "@frontier/server";

const LOOPBACK = "127.0.0.1";
const path = (name: string): string =>
  fileURLToPath(new URL(`../../platform/testdata/${name}`, import.meta.url));
/** Beginning of a TLS record with a client hello, the rest of which does not come. */
const HALF_HELLO = new Uint8Array([22, 3, 1, 2, 0, 1, 0, 1, 252, 3, 3]);

function start(): Promise<Frontier> {
  const certs = [{ cert: path("localhost.pem"), key: path("localhost.key") }];
  const tls = { mtls: false, caCerts: [], certs };
  return startFrontier({
    edgebound: { hostname: LOOPBACK, port: 0, tls },
    servicebound: { hostname: LOOPBACK, port: 0, tls },
  });
}

const dial = (to: { hostname: string; port: number }) =>
  connectTls({ ...to, caFile: path("ca.pem") });

/** Begins a handshake and reads until the gateway ends it. */
async function halfHello(gateway: Frontier): Promise<{ ended: Promise<void> }> {
  const transport = await connectTcp({
    hostname: LOOPBACK,
    port: gateway.edgeAddr.port,
  });
  await transport.write(HALF_HELLO);
  const read = async () => {
    const buf = new Uint8Array(64);
    try {
      while (await transport.read(buf) !== null);
    } catch {
      // It was reset, which is an end, too.
    }
    transport.close();
  };
  return { ended: read() };
}

Deno.test("without peers a drain does not wait for TLS handshakes that are not done", async () => {
  await using gateway = await start();
  const { ended } = await halfHello(gateway);
  await new Promise((resolve) => setTimeout(resolve, 50));
  const begun = performance.now();
  await gateway.drain();
  await ended;
  assert(performance.now() - begun < 5_000);
  assertEquals(gateway.status.connections, 0);
});

Deno.test("while a drain goes on TLS handshakes that are not done end, and certificates can be read anew", async () => {
  await using gateway = await start();
  const asked = Promise.withResolvers<void>();
  const answer = Promise.withResolvers<void>();
  await using _service = await Service.connect({
    port: gateway.serviceAddr.port,
    dial,
    reconnect: false,
    methods: {
      slow: async () => {
        asked.resolve();
        await answer.promise;
        return "done";
      },
    },
  });
  await using edge = await Edge.connect({
    port: gateway.edgeAddr.port,
    dial,
    reconnect: false,
  });
  const call = edge.call("slow");
  await asked.promise;
  const { ended } = await halfHello(gateway);
  const draining = gateway.drain();
  await gateway.reload();
  await ended;
  assertEquals(gateway.status.edges, 1);
  answer.resolve();
  assertEquals((await call).text(), "done");
  await draining;
  assertEquals(gateway.drainProgress?.cut, 0);
  assertEquals(gateway.status.connections, 0);
});

Deno.test("an edge moves from one gateway with TLS to another", async () => {
  await using first = await start();
  await using second = await start();
  await using edge = await Edge.connect({
    addresses: [first, second].map(({ edgeAddr }) =>
      `${LOOPBACK}:${edgeAddr.port}`
    ),
    dial,
  });
  const states: string[] = [];
  const signal = AbortSignal.timeout(60_000);
  const following = (async () => {
    for await (const { state } of edge.status({ signal })) states.push(state);
  })();
  await first.drain();
  assertEquals(first.status.connections, 0);
  assertEquals([edge.state, second.status.edges], ["connected", 1]);
  await edge.close();
  await following;
  assertEquals(states, ["connected", "connected", "closed"]);
});
