/**
 * Objects that the original's operator has made.
 *
 * @module
 */

import { FIELD_MANAGER } from "../kube/client.ts";
import type { KubeObject, ManagedFields } from "../kube/object.ts";

type Fields = Readonly<Record<string, unknown>>;

function union(a: Fields, b: Fields): Fields {
  const result: Record<string, unknown> = { ...a };
  for (const [key, value] of Object.entries(b)) {
    const before = result[key];
    result[key] = before === undefined
      ? value
      : union(before as Fields, value as Fields);
  }
  return result;
}

/**
 * Tells who set which field, as if we had set all that others than controllers of Kubernetes have: the original's probe of a port, for
 * one, would stay beside ours otherwise, and the API server takes only one of them.
 *
 * @param object An object of the original's operator.
 * @returns Its managed fields.
 */
export function managedByUs({ metadata }: KubeObject): ManagedFields[] {
  const ours: ManagedFields[] = [];
  const rest: ManagedFields[] = [];
  for (const entry of metadata.managedFields ?? []) {
    const theirs = entry.subresource !== undefined ||
      /^kube-(controller-manager|apiserver)$/.test(entry.manager ?? "");
    (theirs ? rest : ours).push(entry);
  }
  if (ours.length === 0) return rest;
  return [{
    ...ours[0],
    manager: FIELD_MANAGER,
    operation: "Apply",
    fieldsV1: ours.reduce(
      (all: Fields, { fieldsV1 = {} }) => union(all, fieldsV1),
      {},
    ),
  }, ...rest];
}
