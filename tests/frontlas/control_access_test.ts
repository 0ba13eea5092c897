/** Who may ask the control plane of a Frontlas, and over what. */

import "../../platform/control/http2_guard.ts";
import { assertEquals, assertRejects } from "@std/assert";
import { fileURLToPath } from "node:url";
import {
  BytesClient,
  overTls,
} from "../../platform/control/testing/grpc_client.ts";
import { ControlStage } from "./control_stage.ts";

const path = (name: string) =>
  fileURLToPath(new URL(`../../platform/testdata/${name}`, import.meta.url));
const CA = Deno.readTextFileSync(path("ca.pem"));

Deno.test("tokens are read anew; an unusable one leaves the old ones as they are", async () => {
  const file = await Deno.makeTempFile();
  const write = (text: string) => Deno.writeTextFile(file, text);
  await write("the-first-token-of-two");
  await using at = await ControlStage.open({
    tokens: [{ role: "read", token: { value: "", env: "", file } }],
  });
  const status = async (token: string) => {
    const headers = { authorization: `Bearer ${token}` };
    const { status } = await at.rest("/cluster/v1/frontiers", { headers });
    return status;
  };
  const both = async () => [
    await status("the-first-token-of-two"),
    await status("the-other-token-of-two"),
  ];
  assertEquals(await both(), [200, 401]);
  await write("the-other-token-of-two");
  assertEquals(await both(), [200, 401]);
  await at.control.reload();
  assertEquals(await both(), [401, 200]);
  await write("short");
  await assertRejects(
    () => at.control.reload(),
    Error,
    "Cannot use control_plane.tokens[0].token",
  );
  assertEquals(await both(), [401, 200]);
  // Health and documents are for everybody who can connect.
  for (const path of ["/cluster/v1/health", "/docs", "/openapi.json"]) {
    assertEquals((await at.rest(path)).status, 200);
  }
  for (
    const path of [
      "/cluster/v1/edges/count",
      "/admin/v1/status",
      "/admin/v1/watch",
    ]
  ) {
    assertEquals((await at.rest(path)).status, 401, path);
  }
  await Deno.remove(file);
});

Deno.test("over TLS both protocols are served, to those with a certificate where one is asked for", async () => {
  const pair = (name: string) => ({
    cert: path(`${name}.pem`),
    key: path(`${name}.key`),
  });
  await using at = await ControlStage.open({
    listen: {
      hostname: "127.0.0.1",
      port: 0,
      tls: {
        mtls: true,
        caCerts: [path("ca.pem")],
        certs: [pair("localhost")],
      },
    },
  });
  const [cert, key] = await Promise.all(
    [path("client.pem"), path("client.key")].map((name) =>
      Deno.readTextFile(name)
    ),
  );
  const url = `https://localhost:${at.port}/cluster/v1/frontiers`;
  {
    using client = Deno.createHttpClient({
      caCerts: [CA],
      cert: cert!,
      key: key!,
    });
    assertEquals(
      await (await fetch(url, { client })).text(),
      '{"frontiers":[]}',
    );
  }
  {
    using client = Deno.createHttpClient({ caCerts: [CA] });
    await assertRejects(() => fetch(url, { client }));
  }
  using client = new BytesClient(at.port, overTls(CA, cert, key));
  const { code } = await client.call(
    "/controlplane.ClusterService/ListFrontiers",
  );
  assertEquals(code, 0);
});
