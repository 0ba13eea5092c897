/**
 * Objects of Kubernetes, as far as every one of them is alike.
 *
 * @module
 */

/** Who an object belongs to. */
export interface OwnerReference {
  /** Group and version of the owner. */
  readonly apiVersion: string;
  /** Its kind. */
  readonly kind: string;
  /** Its name, in the same namespace. */
  readonly name: string;
  /** What tells it from an earlier one of the name. */
  readonly uid: string;
  /** Whether it is the one that manages the object. */
  readonly controller?: boolean;
  /** Whether the owner waits for the object when both are deleted. */
  readonly blockOwnerDeletion?: boolean;
}

/** What the API server recorded about who set which field. */
export interface ManagedFields {
  /** Who. */
  readonly manager?: string;
  /** `Apply`, or `Update` for every other way. */
  readonly operation?: string;
  /** Group and version that the fields are named by. */
  readonly apiVersion?: string;
  /** When. */
  readonly time?: string;
  /** How the fields are written. */
  readonly fieldsType?: string;
  /** The fields. */
  readonly fieldsV1?: Readonly<Record<string, unknown>>;
  /** The part they were set through, such as `status`. */
  readonly subresource?: string;
}

/** What every object says about itself. */
export interface Metadata {
  /** Its name. */
  readonly name: string;
  /** Its namespace; absent for objects of the whole cluster. */
  readonly namespace?: string;
  /** What tells it from an earlier one of the name. */
  readonly uid?: string;
  /** Which write made it so. */
  readonly resourceVersion?: string;
  /** Counts the changes of what is wanted. */
  readonly generation?: number;
  /** When it was made. */
  readonly creationTimestamp?: string;
  /** When somebody asked for it to be deleted. */
  readonly deletionTimestamp?: string;
  /** What it is selected by. */
  readonly labels?: Readonly<Record<string, string>>;
  /** What else is to be known. */
  readonly annotations?: Readonly<Record<string, string>>;
  /** Who it belongs to. */
  readonly ownerReferences?: readonly OwnerReference[];
  /** Who set which field. */
  readonly managedFields?: readonly ManagedFields[];
}

/** An object of Kubernetes. */
export interface KubeObject {
  /** Group and version. */
  readonly apiVersion?: string;
  /** Kind. */
  readonly kind?: string;
  /** What it says about itself. */
  readonly metadata: Metadata;
}

/** Where objects of one kind are. */
export interface Resource {
  /** Path of the group and version: `/apis/apps/v1`. */
  readonly api: string;
  /** Name of the kind in paths: `deployments`. */
  readonly plural: string;
}

/** The kinds that are looked at or made. */
export const RESOURCES = {
  CustomResourceDefinition: {
    api: "/apis/apiextensions.k8s.io/v1",
    plural: "customresourcedefinitions",
  },
  ConfigMap: { api: "/api/v1", plural: "configmaps" },
  Deployment: { api: "/apis/apps/v1", plural: "deployments" },
  Event: { api: "/api/v1", plural: "events" },
  FrontierCluster: {
    api: "/apis/frontier.singchia.io/v1alpha1",
    plural: "frontierclusters",
  },
  Lease: { api: "/apis/coordination.k8s.io/v1", plural: "leases" },
  Namespace: { api: "/api/v1", plural: "namespaces" },
  Pod: { api: "/api/v1", plural: "pods" },
  PodDisruptionBudget: {
    api: "/apis/policy/v1",
    plural: "poddisruptionbudgets",
  },
  Secret: { api: "/api/v1", plural: "secrets" },
  Service: { api: "/api/v1", plural: "services" },
} as const satisfies Readonly<Record<string, Resource>>;

/** A kind that is looked at or made. */
export type Kind = keyof typeof RESOURCES;

/**
 * @param kind Which kind.
 * @param namespace The namespace; none for all of them, or for objects of the whole cluster.
 * @param name The object; none for all of them.
 * @returns The path.
 */
export function pathOf(kind: Kind, namespace?: string, name?: string): string {
  const { api, plural } = RESOURCES[kind];
  const within = namespace === undefined
    ? ""
    : `/namespaces/${encodeURIComponent(namespace)}`;
  const one = name === undefined ? "" : `/${encodeURIComponent(name)}`;
  return `${api}${within}/${plural}${one}`;
}

/** What objects are told apart by, within their kind. */
export function keyOf({ metadata }: KubeObject): string {
  return `${metadata.namespace ?? ""}/${metadata.name}`;
}
