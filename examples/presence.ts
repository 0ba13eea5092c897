/**
 * What a service believes about edges, held to the truth: a gateway that dies
 * tells nobody of its edges, and nobody hears of those that leave while a
 * service is away.
 *
 * @module
 */

import { FrontierError, type ServiceLike } from "@frontier/client";

/** Longest wait for the answer of an edge, in milliseconds. */
const PATIENCE_MS = 2_000;

/**
 * Tells whether an edge is still there.
 *
 * @param service Who wants to know.
 * @param edgeId The edge.
 * @returns Whether it is; what cannot be known counts as a yes.
 */
export async function stillOnline(
  service: Pick<ServiceLike, "call">,
  edgeId: bigint,
): Promise<boolean> {
  try {
    // Nobody has such a method: to say so the edge must be there.
    await service.call(edgeId, "", "", { timeoutMs: PATIENCE_MS });
    return true;
  } catch (error) {
    return FrontierError.from(error).code !== "edge-not-online";
  }
}

/**
 * Does something whenever the connection is back after a loss.
 *
 * @param service Whose connection.
 * @param action What to do.
 * @returns When the service is closed.
 */
export async function afterReconnect(
  service: Pick<ServiceLike, "status">,
  action: () => void,
): Promise<void> {
  let lost = false;
  for await (const { state } of service.status()) {
    if (state === "disconnected") lost = true;
    if (state !== "connected" || !lost) continue;
    lost = false;
    action();
  }
}
