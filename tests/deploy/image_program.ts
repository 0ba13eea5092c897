/** Runs the gateway's image as `docker run` would, with the least that it can do, and talks through it; prints what it saw. */

import { Edge, Service } from "@frontier/client";
import { GoPeer } from "../interop/go_peer.ts";
import { listening } from "./containers.ts";
import { run } from "./tools.ts";

const [image = "", config = ""] = Deno.args;
const podman = (...args: string[]) => run("podman", args);
const HARDENED = [
  "--read-only",
  "--cap-drop=all",
  "--security-opt=no-new-privileges",
];

await podman(
  "run",
  "--detach",
  "--name=gateway",
  ...HARDENED,
  "--publish=30011:30011",
  "--publish=30012:30012",
  image,
);
const listeningMs = Math.round(await listening([30_011, 30_012]));
const said: Record<string, unknown> = { listeningMs };
{
  await using service = await Service.connect({
    name: "ours",
    methods: { echo: (request) => request.data },
  });
  await using edge = await Edge.connect({
    methods: { where: () => "on the edge" },
  });
  await using go = await GoPeer.start({
    role: "edge",
    port: 30_012,
    meta: "go",
  });
  const bytes = (text: string) => new TextEncoder().encode(text);
  const reply = await go.call("echo", { data: bytes("from Go") });
  said.go = new TextDecoder().decode(reply.data);
  said.ours = (await edge.call("echo", "from ours")).text();
  said.back = (await service.call(edge.edgeId, "where")).text();
}
said.shell = await podman(
  "exec",
  "gateway",
  "/bin/sh",
  "-c",
  "sleep 0; echo shell",
);
said.who = await podman(
  "exec",
  "gateway",
  "/usr/lib/frontier/deno",
  "eval",
  "--no-config",
  "console.log(Deno.uid(), Deno.gid())",
);
said.healthy = await podman("healthcheck", "run", "gateway").then(() => true);
const begun = performance.now();
await podman("stop", "--time=30", "gateway");
said.stopMs = Math.round(performance.now() - begun);
said.status =
  (await podman("inspect", "gateway", "--format={{.State.ExitCode}}")).trim();
said.log = await podman("logs", "gateway");
await podman("rm", "gateway");

// A file of the user's in the place of the default one, as objects of Kubernetes mount it.
await podman(
  "run",
  "--detach",
  "--name=configured",
  ...HARDENED,
  "--publish=31012:31012",
  `--volume=${config}:/usr/conf/frontier.yaml:ro`,
  image,
);
await listening([31_012]);
said.configured = true;
await podman("rm", "--force", "--time=5", "configured");
console.log(JSON.stringify(said));
