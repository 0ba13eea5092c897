/**
 * A WireGuard interface in a namespace: the kernel's, or `wireguard-go` where
 * the kernel has none.
 *
 * @module
 */

import type { Namespace } from "./namespace.ts";
import type { Processes } from "./processes.ts";
import { installed, must, run } from "./run.ts";
import { READY_MS } from "./stack.ts";

/** The other side of a tunnel, and ours. */
export interface InterfaceOptions {
  /** Name of the interface; at most 15 characters, unique on this machine. */
  readonly name: string;
  /** File with the private key. */
  readonly keyFile: string;
  /** Address inside of the tunnel. */
  readonly address: string;
  /** Public key of the other side. */
  readonly peerKey: string;
  /** Its address inside of the tunnel. */
  readonly peerAddress: string;
  /** Where datagrams for it go: to the wg-edge. */
  readonly endpoint: string;
}

/**
 * Makes an interface.
 *
 * @param namespace Where.
 * @param processes Runs what stands in for the kernel.
 * @param options How.
 * @returns Who implements it: `kernel` or `wireguard-go`.
 * @throws {Error} If there is neither.
 */
export async function addInterface(
  namespace: Namespace,
  processes: Processes,
  options: InterfaceOptions,
): Promise<"kernel" | "wireguard-go"> {
  const { name, keyFile, address, peerKey, peerAddress, endpoint } = options;
  const add = namespace.inside("ip", "link", "add", name, "type", "wireguard");
  const kernel = (await run(add)).success;
  if (!kernel) await startWireguardGo(namespace, processes, name);
  const inside = (...command: string[]) => must(namespace.inside(...command));
  await inside("ip", "addr", "add", `${address}/24`, "dev", name);
  await inside(
    ...["wg", "set", name, "private-key", keyFile, "listen-port", "51821"],
    ...["peer", peerKey, "allowed-ips", `${peerAddress}/32`],
    ...["endpoint", endpoint, "persistent-keepalive", "5"],
  );
  await inside("ip", "link", "set", name, "up");
  return kernel ? "kernel" : "wireguard-go";
}

async function startWireguardGo(
  namespace: Namespace,
  processes: Processes,
  name: string,
): Promise<void> {
  const program = Deno.env.get("WIREGUARD_GO") ?? "wireguard-go";
  if (!await installed(program)) {
    throw new Error(
      "Cannot make a WireGuard interface: neither the kernel has them nor is wireguard-go installed (WIREGUARD_GO names it)",
    );
  }
  processes.start(
    `wireguard-${name}`,
    namespace.inside("env", "LOG_LEVEL=verbose", program, "--foreground", name),
  );
  const endsAt = performance.now() + READY_MS;
  while (!(await run(namespace.inside("wg", "show", name))).success) {
    if (performance.now() > endsAt) {
      throw new Error(`Cannot make ${name}: wireguard-go does not start`);
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
