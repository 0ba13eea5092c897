/**
 * Everything that a cluster consists of.
 *
 * @module
 */

import type { Settings } from "../api/settings.ts";
import type { FrontierCluster } from "../api/types.ts";
import type { Kind, KubeObject } from "../kube/object.ts";
import type { Deployment } from "./deployment.ts";
import { disruptionBudget } from "./disruption_budget.ts";
import { frontierDeployment } from "./frontier.ts";
import { frontierConfig } from "./frontier_config.ts";
import { frontlasDeployment } from "./frontlas.ts";
import { type Service, services } from "./services.ts";

/** What the referenced Secrets contain, as digests. */
export interface SecretDigests {
  /** Those of the gateways. */
  readonly frontier: string;
  /** Those of the directory. */
  readonly frontlas: string;
}

/** The objects. */
export interface DesiredObjects {
  readonly services: readonly Service[];
  /** What is neither reached nor run. */
  readonly others: readonly (KubeObject & { readonly kind: Kind })[];
  readonly frontlas: Deployment;
  readonly frontier: Deployment;
}

/**
 * @param cluster The cluster.
 * @param settings What is wanted, with every default.
 * @param secrets What the referenced Secrets contain.
 * @returns Its objects.
 */
export function desiredObjects(
  cluster: FrontierCluster,
  settings: Settings,
  secrets: SecretDigests,
): DesiredObjects {
  const { frontier, frontlas } = settings;
  return {
    services: services(cluster, settings),
    others: [
      frontierConfig(cluster, frontier),
      disruptionBudget(cluster, frontlas.name),
      disruptionBudget(cluster, frontier.name),
    ] as (KubeObject & { kind: Kind })[],
    frontlas: frontlasDeployment(cluster, frontlas, secrets.frontlas),
    frontier: frontierDeployment(cluster, settings, secrets.frontier),
  };
}
