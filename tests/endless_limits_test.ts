/**
 * Limits that are none, and times that no timer can measure, through a real gateway.
 */
import { assertEquals } from "@std/assert";
import { Edge, Service } from "@frontier/client";
import { DEFAULT_LIMITS, type Limits, startFrontier } from "@frontier/server";
import { connectTls } from "@frontier/platform/net";

const LOOPBACK = "127.0.0.1";
const FIXTURES = new URL("../platform/testdata/", import.meta.url).pathname;

function all(value: (name: string) => number): Partial<Limits> {
  return Object.fromEntries(
    Object.keys(DEFAULT_LIMITS).map((name) => [name, value(name)]),
  );
}

const ENDLESS: [name: string, limits: Partial<Limits>][] = [
  ["without any limit", all(() => Infinity)],
  [
    "with times that no timer can measure",
    Object.fromEntries(
      Object.keys(DEFAULT_LIMITS).filter((name) => name.endsWith("Ms"))
        .map((name) => [name, 2 ** 31]),
    ),
  ],
  [
    "with the longest times that a timer can measure",
    Object.fromEntries(
      Object.keys(DEFAULT_LIMITS).filter((name) => name.endsWith("Ms"))
        .map((name) => [name, 2 ** 31 - 1]),
    ),
  ],
];

for (const [name, limits] of ENDLESS) {
  Deno.test(`a gateway ${name} does what it always does`, async () => {
    await using gateway = await startFrontier({
      edgebound: { hostname: LOOPBACK, port: 0 },
      servicebound: { hostname: LOOPBACK, port: 0 },
      limits,
    });
    await using service = await Service.connect({
      port: gateway.serviceAddr.port,
      name: "s",
      topics: ["t"],
      methods: { echo: (request) => request.text() },
    });
    const online: bigint[] = [];
    await service.registerGetEdgeId(() => 7n);
    await service.registerEdgeOnline((event) => void online.push(event.edgeId));
    await using edge = await Edge.connect({
      port: gateway.edgeAddr.port,
      methods: { echo: (request) => request.text() },
    });
    assertEquals([edge.edgeId, online], [7n, [7n]]);
    // Several turns of the event loop: a timer that overflowed would have fired.
    for (let i = 0; i < 20; i++) {
      assertEquals((await edge.call("echo", `${i}`)).text(), `${i}`);
      assertEquals((await service.call(7n, "echo", `${i}`)).text(), `${i}`);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    const published = edge.publish("t", "m");
    for await (const message of service.messages()) {
      assertEquals(message.text(), "m");
      message.done();
      break;
    }
    await published;
    assertEquals(gateway.status.edges, 1);
    await gateway.drain(Infinity);
  });

  Deno.test(`a gateway ${name} leaves time for a TLS handshake`, async () => {
    await using gateway = await startFrontier({
      edgebound: {
        hostname: LOOPBACK,
        port: 0,
        tls: {
          mtls: false,
          caCerts: [],
          certs: [{
            cert: `${FIXTURES}localhost.pem`,
            key: `${FIXTURES}localhost.key`,
          }],
        },
      },
      servicebound: { hostname: LOOPBACK, port: 0 },
      limits,
    });
    const transport = await connectTls({
      hostname: LOOPBACK,
      port: gateway.edgeAddr.port,
      tls: { mtls: false, caCerts: [], certs: [], insecureSkipVerify: true },
    });
    transport.close();
  });
}
