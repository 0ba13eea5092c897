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
    if (isPartOf(parts, there)) return there;
    checkOwner(kind, wanted, there);
    if (!isPartOf(MANAGED_BY, there.metadata.labels)) {
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
  const { uid } = wanted.metadata.ownerReferences![0]!;
  const owner = ownerOf(there);
  if (owner?.uid === uid) return;
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
