/**
 * What a cluster's status says.
 *
 * @module
 */

import type { Settings } from "../api/settings.ts";
import type {
  Condition,
  FrontierCluster,
  FrontierClusterStatus,
  Phase,
} from "../api/types.ts";
import type { Deployment } from "../desired/deployment.ts";

/** What was found out about a cluster. */
export interface Findings {
  /** What is wanted; `undefined` when it cannot be made out. */
  readonly settings: Settings | undefined;
  readonly frontier: Deployment | undefined;
  readonly frontlas: Deployment | undefined;
  /** Why it could not be made what it should be. */
  readonly failure: string | undefined;
}

/** How a Deployment comes along; `undefined` when it is as wanted. */
function lag(
  there: Deployment | undefined,
  name: string,
  wanted: number,
): string | undefined {
  const { metadata, spec, status = {} } = there ?? {};
  if (metadata === undefined) return `Deployment ${name} is not there yet`;
  const ready = status.readyReplicas ?? 0;
  const updated = status.updatedReplicas ?? 0;
  const total = status.replicas ?? 0;
  if (
    (status.observedGeneration ?? 0) >= (metadata.generation ?? 0) &&
    spec?.replicas === wanted && ready === wanted && updated === wanted &&
    total === wanted
  ) return undefined;
  return `Deployment ${name}: ${ready} of ${wanted} pods ready, ${updated} up to date, ${total} in all`;
}

/** Why a Deployment will not come along by itself. */
function stuck(there: Deployment | undefined): string | undefined {
  const condition = there?.status?.conditions?.find((
    { type, status, reason },
  ) =>
    (type === "Progressing" && status === "False" &&
      reason === "ProgressDeadlineExceeded") ||
    (type === "ReplicaFailure" && status === "True")
  );
  return condition && `${condition.reason}: ${condition.message}`;
}

interface Verdict {
  readonly phase: Phase;
  readonly message: string;
  /** Status, reason and message of each condition. */
  readonly conditions: readonly [
    type: Condition["type"],
    status: boolean,
    reason: string,
    message: string,
  ][];
}

function verdict({ settings, frontier, frontlas, failure }: Findings): Verdict {
  if (failure !== undefined || settings === undefined) {
    const message = failure ?? "";
    const reason = "ReconcileFailed";
    return {
      phase: "Failed",
      message,
      conditions: [
        ["Available", false, reason, message],
        ["Progressing", false, reason, message],
        ["Degraded", true, reason, message],
      ],
    };
  }
  const waits = [
    lag(frontlas, settings.frontlas.name, settings.frontlas.replicas),
    lag(frontier, settings.frontier.name, settings.frontier.replicas),
  ].filter((text) => text !== undefined);
  if (waits.length > 0) {
    const message = waits.join("; ");
    const problem = stuck(frontlas) ?? stuck(frontier);
    const reason = "ReconcileInProgress";
    return {
      phase: "Pending",
      message: problem === undefined ? message : `${message}; ${problem}`,
      conditions: [
        ["Available", false, "ComponentsNotReady", message],
        ["Progressing", problem === undefined, reason, message],
        problem === undefined
          ? ["Degraded", false, reason, ""]
          : ["Degraded", true, "DeploymentStuck", problem],
      ],
    };
  }
  const ready = "AllComponentsReady";
  return {
    phase: "Running",
    message: "Good to go!",
    conditions: [
      ["Available", true, ready, "Good to go!"],
      [
        "Progressing",
        false,
        "ReconcileSucceeded",
        "Reconcile cycle completed successfully",
      ],
      ["Degraded", false, ready, ""],
    ],
  };
}

/**
 * @param cluster The cluster, with its status so far.
 * @param findings What was found out.
 * @param now The time, as RFC 3339 says it.
 * @returns Its status.
 */
export function statusOf(
  cluster: FrontierCluster,
  findings: Findings,
  now: string,
): FrontierClusterStatus {
  const { phase, message, conditions } = verdict(findings);
  const observedGeneration = cluster.metadata.generation ?? 0;
  const before = cluster.status?.conditions ?? [];
  const { frontier, frontlas } = findings;
  return {
    phase,
    message,
    observedGeneration,
    frontierReplicas: frontier?.status?.replicas ?? 0,
    frontierReadyReplicas: frontier?.status?.readyReplicas ?? 0,
    frontierSelector: `app=${cluster.metadata.name}-frontier`,
    frontlasReadyReplicas: frontlas?.status?.readyReplicas ?? 0,
    conditions: conditions.map(([type, holds, reason, message]) => {
      const status = holds ? "True" : "False";
      const old = before.find((condition) => condition.type === type);
      return {
        type,
        status,
        reason,
        message,
        observedGeneration,
        lastTransitionTime: old?.status === status
          ? old.lastTransitionTime
          : now,
      };
    }),
  };
}
