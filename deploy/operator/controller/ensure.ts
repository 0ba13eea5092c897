/**
 * Makes objects what they should be, and writes nothing where they are.
 *
 * @module
 */

import { digest } from "../desired/digest.ts";
import { MANAGED_BY, ownerOf } from "../desired/labels.ts";
import type { KubeClient } from "../kube/client.ts";
import { type Kind, type KubeObject, pathOf } from "../kube/object.ts";
import { hasCode } from "../kube/status_error.ts";
import { isPartOf } from "./is_part_of.ts";
import { managedByUs } from "./take_over.ts";

/** Stands for all that was applied: what is taken away from it has to be applied, too. */
const APPLIED = "frontier.singchia.io/applied";

/** An object that cannot be made what it should be. */
export class EnsureError extends Error {
  /**
   * @param kind Its kind.
   * @param name Its name.
   * @param reason Why not.
   * @param options The cause.
   */
  constructor(
    kind: string,
    name: string,
    reason: string,
    options?: ErrorOptions,
  ) {
    super(`Cannot apply ${kind} ${name}: ${reason}`, options);
    this.name = "EnsureError";
  }
}

/** An object of a cluster that had the same name and was deleted. It goes by itself. */
export class LeftoverError extends EnsureError {}

/**
 * @param client Who writes.
 * @param kind Kind of the object.
 * @param wanted What it should be.
 * @param seen The object as a watch has it; `undefined` when it has none, which is then asked for.
 * @returns The object as it is now.
 * @throws {EnsureError} If it belongs to somebody else.
 */
export async function ensure<T extends KubeObject>(
  client: KubeClient,
  kind: Kind,
  wanted: T,
  seen: T | undefined,
): Promise<T> {
  const { namespace, name } = wanted.metadata;
  const path = pathOf(kind, namespace, name);
  const marked: T = {
    ...wanted,
    metadata: {
      ...wanted.metadata,
      annotations: {
        ...wanted.metadata.annotations,
        [APPLIED]: digest(JSON.stringify(wanted)),
      },
    },
  };
  const there = seen ?? await find<T>(client, path);
  if (there !== undefined) {
    // Objects of a list do not say of which kind they are.
    const { apiVersion: _api, kind: _kind, ...parts } = marked;
    const strays = straysOf(parts, there);
    if (strays === undefined && isPartOf(parts, there)) return there;
    checkOwner(kind, wanted, there);
    // What others have added stays when we apply.
    if (strays !== undefined) await client.patch(path, strays);
    else if (!isPartOf(MANAGED_BY, there.metadata.labels)) {
      await client.patch(path, {
        metadata: {
          resourceVersion: there.metadata.resourceVersion,
          managedFields: managedByUs(there),
        },
      });
    }
  }
  return await client.apply(path, marked);
}

/** As much of a Service as says whom it leads to. */
interface Routes {
  readonly selector?: Readonly<Record<string, string>>;
  readonly ports: readonly { readonly port: number }[];
}

/** The patch that takes from a Service what it should not have: with one label more in its selector it leads to nobody. */
function straysOf(wanted: unknown, there: unknown): unknown {
  const { selector = {}, ports } =
    (wanted as { spec?: Partial<Routes> }).spec ?? {};
  if (ports === undefined) return undefined;
  const { selector: labelsThere = {}, ports: portsThere = [] } =
    (there as { spec: Partial<Routes> }).spec;
  const labels = Object.keys(labelsThere)
    .filter((label) => !(label in selector));
  const found = (port: number, among: Routes["ports"]) =>
    among.find((one) => one.port === port);
  const extra = portsThere.some(({ port }) => !found(port, ports));
  if (labels.length === 0 && !extra) return undefined;
  return {
    spec: {
      selector: Object.fromEntries(labels.map((label) => [label, null])),
      // A list is replaced as a whole: what Kubernetes has chosen for a port, as its port of the nodes, is kept.
      ...(extra
        ? {
          ports: ports.map((one) => ({
            ...found(one.port, portsThere),
            ...one,
          })),
        }
        : {}),
    },
  };
}

/** @returns An object; `undefined` when there is none. */
export async function find<T>(
  client: KubeClient,
  path: string,
): Promise<T | undefined> {
  try {
    return await client.get<T>(path);
  } catch (error) {
    if (hasCode(error, 404)) return undefined;
    throw error;
  }
}

function checkOwner(kind: Kind, wanted: KubeObject, there: KubeObject): void {
  const { uid, name } = wanted.metadata.ownerReferences![0]!;
  const owner = ownerOf(there);
  if (owner?.uid === uid) return;
  if (owner?.name === name) {
    throw new LeftoverError(
      kind,
      `${wanted.metadata.namespace}/${wanted.metadata.name}`,
      "it belongs to a FrontierCluster of this name that was deleted, delete it, too, where the garbage collector does not",
    );
  }
  // An object of ours that has lost its owner is taken back.
  if (owner === undefined && isPartOf(MANAGED_BY, there.metadata.labels)) {
    return;
  }
  throw new EnsureError(
    kind,
    `${wanted.metadata.namespace}/${wanted.metadata.name}`,
    owner === undefined
      ? "there is one that the operator did not make, rename or delete it"
      : `it belongs to another ${owner.kind}, ${owner.name}, rename it`,
  );
}
