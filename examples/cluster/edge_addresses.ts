/**
 * Where edges find the gateways of a cluster.
 *
 * @module
 */

import type { AddressResolver } from "@frontier/client";

/**
 * Makes a function for the option `addresses` of edges: it asks Frontlas, by
 * REST, which gateways are alive. Of several Frontlas the first one that answers
 * is believed; each edge begins with another one.
 *
 * @param frontlas Where Frontlas is, each as `http://host:port`.
 * @param token Token to show, if Frontlas wants one.
 * @returns The function.
 *
 * @example
 * ```ts
 * import { Edge } from "@frontier/client";
 * import { gatewaysOf } from "./edge_addresses.ts";
 *
 * async function connect(): Promise<Edge> {
 *   return await Edge.connect({
 *     addresses: gatewaysOf(["http://frontlas.example:40011"]),
 *     meta: "sensor-7",
 *   });
 * }
 * ```
 */
export function gatewaysOf(
  frontlas: readonly string[],
  token?: string,
): AddressResolver {
  const headers: Record<string, string> = token === undefined
    ? {}
    : { authorization: `Bearer ${token}` };
  return async (signal) => {
    const first = Math.floor(Math.random() * frontlas.length);
    const failures: unknown[] = [];
    for (let i = 0; i < frontlas.length; i++) {
      const base = frontlas[(first + i) % frontlas.length]!;
      try {
        return await ask(new URL("/cluster/v1/frontiers", base), {
          headers,
          signal,
        });
      } catch (error) {
        signal.throwIfAborted();
        failures.push(error);
      }
    }
    throw new AggregateError(failures, `No Frontlas answers: ${failures}`);
  };
}

async function ask(url: URL, init: RequestInit): Promise<string[]> {
  const answer = await fetch(url, init);
  const text = await answer.text();
  if (!answer.ok) throw new Error(`Cannot read ${url}: ${text}`);
  const { frontiers } = JSON.parse(text) as {
    frontiers: { advertisedEbAddr: string }[];
  };
  // A gateway that does not know its own address names none.
  return frontiers.map(({ advertisedEbAddr }) => advertisedEbAddr)
    .filter((address) => address !== "");
}
