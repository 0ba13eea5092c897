/** The gateway as these tests start it: on loopback, free ports, ids allocated for edges. */

import {
  type Frontier,
  type FrontierOptions,
  startFrontier,
} from "../../server/mod.ts";

/**
 * Starts a gateway.
 *
 * @param options What differs from the defaults of these tests; listener settings are merged.
 * @returns The running gateway.
 */
export function startGateway(options: FrontierOptions = {}): Promise<Frontier> {
  return startFrontier({
    ...options,
    edgebound: {
      hostname: "127.0.0.1",
      port: 0,
      allocateEdgeIds: true,
      ...options.edgebound,
    },
    servicebound: { hostname: "127.0.0.1", port: 0, ...options.servicebound },
  });
}

/**
 * Waits until a condition holds.
 *
 * @param condition Checked every few milliseconds; an error counts as not yet.
 * @param timeoutMs How long to wait, in milliseconds.
 * @throws {Error} The condition's last error, or that it never held.
 */
export async function eventually(
  condition: () => Promise<boolean>,
  timeoutMs = 5000,
): Promise<void> {
  const end = performance.now() + timeoutMs;
  for (;;) {
    try {
      if (await condition()) return;
      if (performance.now() > end) {
        throw new Error(`The condition did not hold within ${timeoutMs} ms`);
      }
    } catch (error) {
      if (performance.now() > end) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
