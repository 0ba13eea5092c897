/**
 * The demo with real WireGuard: two hosts that only the gateway joins.
 *
 * @module
 */

import { Namespace } from "./namespace.ts";
import { type Processes, waitFor } from "./processes.ts";
import { installed, must, run } from "./run.ts";
import type { Settings } from "./settings.ts";
import { READY_MS, startStack } from "./stack.ts";
import { addInterface } from "./wireguard_interface.ts";

/** Where the wg-edge of each host listens. */
const ENDPOINT = "127.0.0.1:51820";
const TRIES = 20;

/** Both hosts. */
const SIDES = [
  { side: "a", host: "10.200.1.1", own: "10.44.0.1", peer: "10.44.0.2" },
  { side: "b", host: "10.200.2.1", own: "10.44.0.2", peer: "10.44.0.1" },
] as const;

/**
 * @returns What keeps it from running here; `undefined` when nothing does.
 */
export async function whatIsMissing(): Promise<string | undefined> {
  if ((await run(["id", "-u"])).output.trim() !== "0") {
    return "linux real-wireguard mode requires root; rerun with sudo, or with --udpping";
  }
  for (const program of ["ip", "wg", "ping"]) {
    if (!await installed(program)) return `missing command: ${program}`;
  }
  return undefined;
}

/**
 * Joins two namespaces by WireGuard through the gateway, and pings both ways.
 *
 * @param processes Where its programs run.
 * @param settings Which gateway.
 * @param folder For temporary files.
 * @param stack Gets the namespaces, to remove them.
 * @throws {Error} If a ping does not come back.
 */
export async function startWireguard(
  processes: Processes,
  settings: Settings,
  folder: string,
  stack: AsyncDisposableStack,
): Promise<void> {
  const { logDir, edgeAddr, network } = settings;
  const keys = { a: await makeKey(folder, "a"), b: await makeKey(folder, "b") };
  const hosts = [];
  for (const { side, host } of SIDES) {
    const link = `fw${side}${Deno.pid % 100_000}`;
    hosts.push(stack.use(
      await Namespace.create({
        name: `frontier-wg-${side}-${Deno.pid}`,
        hostLink: `${link}h`,
        innerLink: `${link}n`,
        hostAddress: host,
      }),
    ));
  }
  // What runs inside of the namespaces ends before they do.
  stack.use(processes);
  await startStack(processes, settings, folder);
  for (const [i, { side, own, peer }] of SIDES.entries()) {
    const host = hosts[i]!;
    const edge = processes.example(`edge-${side}`, "wg-edge", [
      `--name=edge-${side}`,
      `--listen=${ENDPOINT}`,
      "--pair-id=demo",
      `--frontier-addr=${edgeAddr.replace("127.0.0.1", host.hostAddress)}`,
      `--frontier-network=${network}`,
    ], host.inside());
    await waitFor(edge, "stream opened", READY_MS);
    const by = await addInterface(host, processes, {
      name: `wg${side}${Deno.pid % 100_000}`,
      keyFile: `${folder}/${side}.key`,
      address: own,
      peerKey: keys[side === "a" ? "b" : "a"],
      peerAddress: peer,
      endpoint: ENDPOINT,
    });
    console.log(`WireGuard of ${host.name}: ${by}`);
  }
  const [a, b] = hosts as [Namespace, Namespace];
  await ping(a, SIDES[0].peer, `${logDir}/ping-a-to-b.log`);
  await ping(b, SIDES[1].peer, `${logDir}/ping-b-to-a.log`);
  for (const [i, { side }] of SIDES.entries()) {
    const { output } = await run(hosts[i]!.inside("wg", "show"));
    await Deno.writeTextFile(`${logDir}/wg-${side}-show.log`, output);
  }
  console.log("real WireGuard verification succeeded");
  console.log(`  ${a.name}: ${SIDES[0].own}/24`);
  console.log(`  ${b.name}: ${SIDES[1].own}/24`);
}

/** Makes a private key, in a file, and returns the public one. */
async function makeKey(folder: string, side: string): Promise<string> {
  const key = await must(["wg", "genkey"]);
  await Deno.writeTextFile(`${folder}/${side}.key`, `${key}\n`, {
    mode: 0o600,
  });
  return await must(["wg", "pubkey"], key);
}

async function ping(from: Namespace, to: string, log: string): Promise<void> {
  for (let left = TRIES; left > 0; left--) {
    const { success, output } = await run(
      from.inside("ping", "-n", "-c", "1", "-W", "1", to),
    );
    await Deno.writeTextFile(log, output);
    if (success) return;
  }
  throw new Error(`real WireGuard verification failed; inspect ${log}`);
}
