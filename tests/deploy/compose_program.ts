/** Starts the compose files as their users do, and looks whether what they start works together; prints what it saw. */

import { Edge, Service } from "@frontier/client";
import { listening } from "./containers.ts";
import { run } from "./tools.ts";

const FOLDER = new URL("../../deploy/compose/", import.meta.url).pathname;
const compose = (file: string, ...args: string[]) =>
  run("podman-compose", ["-f", `${FOLDER}${file}`, ...args]);
const said: Record<string, unknown> = {};

async function ask(port: number, path: string): Promise<unknown> {
  const response = await fetch(`http://127.0.0.1:${port}/cluster/v1/${path}`);
  return await response.json();
}

/** Asks until the answer is as it should be, for 20 s. */
async function until<T>(
  look: () => Promise<T>,
  good: (value: T) => boolean,
): Promise<T> {
  const end = performance.now() + 20_000;
  while (true) {
    const value = await look().catch((error) => `${error}` as T);
    if (performance.now() > end || good(value)) return value;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

await compose("docker-compose.yml", "up", "-d", "frontier");
try {
  await listening([30_011, 30_012]);
  await using _service = await Service.connect({
    methods: { echo: (request) => request.data },
  });
  await using edge = await Edge.connect({});
  said.single = (await edge.call("echo", "one gateway")).text();
} finally {
  await compose("docker-compose.yml", "down", "-t", "10");
}

await compose("cluster.yml", "up", "-d");
try {
  await listening([30_011, 30_012, 31_011, 31_012, 40_011, 41_011]);
  const two = (answer: unknown) =>
    (answer as { frontiers?: unknown[] }).frontiers?.length === 2;
  said.first = await until(() => ask(40_011, "frontiers"), two);
  said.second = await until(() => ask(41_011, "frontiers"), two);
  await using edge = await Edge.connect({ port: 31_012 });
  // What one Frontlas was told the other one knows: they share one Redis.
  said.edges = await Promise.all(
    [40_011, 41_011].map((port) =>
      until(
        () => ask(port, "edges/count"),
        (answer) => (answer as { count?: string }).count === "1",
      )
    ),
  );
  said.where = await ask(40_011, `frontier?edge_id=${edge.edgeId}`);
  said.log = await run("podman", [
    "ps",
    "--all",
    "--format={{.Names}} {{.Status}}",
  ]);
} finally {
  await compose("cluster.yml", "down", "-t", "10");
}
console.log(JSON.stringify(said));
