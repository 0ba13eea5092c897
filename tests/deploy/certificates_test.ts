/** Certificates of the helper, used by a gateway and our SDK. */

import {
  assertEquals,
  assertMatch,
  assertNotEquals,
  assertRejects,
} from "@std/assert";
import { Edge, Service } from "@frontier/client";
import { connectTls } from "@frontier/client/tls";
import { startFrontier } from "@frontier/server";
import { deployTest, run } from "./tools.ts";

const MAKE =
  new URL("../../deploy/certificates/make.sh", import.meta.url).pathname;

deployTest(
  "checkers",
  "certificates of the helper let a gateway and its peers trust each other",
  async () => {
    const folder = await Deno.makeTempDir();
    try {
      const make = (...args: string[]) =>
        run("sh", [MAKE, "--out", folder, ...args]);
      assertMatch(
        await make("127.0.0.1", "::1", "gateway.example"),
        /Made in /,
      );
      const authority = await Deno.readTextFile(`${folder}/ca.crt`);
      const server = await Deno.readTextFile(`${folder}/server.crt`);
      assertMatch(
        await make("--client", "backend"),
        /: backend\.crt and \.key\./,
      );
      // Those who trust it go on to do so, and the gateway needs no restart.
      assertEquals(await Deno.readTextFile(`${folder}/ca.crt`), authority);
      assertEquals(await Deno.readTextFile(`${folder}/server.crt`), server);
      assertEquals((await Deno.stat(`${folder}/ca.key`)).mode! & 0o077, 0);
      // A renewed key may be read by whoever could read the old one.
      await Deno.chmod(`${folder}/server.key`, 0o640);
      await make("127.0.0.1", "::1", "gateway.example");
      assertNotEquals(await Deno.readTextFile(`${folder}/server.crt`), server);
      const { mode } = await Deno.stat(`${folder}/server.key`);
      assertEquals(mode! & 0o777, 0o640);
      const certs = [{
        cert: `${folder}/server.crt`,
        key: `${folder}/server.key`,
      }];
      const caCerts = [`${folder}/ca.crt`];
      await using gateway = await startFrontier({
        servicebound: {
          hostname: "127.0.0.1",
          port: 0,
          tls: { mtls: true, caCerts, certs },
        },
        edgebound: {
          hostname: "127.0.0.1",
          port: 0,
          allocateEdgeIds: true,
          tls: { mtls: false, caCerts: [], certs },
        },
      });
      const over =
        (name?: string) => (to: { hostname: string; port: number }) =>
          connectTls({
            ...to,
            caFile: `${folder}/ca.crt`,
            ...(name &&
              {
                certFile: `${folder}/${name}.crt`,
                keyFile: `${folder}/${name}.key`,
              }),
          });
      const port = gateway.serviceAddr.port;
      await using service = await Service.connect({
        port,
        dial: over("backend"),
        methods: { echo: (request) => request.data },
      });
      await using edge = await Edge.connect({
        port: gateway.edgeAddr.port,
        dial: over(),
      });
      assertEquals((await edge.call("echo", "trusted")).text(), "trusted");
      assertEquals(service.closed instanceof Promise, true);
      await assertRejects(() => Service.connect({ port, dial: over() }));
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
);

deployTest(
  "checkers",
  "a call of the helper that fails leaves every file as it was",
  async () => {
    const folder = await Deno.makeTempDir();
    const files = () =>
      [...Deno.readDirSync(folder)].map(({ name }) =>
        [name, Deno.readTextFileSync(`${folder}/${name}`)] as const
      ).sort();
    const make = (...args: string[]) =>
      run("sh", [MAKE, "--out", folder, ...args]);
    try {
      await make("gateway.example");
      const before = files();
      assertEquals(
        before.map(([name]) => name),
        ["ca", "client", "server"].flatMap((name) => [
          `${name}.crt`,
          `${name}.key`,
        ]),
      );
      for (
        const [args, said] of [
          [["--client", "ca"], /--client ca is the name of another file/],
          [["--client", "server"], /--client server is the name of another/],
          [
            ["--client", "../ca"],
            /--client '\.\.\/ca' is not a name of letters/,
          ],
          [["1.2.3"], /bad ip address/],
          [["tls://gateway.example"], /is neither a host name nor an address/],
          [["--days", "0", "gateway.example"], /--days 0 is not a number/],
          [["--days", "3651", "gateway.example"], /longer than the authority/],
        ] as const
      ) {
        await assertRejects(() => make(...args), Error)
          .then(({ message }) => assertMatch(message, said));
        assertEquals(files(), before);
      }
      // The authority of somebody else, whose key is not here.
      await Deno.remove(`${folder}/ca.key`);
      const { message } = await assertRejects(
        () => make("gateway.example"),
        Error,
      );
      assertMatch(message, /has a ca\.crt and no ca\.key/);
      assertEquals(files(), before.filter(([name]) => name !== "ca.key"));
      // A long name, which no certificate takes for its holder's.
      const name = `${"a".repeat(60)}.gateway.example`;
      await run("sh", [MAKE, "--out", `${folder}/other`, name]);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
);

Deno.test("the helper of certificates says how it is used and what is wrong", async () => {
  for (
    const [args, said] of [
      [[], /deploy\/certificates\/make\.sh \[--out FOLDER\]/],
      [["--days", "x", "a.example"], /--days x is not a number of days/],
      [["--bogus"], /make\.sh \[--out FOLDER\]/],
    ] as const
  ) {
    const { message } = await run("sh", [MAKE, ...args])
      .then(() => new Error("it went well"), (error: Error) => error);
    assertMatch(message, said);
  }
});
