/**
 * What marks the objects of a cluster.
 *
 * @module
 */

import { API_VERSION, type FrontierCluster, KIND } from "../api/types.ts";
import type { KubeObject, Metadata, OwnerReference } from "../kube/object.ts";

/** Marks what the operator made. */
export const MANAGED_BY = {
  "app.kubernetes.io/managed-by": "frontier-operator",
} as const;

/** The query for what the operator made. */
export const MANAGED_QUERY =
  "labelSelector=app.kubernetes.io%2Fmanaged-by%3Dfrontier-operator";

/** The cluster as the owner of its objects: deleted with it. */
export function ownedBy({ metadata }: FrontierCluster): OwnerReference {
  return {
    apiVersion: API_VERSION,
    kind: KIND,
    name: metadata.name,
    uid: metadata.uid!,
    controller: true,
    blockOwnerDeletion: true,
  };
}

/**
 * @param cluster Whose object it is.
 * @param name Its name.
 * @param app Value of the label `app`.
 * @returns What the object says about itself.
 */
export function metadataOf(
  cluster: FrontierCluster,
  name: string,
  app: string,
): Metadata {
  return {
    name,
    namespace: cluster.metadata.namespace!,
    labels: { app, ...MANAGED_BY },
    ownerReferences: [ownedBy(cluster)],
  };
}

/** @returns Name of the cluster that manages an object; `undefined` when none does. */
export function ownerOf({ metadata }: KubeObject): OwnerReference | undefined {
  return metadata.ownerReferences?.find((owner) =>
    owner.controller === true && owner.kind === KIND &&
    owner.apiVersion === API_VERSION
  );
}
