/** What the chart configures, running: a gateway, a Frontlas and the Redis of the chart, with certificates on both sides of everything. */

import { assertEquals } from "@std/assert";
import { Program as Directory } from "../../../frontlas/cli/testing/program.ts";
import { Program as Gateway } from "../../../server/cli/testing/program.ts";
import { until } from "../kube/control_plane.ts";
import { freePort } from "../../support/free_ports.ts";
import { environmentOf, Mounts } from "./acceptance.ts";
import { find, render, type Rendered } from "./chart.ts";
import { MATRIX } from "./matrix.ts";
import { helmTest } from "./register.ts";

/** Has quotes, a backslash, and what a shell and Kubernetes would replace. */
const PASSWORD = `a "b" \\ $(c) 'd' $E`;

/** What a component is started with: its configuration as a file, and its environment. */
async function partsOf(
  objects: readonly Rendered[],
  component: string,
  mounts: Mounts,
): Promise<{ path: string; env: Record<string, string> }> {
  const name = `frontier-${component}`;
  const pod = find(objects, "Deployment", name).spec.template.spec;
  const root = await mounts.mount(pod);
  const text: string = find(objects, "ConfigMap", name)
    .data[`${component}.yaml`];
  const path = `${root}/${component}.yaml`;
  await Deno.writeTextFile(
    path,
    text.replaceAll("/etc/frontier/", `${root}/etc/frontier/`)
      // Whoever has these ports is not in our way.
      .replaceAll(/0\.0\.0\.0:(?:30010|909\d)$/gm, "127.0.0.1:0"),
  );
  return { path, env: environmentOf(pod.containers[0].env) };
}

/** Starts the chart's Redis by its own script. @returns Its port. */
async function startRedis(
  objects: readonly Rendered[],
  stack: AsyncDisposableStack,
): Promise<number> {
  const [container] = find(objects, "StatefulSet", "frontier-redis-master")
    .spec.template.spec.containers;
  const folder = await Deno.makeTempDir();
  stack.defer(() => Deno.remove(folder, { recursive: true }));
  const port = freePort();
  const script: string = container.args[0]
    .replaceAll("/run/redis", folder)
    .replaceAll("/data", folder)
    .replace(/(exec redis-server \S+)/, `$1 --port ${port} --bind 127.0.0.1`);
  const child = new Deno.Command(container.command[0], {
    args: [...container.command.slice(1), script],
    env: { REDIS_PASSWORD: PASSWORD },
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).spawn();
  stack.defer(async () => {
    // A pod stops as fast: its shell has become the server.
    child.kill("SIGTERM");
    assertEquals((await child.status).code, 0);
  });
  return port;
}

helmTest(
  "gateway, directory and Redis of the chart find each other, with certificates on both sides",
  async () => {
    await using stack = new AsyncDisposableStack();
    const mounts = stack.use(await Mounts.create());
    const objects = await render({
      ...MATRIX["TLS and certificates of clients everywhere"],
      redis: { auth: { password: PASSWORD } },
    });
    const redis = await startRedis(objects, stack);

    const directory = await partsOf(objects, "frontlas", mounts);
    const frontlas = stack.use(
      new Directory(["--config", directory.path], {
        ...directory.env,
        FRONTLAS_CONTROLPLANE_PORT: "0",
        FRONTLAS_FRONTIERPLANE_PORT: "0",
        REDIS_ADDRS: `127.0.0.1:${redis}`,
        REDIS_PASSWORD: PASSWORD,
      }),
    );
    const listening = (plane: string) =>
      frontlas.line(new RegExp(`${plane} server listening on: \\S+:(\\d+)$`));
    const [, plane] = await listening("frontierplane");
    const [, control] = await listening("controlplane");

    const gateway = await partsOf(objects, "frontier", mounts);
    const text = await Deno.readTextFile(gateway.path);
    await Deno.writeTextFile(
      gateway.path,
      text.replace(/frontier-frontlas\.edge\.\S+:40012/, `127.0.0.1:${plane}`),
    );
    stack.use(
      new Gateway(["--config", gateway.path], {
        ...gateway.env,
        FRONTIER_SERVICEBOUND_PORT: "0",
        FRONTIER_EDGEBOUND_PORT: "0",
      }),
    );

    using client = Deno.createHttpClient({
      caCerts: [await mounts.read("ca.crt")],
      cert: await mounts.read("client.crt"),
      key: await mounts.read("client.key"),
    });
    const url = `https://127.0.0.1:${control}/cluster/v1/frontiers`;
    await until(
      "the directory knows the gateway by the name of its pod",
      async () => {
        const response = await fetch(url, { client });
        const { frontiers } = await response.json() as {
          frontiers?: { frontierId: string }[];
        };
        return frontiers?.[0]?.frontierId === "pod-1";
      },
    );
  },
  { programs: ["redis-server"] },
);
