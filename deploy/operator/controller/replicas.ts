/**
 * How many gateways there are on the way from many to few: one leaves at a time, and the next when it is gone, so that its peers find
 * a gateway that stays.
 *
 * @module
 */

import type { Deployment } from "../desired/deployment.ts";

/**
 * @param wanted How many gateways are wanted.
 * @param there The Deployment; `undefined` when there is none.
 * @param stopping How many of its pods are stopping.
 * @returns How many the Deployment is to have now.
 */
export function nextReplicas(
  wanted: number,
  there: Deployment | undefined,
  stopping: number,
): number {
  const now = there?.spec.replicas ?? wanted;
  if (there === undefined || wanted >= now) return wanted;
  const { metadata: { generation = 0 }, status = {} } = there;
  const settled = (status.observedGeneration ?? 0) >= generation &&
    (status.replicas ?? 0) <= now && stopping === 0;
  return settled ? now - 1 : now;
}
