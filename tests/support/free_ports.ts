/** Ports for a gateway that is to come back where it was. */

import type { GatewayPorts } from "./gateway_process.ts";

/** Below the ports that the system gives to clients: while the gateway is down, one of those could take its port. */
const FIRST = 20_000;
const COUNT = 10_000;
const TRIES = 100;

/**
 * Finds two ports on which nobody listens.
 *
 * @returns The ports.
 * @throws {Error} If there are none.
 */
export function freePorts(): GatewayPorts {
  const edge = freePort();
  let service = freePort();
  while (service === edge) service = freePort();
  return { edge, service };
}

/**
 * Finds a port on which nobody listens.
 *
 * @returns The port.
 * @throws {Error} If there is none.
 */
export function freePort(): number {
  for (let i = 0; i < TRIES; i++) {
    const port = FIRST + Math.floor(Math.random() * COUNT);
    try {
      Deno.listen({ hostname: "127.0.0.1", port }).close();
      return port;
    } catch (error) {
      if (!(error instanceof Deno.errors.AddrInUse)) throw error;
    }
  }
  throw new Error(`Cannot find a free port in ${TRIES} tries`);
}
