/** Go peers over TLS and mutual TLS. */

import { assertEquals, assertRejects } from "@std/assert";
import { GoError, GoPeer } from "../interop/go_peer.ts";
import type { GoLine, GoTls } from "../interop/go_peer_types.ts";
import { interopTest } from "../interop/interop_test_case.ts";
import { pair, path, REFUSED, startTls } from "./stage.ts";

const ca = path("ca.pem");
const LINES: GoLine[] = ["new", "old"];

for (const line of LINES) {
  for (const mtls of [false, true]) {
    const how = mtls ? "mutual TLS" : "TLS";
    const tls: GoTls = mtls ? { ca, ...pair("client") } : { ca };
    interopTest(`${line} peers call each other over ${how}`, async () => {
      await using gateway = await startTls({ mtls });
      await using service = await GoPeer.start({
        line,
        tls,
        role: "service",
        port: gateway.serviceAddr.port,
        name: "s",
      });
      await service.register("echo", { mode: "echo" });
      await using edge = await GoPeer.start({
        line,
        tls,
        role: "edge",
        port: gateway.edgeAddr.port,
      });
      const { good, errors } = await edge.callMany("echo", 50, {
        concurrency: 8,
        bytes: 20_000,
      });
      assertEquals([good, errors], [50, null]);
    });
  }

  interopTest(
    `${line} peers with no, or a wrong, certificate are refused`,
    async () => {
      const heard: string[] = [];
      await using gateway = await startTls({
        mtls: true,
        policies: [{
          name: "listen",
          connect: ({ kind }) => void heard.push(kind),
        }],
      });
      for (const [why, certificate] of REFUSED) {
        const tls = certificate === undefined
          ? { ca }
          : { ca, ...pair(certificate) };
        for (const role of ["edge", "service"] as const) {
          const port = role === "edge"
            ? gateway.edgeAddr.port
            : gateway.serviceAddr.port;
          await assertRejects(
            () => GoPeer.start({ line, tls, role, port, name: "s" }),
            GoError,
            "",
            why,
          );
        }
      }
      assertEquals(heard, []);
    },
  );

  interopTest(
    `${line} peers refuse a gateway with the wrong certificate`,
    async () => {
      const cases: [shown: string, tls: GoTls, says: string][] = [
        ["localhost", { ca, name: "gateway.example" }, "not gateway.example"],
        ["lapsed", { ca }, "expired"],
        ["localhost", { ca: path("other_ca.pem") }, "unknown authority"],
        ["client", { ca, name: "client.test" }, "incompatible key usage"],
      ];
      for (const [shown, tls, says] of cases) {
        await using gateway = await startTls({ certificates: [shown] });
        const { port } = gateway.edgeAddr;
        await assertRejects(
          () => GoPeer.start({ line, tls, role: "edge", port }),
          GoError,
          says,
        );
      }
    },
  );
}
