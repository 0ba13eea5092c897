/**
 * Events that users see under `kubectl describe`.
 *
 * @module
 */

import { API_VERSION, type FrontierCluster, KIND } from "../api/types.ts";
import { FIELD_MANAGER, type KubeClient } from "../kube/client.ts";
import { type KubeObject, pathOf } from "../kube/object.ts";

/** Longest message that the API server takes. */
const MAX_MESSAGE = 1_024;

/** An event. */
export interface Happened {
  readonly type: "Normal" | "Warning";
  /** In a word. */
  readonly reason: string;
  /** In words. */
  readonly message: string;
}

/**
 * Tells of something that happened to a cluster.
 *
 * @param client Who writes.
 * @param cluster The cluster.
 * @param happened What happened.
 */
export async function emit(
  client: KubeClient,
  cluster: FrontierCluster,
  { type, reason, message }: Happened,
): Promise<void> {
  const { namespace, name, uid, resourceVersion } = cluster.metadata;
  const now = new Date().toISOString().replace(/\.\d+Z$/, "Z");
  const event: KubeObject & Record<string, unknown> = {
    apiVersion: "v1",
    kind: "Event",
    metadata: {
      name: `${name}.${crypto.randomUUID().slice(0, 13)}`,
      namespace: namespace!,
    },
    involvedObject: {
      apiVersion: API_VERSION,
      kind: KIND,
      namespace,
      name,
      uid,
      resourceVersion,
    },
    type,
    reason,
    message: message.slice(0, MAX_MESSAGE),
    source: { component: FIELD_MANAGER },
    firstTimestamp: now,
    lastTimestamp: now,
    count: 1,
  };
  await client.create(pathOf("Event", namespace), event);
}
