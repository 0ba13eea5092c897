/** Objects that the tests of the operator apply. */

import type { FrontierCluster } from "../../../deploy/operator/api/types.ts";
import {
  type KubeObject,
  pathOf,
} from "../../../deploy/operator/kube/object.ts";
import type { ControlPlane } from "../kube/control_plane.ts";

/** The example of the original, as it is in its README. */
export const ORIGINAL = `apiVersion: frontier.singchia.io/v1alpha1
kind: FrontierCluster
metadata:
  labels:
    app.kubernetes.io/name: frontiercluster
    app.kubernetes.io/managed-by: kustomize
  name: frontiercluster
spec:
  frontier:
    replicas: 2
    servicebound:
      port: 30011
    edgebound:
      port: 30012
  frontlas:
    replicas: 1
    controlplane:
      port: 40011
    redis:
      addrs:
        - rfs-redisfailover:26379
      password: your-password
      masterName: mymaster
      redisType: sentinel
`;

/** A cluster with as little as is possible, for a port of its own. */
export function cluster(
  name: string,
  spec: {
    frontier?: Record<string, unknown>;
    frontlas?: Record<string, unknown>;
  } = {},
): FrontierCluster {
  return {
    apiVersion: "frontier.singchia.io/v1alpha1",
    kind: "FrontierCluster",
    metadata: { name, namespace: "default" },
    spec: {
      frontier: {
        servicebound: {},
        // Node ports belong to all clusters together.
        edgebound: { serviceType: "ClusterIP" },
        ...spec.frontier,
      },
      frontlas: {
        redis: { addrs: ["redis:6379"], redisType: "standalone" },
        ...spec.frontlas,
      },
    },
  } as FrontierCluster;
}

/** Makes a cluster. */
export async function create(
  { admin }: ControlPlane,
  object: FrontierCluster,
): Promise<void> {
  await admin.create(pathOf("FrontierCluster", "default"), object);
}

/** Changes a cluster's spec. */
export async function change(
  { admin }: ControlPlane,
  name: string,
  spec: unknown,
): Promise<void> {
  await admin.patch(pathOf("FrontierCluster", "default", name), { spec });
}

/** @returns A cluster as it is. */
export async function read(
  { admin }: ControlPlane,
  name: string,
): Promise<FrontierCluster> {
  return await admin.get(pathOf("FrontierCluster", "default", name));
}

/** @returns All objects of the kinds that the operator makes, with their versions. */
export async function versions({ admin }: ControlPlane): Promise<string[]> {
  const found: string[] = [];
  for (
    const kind of [
      "FrontierCluster",
      "Deployment",
      "Service",
      "ConfigMap",
      "PodDisruptionBudget",
      "Event",
    ] as const
  ) {
    const { items } = await admin.get<{ items: KubeObject[] }>(
      pathOf(kind, "default"),
    );
    for (const { metadata } of items) {
      found.push(`${kind} ${metadata.name} ${metadata.resourceVersion}`);
    }
  }
  return found.sort();
}
