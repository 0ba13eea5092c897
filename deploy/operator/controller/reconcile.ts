/**
 * Makes one cluster what its user wants.
 *
 * @module
 */

import { describeError } from "@frontier/platform/internal";
import type { Logger } from "@frontier/platform/log";
import { type Settings, settingsOf } from "../api/settings.ts";
import type { FrontierCluster, FrontierClusterStatus } from "../api/types.ts";
import type { Deployment } from "../desired/deployment.ts";
import { ownerOf } from "../desired/labels.ts";
import { desiredObjects } from "../desired/objects.ts";
import type { Service } from "../desired/services.ts";
import type { KubeClient } from "../kube/client.ts";
import { type Kind, type KubeObject, pathOf } from "../kube/object.ts";
import { hasCode, StatusError } from "../kube/status_error.ts";
import { ensure, EnsureError, find, LeftoverError } from "./ensure.ts";
import { emit, type Happened } from "./events.ts";
import { isPartOf } from "./is_part_of.ts";
import { nextReplicas } from "./replicas.ts";
import { SecretProblem, type SecretReader } from "./secret_digests.ts";
import { type Findings, statusOf } from "./status.ts";
import type { Watches } from "./watches.ts";

/** Milliseconds until gateways that are leaving are looked at again. */
const LEAVING_MS = 1_000;

/** Milliseconds that the garbage collector has for what a deleted cluster of the same name has left. */
const LEFTOVER_MS = 120_000;

/** Answers that another try may change without anybody's doing. 500 is none: a quantity that cannot be read is answered so. */
const PASSING = new Set([408, 409, 410, 425, 429, 502, 503, 504]);

/** What a reconcile works with. */
export interface ReconcileContext {
  readonly client: KubeClient;
  readonly watches: Watches;
  readonly secrets: SecretReader;
  readonly log: Logger;
}

/** What failed for a reason that stays until somebody does something. */
class Failure extends Error {
  readonly event: string;

  constructor(event: string, message: string) {
    super(message);
    this.event = event;
  }
}

/** Does a step, and tells what will not pass by itself from what will. */
async function step<T>(
  event: string,
  { metadata }: FrontierCluster,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const since = Date.parse(metadata.creationTimestamp ?? "");
    if (error instanceof LeftoverError && Date.now() - since < LEFTOVER_MS) {
      throw error;
    }
    const lasting = error instanceof SecretProblem ||
      error instanceof EnsureError ||
      (error instanceof StatusError && !PASSING.has(error.code));
    if (!lasting) throw error;
    throw new Failure(event, describeError(error));
  }
}

/**
 * Makes a cluster what it should be, and says in its status what has become of it.
 *
 * @param context What to work with.
 * @param cluster The cluster.
 * @returns Milliseconds until it has to be looked at again, where no watch will tell.
 * @throws {Error} If it failed; what is lasting stands in the status then.
 */
export async function reconcile(
  context: ReconcileContext,
  cluster: FrontierCluster,
): Promise<number | undefined> {
  const { namespace, name } = cluster.metadata;
  const { watches, log } = context;
  let settings: Settings | undefined;
  let deployments: Pick<Findings, "frontier" | "frontlas"> = {
    frontier: watches.deployments.get(namespace!, `${name}-frontier`),
    frontlas: watches.deployments.get(namespace!, `${name}-frontlas`),
  };
  let failure: Failure | undefined;
  let again: number | undefined;
  try {
    settings = resolve(cluster);
    const digests = await step(
      "SecretNotUsable",
      cluster,
      () => context.secrets.digests(namespace!, settings!),
    );
    const desired = desiredObjects(cluster, settings, digests);
    await step("ServiceEnsureFailed", cluster, async () => {
      await prune(context, cluster, desired.services);
      for (const service of desired.services) {
        await put(context, "Service", service);
      }
    });
    const scaled = await step("DeploymentEnsureFailed", cluster, async () => {
      for (const object of desired.others) {
        await put(context, object.kind, object);
      }
      const frontlas = await put(context, "Deployment", desired.frontlas);
      const { replicas, there } = await leaving(context, desired.frontier);
      const frontier = await ensure(
        context.client,
        "Deployment",
        { ...desired.frontier, spec: { ...desired.frontier.spec, replicas } },
        there,
      );
      return { frontier, frontlas };
    });
    deployments = scaled;
    if (scaled.frontier.spec.replicas !== settings.frontier.replicas) {
      again = LEAVING_MS;
    }
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    failure = error;
  }
  const status = statusOf(
    cluster,
    { settings, ...deployments, failure: failure?.message },
    new Date().toISOString().replace(/\.\d+Z$/, "Z"),
  );
  await report(context, cluster, status, failure);
  if (failure === undefined) return again;
  log.warn("A cluster cannot be made what it should be", {
    cluster: `${namespace}/${name}`,
    error: failure.message,
  });
  throw failure;
}

