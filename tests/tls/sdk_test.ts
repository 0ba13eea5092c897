/** Our SDKs over TLS and mutual TLS, at a gateway: whom they trust, and who is let in. */

import { assertEquals, assertRejects } from "@std/assert";
import { Edge, FrontierError, Service } from "@frontier/client";
import { connectTls, type TlsConnectOptions } from "@frontier/client/tls";
import type { Frontier } from "@frontier/server";
import { pair, path, REFUSED, startTls } from "./stage.ts";

type Files = Partial<TlsConnectOptions>;

const caFile = path("ca.pem");
const own = (name: string): Files => {
  const { cert, key } = pair(name);
  return { certFile: cert, keyFile: key };
};

/** Connects and disconnects. */
const SIDES: Record<string, (to: Frontier, files: Files) => Promise<void>> = {
  "a service": async (gateway, files) => {
    await using _ = await Service.connect({
      port: gateway.serviceAddr.port,
      dial: (to) => connectTls({ ...to, caFile, ...files }),
    });
  },
  "an edge": async (gateway, files) => {
    await using _ = await Edge.connect({
      port: gateway.edgeAddr.port,
      dial: (to) => connectTls({ ...to, caFile, ...files }),
    });
  },
};

/** Servers that must not be trusted: their certificate, how they are dialled, what the error says. */
const DISTRUSTED: [why: string, shown: string, files: Files, says: string][] = [
  [
    "is for another host",
    "localhost",
    { serverName: "gateway.example" },
    'not for "gateway.example"',
  ],
  ["is for another address", "alpha", {}, 'not for "127.0.0.1"'],
  ["has expired", "lapsed", {}, "has expired"],
  [
    "is of an authority that is not trusted",
    "localhost",
    { caFile: path("other_ca.pem") },
    "nobody who is trusted here vouches",
  ],
  [
    "is for clients",
    "client",
    { serverName: "client.test" },
    "is not for servers",
  ],
];

for (const [side, connect] of Object.entries(SIDES)) {
  Deno.test(`${side} of ours comes in with the right certificate, and with no other`, async () => {
    await using gateway = await startTls({ mtls: true });
    await connect(gateway, own("client"));
    for (const [why, certificate] of REFUSED) {
      const files = certificate === undefined ? {} : own(certificate);
      const { code } = await assertRejects(
        () => connect(gateway, files),
        FrontierError,
      );
      assertEquals(code, "force-closed", why);
    }
  });

  for (const [why, shown, files, says] of DISTRUSTED) {
    Deno.test(`${side} of ours refuses a gateway whose certificate ${why}`, async () => {
      await using gateway = await startTls({ certificates: [shown] });
      const { code } = await assertRejects(
        () => connect(gateway, files),
        FrontierError,
        says,
      );
      assertEquals(code, "not-connected");
      assertEquals(gateway.status.edges + gateway.status.services, 0);
    });
  }
}
