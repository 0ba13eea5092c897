/**
 * How many pods may be missing while nodes are emptied: one at a time, so that those who leave find a place.
 *
 * @module
 */

import type { FrontierCluster, Passed } from "../api/types.ts";
import type { KubeObject } from "../kube/object.ts";
import { metadataOf } from "./labels.ts";

/** A disruption budget. */
export interface PodDisruptionBudget extends KubeObject {
  readonly spec: Passed;
}

/**
 * @param cluster Whose pods.
 * @param app Value of their label `app`, and name of the budget.
 * @returns The budget.
 */
export function disruptionBudget(
  cluster: FrontierCluster,
  app: string,
): PodDisruptionBudget {
  return {
    apiVersion: "policy/v1",
    kind: "PodDisruptionBudget",
    metadata: metadataOf(cluster, app, app),
    spec: { maxUnavailable: 1, selector: { matchLabels: { app } } },
  };
}