function resolve(cluster: FrontierCluster): Settings {
  try {
    return settingsOf(cluster);
  } catch (error) {
    throw new Failure("InvalidSpec", describeError(error));
  }
}

/** Makes an object what it should be. */
function put<T extends KubeObject>(
  { client, watches }: ReconcileContext,
  kind: Kind,
  wanted: T,
): Promise<T> {
  const { namespace, name } = wanted.metadata;
  return ensure(
    client,
    kind,
    wanted,
    watches.of(kind)?.get(namespace!, name) as T | undefined,
  );
}

/** How many gateways there are to be now, and the Deployment that says how many there are. */
async function leaving(
  { client, watches }: ReconcileContext,
  { metadata: { namespace, name }, spec }: Deployment,
): Promise<{ replicas: number; there: Deployment | undefined }> {
  const path = pathOf("Deployment", namespace, name);
  let there = watches.deployments.get(namespace!, name) ??
    await find<Deployment>(client, path);
  const wanted = spec.replicas!;
  if (there === undefined || wanted >= (there.spec.replicas ?? 1)) {
    return { replicas: wanted, there };
  }
  // What the watch has may be older than the last step.
  there = await client.get<Deployment>(path);
  const pods = await client.get<{ items: readonly KubeObject[] | null }>(
    `${pathOf("Pod", namespace)}?labelSelector=app%3D${
      encodeURIComponent(name)
    }`,
    "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1",
  );
  const stopping =
    (pods.items ?? []).filter(({ metadata }) =>
      metadata.deletionTimestamp !== undefined
    ).length;
  return { replicas: nextReplicas(wanted, there, stopping), there };
}

/** Deletes Services whose names were changed, before their ports are wanted again. */
async function prune(
  { client, watches, log }: ReconcileContext,
  cluster: FrontierCluster,
  wanted: readonly Service[],
): Promise<void> {
  const { namespace, uid } = cluster.metadata;
  const names = new Set(wanted.map(({ metadata }) => metadata.name));
  for (const { metadata } of watches.services.objects()) {
    if (
      metadata.namespace !== namespace || names.has(metadata.name) ||
      ownerOf({ metadata })?.uid !== uid ||
      metadata.deletionTimestamp !== undefined
    ) continue;
    log.info("A Service is not wanted any more", {
      service: `${namespace}/${metadata.name}`,
    });
    try {
      await client.delete(pathOf("Service", namespace, metadata.name), {
        preconditions: { uid: metadata.uid },
      });
    } catch (error) {
      if (!hasCode(error, 404)) throw error;
    }
  }
}

/** Writes the status where it has changed, and tells of what deserves an event. */
async function report(
  { client, log }: ReconcileContext,
  cluster: FrontierCluster,
  status: FrontierClusterStatus,
  failure: Failure | undefined,
): Promise<void> {
  const { namespace, name } = cluster.metadata;
  if (isPartOf(status, cluster.status)) return;
  const path = pathOf("FrontierCluster", namespace, name);
  try {
    await client.patch(`${path}/status`, {
      metadata: { uid: cluster.metadata.uid },
      status,
    });
  } catch (error) {
    // Deleted meanwhile, perhaps to be made anew.
    if (hasCode(error, 404) || hasCode(error, 409)) return;
    throw error;
  }
  const { phase: before, message, observedGeneration } = cluster.status ?? {};
  if (before !== status.phase) {
    log.info("The state of a cluster has changed", {
      cluster: `${namespace}/${name}`,
      phase: status.phase,
      message: status.message,
    });
  }
  const events: Happened[] = [];
  if (failure !== undefined && message !== status.message) {
    events.push({
      type: "Warning",
      reason: failure.event,
      message: failure.message,
    });
  }
  if (status.phase === "Running" && before !== "Running") {
    const { frontier, frontlas } = cluster.spec!;
    events.push({
      type: "Normal",
      reason: "Available",
      message:
        `FrontierCluster is available: frontier=${status.frontierReadyReplicas}/${
          frontier.replicas ?? 1
        } frontlas=${status.frontlasReadyReplicas}/${frontlas.replicas ?? 1}`,
    });
  }
  const tls = cluster.spec?.frontier.edgebound.tls;
  if (
    tls?.enabled && tls.optional === true &&
    observedGeneration !== status.observedGeneration
  ) {
    events.push({
      type: "Warning",
      reason: "OptionalTLSIgnored",
      message:
        "Edges have to speak TLS: spec.frontier.edgebound.tls.optional has no effect, take it out",
    });
  }
  for (const event of events) {
    try {
      await emit(client, cluster, event);
    } catch (error) {
      // An event is a courtesy, the status says the same.
      log.warn("An event cannot be written", { error: describeError(error) });
    }
  }
}
