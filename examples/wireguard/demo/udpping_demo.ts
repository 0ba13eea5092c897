/**
 * The demo that works everywhere: datagrams instead of WireGuard.
 *
 * @module
 */

import { type Processes, waitFor } from "./processes.ts";
import type { Settings } from "./settings.ts";
import { READY_MS, startStack } from "./stack.ts";

/**
 * Starts it; what the sender gets back is shown.
 *
 * @param processes Where its programs run.
 * @param settings Which gateway.
 * @param folder For temporary files.
 */
export async function startUdpping(
  processes: Processes,
  settings: Settings,
  folder: string,
): Promise<void> {
  await startStack(processes, settings, folder);
  for (const [name, port] of [["edge-a", 51820], ["edge-b", 51821]] as const) {
    const edge = processes.example(name, "wg-edge", [
      `--name=${name}`,
      `--listen=127.0.0.1:${port}`,
      "--pair-id=demo",
      `--frontier-addr=${settings.edgeAddr}`,
      `--frontier-network=${settings.network}`,
    ]);
    await waitFor(edge, "stream opened", READY_MS);
  }
  const ping = (mode: string, port: number, target: number) => [
    `--mode=${mode}`,
    `--listen=127.0.0.1:${port}`,
    `--target=127.0.0.1:${target}`,
  ];
  processes.example("udpping-echo", "udpping", ping("echo", 7001, 51821));
  processes.example(
    "udpping-send",
    "udpping",
    ping("send", 7000, 51820),
    [],
    true,
  );
}
