/** Ports for a gateway, or a broker, that is to come back where it was. */

import type { GatewayPorts } from "./gateway_process.ts";

/** Below the ports that the system gives to clients: while a server is down, one of those could take its port. */
const FIRST = 12_000;
const COUNT = 18_000;
const TRIES = 100;
/** Those that were found before: whoever got one may not listen there yet, or not for the moment. */
const found = new Set<number>();

/**
 * Finds two ports on which nobody listens.
 *
 * @returns The ports.
 * @throws {Error} If there are none.
 */
export function freePorts(): GatewayPorts {
  return { edge: freePort(), service: freePort() };
}

/**
 * Finds a port on which nobody listens.
 *
 * @returns The port; another one each time.
 * @throws {Error} If there is none.
 */
export function freePort(): number {
  for (let i = 0; i < TRIES; i++) {
    const port = FIRST + Math.floor(Math.random() * COUNT);
    if (found.has(port)) continue;
    try {
      Deno.listen({ hostname: "127.0.0.1", port }).close();
      found.add(port);
      return port;
    } catch (error) {
      if (!(error instanceof Deno.errors.AddrInUse)) throw error;
    }
  }
  throw new Error(`Cannot find a free port in ${TRIES} tries`);
}
