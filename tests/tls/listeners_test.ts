/** TLS of every listener, with clients that openssl plays: versions, names, client certificates. */

import { assert, assertEquals, assertMatch } from "@std/assert";
import {
  LISTENERS,
  openssl,
  portOf,
  REFUSED,
  showing,
  startTls,
} from "./stage.ts";

/** What openssl needs to offer versions that are out of date. */
const LAX = ["-cipher", "ALL:@SECLEVEL=0"];

for (const listener of LISTENERS) {
  Deno.test(`${listener} speaks TLS 1.2 and 1.3, and nothing older`, async () => {
    await using gateway = await startTls();
    const port = portOf(gateway, listener);
    // Nothing but the version is wrong below.
    assert((await openssl(listener, port, LAX)).answered > 0);
    for (const version of ["1.2", "1.3"]) {
      const flag = `-tls${version.replace(".", "_")}`;
      const { answered, info } = await openssl(listener, port, [flag]);
      assertMatch(info, new RegExp(`Protocol version: TLSv${version}\n`));
      assert(answered > 0, info);
    }
    for (const flag of ["-tls1_1", "-tls1"]) {
      const { answered, info } = await openssl(listener, port, [flag, ...LAX]);
      // The server ends it: with an alert, or, as the runtime does, without.
      assertMatch(info, /alert protocol version|unexpected eof/);
      assert(!info.includes("CONNECTION ESTABLISHED"), info);
      assertEquals(answered, 0);
    }
  });

  Deno.test(`${listener} shows the certificate that the name asks for, the first to others`, async () => {
    await using gateway = await startTls({
      certificates: ["localhost", "alpha", "wildcard"],
    });
    const cases: [name: string | undefined, shown: string][] = [
      ["localhost", "localhost"],
      ["alpha.test", "alpha"],
      ["ALPHA.test", "alpha"],
      ["one.wild.test", "wildcard"],
      ["one.two.wild.test", "localhost"],
      ["nobody.test", "localhost"],
      [undefined, "localhost"],
    ];
    for (const [name, shown] of cases) {
      const args = name === undefined
        ? ["-noservername"]
        : ["-servername", name];
      const { answered, info } = await openssl(
        listener,
        portOf(gateway, listener),
        args,
      );
      assertMatch(info, new RegExp(`Peer certificate: CN = ${shown}\n`));
      assert(answered > 0, info);
    }
  });

  Deno.test(`${listener} with mutual TLS takes the right certificate, and reads nothing of others`, async () => {
    const heard: string[] = [];
    await using gateway = await startTls({
      mtls: true,
      policies: [{
        name: "listen",
        connect: ({ kind, identity }) => {
          heard.push(`${kind} of ${identity?.sans}`);
          return undefined;
        },
      }],
    });
    const port = portOf(gateway, listener);
    for (const version of ["-tls1_2", "-tls1_3"]) {
      for (const [why, certificate] of REFUSED) {
        const { answered, info } = await openssl(listener, port, [
          version,
          ...showing(certificate),
        ]);
        assertEquals(answered, 0, `${why}: ${info}`);
        // TLS 1.3 tells the client that it is through before the server has looked.
        if (version === "-tls1_2") {
          assert(!info.includes("CONNECTION ESTABLISHED"), `${why}: ${info}`);
        }
      }
      assertEquals(heard, []);
    }
    for (const version of ["-tls1_2", "-tls1_3"]) {
      const { answered, info } = await openssl(listener, port, [
        version,
        ...showing("client"),
      ]);
      assert(answered > 0, info);
    }
    const kind = listener.replace("bound", "");
    assertEquals(
      heard,
      listener === "controlplane"
        ? []
        : Array(2).fill(`${kind} of DNS:client.test`),
    );
  });
}
