/** The file that the operator writes makes a gateway speak TLS. */

import { assertEquals, assertRejects } from "@std/assert";
import { settingsOf } from "../../../deploy/operator/api/settings.ts";
import {
  CA_FOLDER,
  frontierYaml,
  TLS_FOLDER,
} from "../../../deploy/operator/desired/frontier_config.ts";
import { freePorts } from "../../support/free_ports.ts";
import { until } from "../kube/control_plane.ts";
import { cluster } from "./clusters.ts";

const ROOT = new URL("../../../", import.meta.url).pathname;
const CERTIFICATES = `${ROOT}platform/testdata`;

Deno.test("a gateway with the operator's file speaks TLS, and asks edges for certificates", async () => {
  const ports = freePorts();
  const { frontier } = settingsOf(cluster("c", {
    frontier: {
      servicebound: { port: ports.service },
      edgebound: {
        port: ports.edge,
        tls: {
          enabled: true,
          mtls: true,
          certificateKeySecretRef: { name: "pair" },
          caCertificateSecretRef: { name: "ca" },
        },
      },
    },
  }));
  const folder = await Deno.makeTempDir();
  // As the Secrets are mounted.
  for (
    const [from, to] of [
      ["localhost.pem", `secret/tls.crt`],
      ["localhost.key", `secret/tls.key`],
      ["ca.pem", `ca/ca.crt`],
    ] as const
  ) {
    await Deno.mkdir(`${folder}/${to.split("/")[0]}`, { recursive: true });
    await Deno.copyFile(`${CERTIFICATES}/${from}`, `${folder}/${to}`);
  }
  await Deno.writeTextFile(
    `${folder}/frontier.yaml`,
    frontierYaml(frontier)
      .replaceAll(TLS_FOLDER, `${folder}/secret`)
      .replaceAll(CA_FOLDER, `${folder}/ca`),
  );
  const gateway = new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--quiet",
      "-A",
      `${ROOT}server/main.ts`,
      "--config",
      `${folder}/frontier.yaml`,
    ],
    env: { FRONTIER_DRAIN_SECONDS: "0" },
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).spawn();
  const read = (name: string) => Deno.readTextFile(`${CERTIFICATES}/${name}`);
  try {
    await until(
      "the gateway listens",
      () =>
        Deno.connect({ hostname: "127.0.0.1", port: ports.edge })
          .then((connection) => {
            connection.close();
            return true;
          }, () => false),
    );
    const caCerts = [await read("ca.pem")];
    const to = { hostname: "localhost", port: ports.edge, caCerts };
    using edge = await Deno.connectTls({
      ...to,
      cert: await read("client.pem"),
      key: await read("client.key"),
    });
    await edge.handshake();
    await assertRejects(async () => {
      using stranger = await Deno.connectTls(to);
      await stranger.handshake();
      // What the server refuses is seen at the first read.
      if (await stranger.read(new Uint8Array(1)) === null) {
        throw new Error("closed");
      }
    });
  } finally {
    gateway.kill("SIGTERM");
    assertEquals((await gateway.status).code, 0);
    await Deno.remove(folder, { recursive: true });
  }
});
