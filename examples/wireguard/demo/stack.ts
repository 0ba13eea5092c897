/**
 * Gateway and router, which both demos need.
 *
 * @module
 */

import { parseAddress } from "../../flags.ts";
import { type Processes, waitFor } from "./processes.ts";
import type { Settings } from "./settings.ts";

/** Longest wait for a program to be ready, in milliseconds. */
export const READY_MS = 5_000;

/**
 * Starts a gateway, and the router once it listens.
 *
 * @param processes Where they run.
 * @param settings Which gateway.
 * @param folder For its configuration.
 */
export async function startStack(
  processes: Processes,
  settings: Settings,
  folder: string,
): Promise<void> {
  const { serviceAddr, network } = settings;
  const gateway = processes.start(
    "frontier",
    await gatewayCommand(settings, folder),
  );
  for (const side of ["servicebound", "edgebound"]) {
    await waitFor(gateway, `${side} server listening`, READY_MS);
  }
  const router = processes.example("router", "wg-router", [
    `--frontier-addr=${serviceAddr}`,
    `--frontier-network=${network}`,
  ]);
  await waitFor(router, "accepting streams", READY_MS);
}

async function gatewayCommand(
  { bin, config, serviceAddr, edgeAddr }: Settings,
  folder: string,
): Promise<string[]> {
  let path = config;
  if (path === "") {
    path = `${folder}/frontier.yaml`;
    const { port } = parseAddress(edgeAddr);
    await Deno.writeTextFile(
      path,
      [
        `servicebound: {listen: {addr: '${serviceAddr}'}}`,
        // The namespaces reach it over other addresses.
        `edgebound: {listen: {addr: '0.0.0.0:${port}'}, edgeid_alloc_when_no_idservice_on: true}`,
        "observability: {enable: false}",
        "",
      ].join("\n"),
    );
  }
  if (bin !== "") return [bin, "--config", path];
  return [
    Deno.execPath(),
    "run",
    "--quiet",
    "--no-prompt",
    "--allow-net",
    `--allow-read=${path}`,
    "--allow-env=FRONTIER_*,FRONTLAS_ADDR,LOG_*,NODE_NAME",
    "--allow-sys=systemMemoryInfo",
    import.meta.resolve("@frontier/server"),
    "--config",
    path,
  ];
}
