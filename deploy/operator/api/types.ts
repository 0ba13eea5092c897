/**
 * The resource `FrontierCluster`, as users write it. Names are those of the original, so that its objects apply unchanged.
 *
 * @module
 */

import type { KubeObject } from "../kube/object.ts";

/** Group and version of the resource. */
export const API_VERSION = "frontier.singchia.io/v1alpha1";
/** Its kind. */
export const KIND = "FrontierCluster";

/** A part that Kubernetes knows better than we do; it is passed on as it is. */
export type Passed = Readonly<Record<string, unknown>>;

/** How a Service is reached. */
export type ServiceType = "ClusterIP" | "NodePort" | "LoadBalancer";

/** What replaces a default of the pods; `labels` are added instead. */
export interface PodOverrides {
  readonly resources?: Passed;
  readonly nodeSelector?: Readonly<Record<string, string>>;
  readonly tolerations?: readonly Passed[];
  readonly topologySpreadConstraints?: readonly Passed[];
  readonly affinity?: Passed;
  readonly priorityClassName?: string;
  readonly serviceAccountName?: string;
  readonly imagePullSecrets?: readonly Passed[];
  readonly imagePullPolicy?: string;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly labels?: Readonly<Record<string, string>>;
  readonly podSecurityContext?: Passed;
  readonly containerSecurityContext?: Passed;
  readonly terminationGracePeriodSeconds?: number;
  readonly livenessProbe?: Passed;
  readonly readinessProbe?: Passed;
  readonly lifecycle?: Passed;
}

/** TLS on the port for edges. */
export interface Tls {
  readonly enabled: boolean;
  readonly mtls: boolean;
  /** Of the original, where it had no effect; it has none here. */
  readonly optional?: boolean;
  /** Secret with `tls.crt` and `tls.key`. */
  readonly certificateKeySecretRef?: { readonly name?: string };
  /** Secret with `ca.crt`. */
  readonly caCertificateSecretRef?: { readonly name?: string };
}

/** One key of a Secret. */
export interface SecretKey {
  readonly name?: string;
  readonly key: string;
  readonly optional?: boolean;
}

/** What a user wants. */
export interface FrontierClusterSpec {
  readonly frontier: {
    readonly replicas?: number;
    readonly image?: string;
    readonly servicebound: {
      readonly port?: number;
      readonly service?: string;
      readonly serviceType?: ServiceType;
      readonly nodePort?: number;
      readonly advertisedAddr?: string;
    };
    readonly edgebound: {
      readonly port?: number;
      readonly serviceName?: string;
      readonly serviceType?: ServiceType;
      readonly nodePort?: number;
      readonly advertisedAddr?: string;
      readonly tls?: Tls;
    };
    readonly nodeAffinity?: Passed;
    readonly pod?: PodOverrides;
  };
  readonly frontlas: {
    readonly replicas?: number;
    readonly image?: string;
    readonly controlplane?: {
      readonly port?: number;
      readonly frontierPlanePort?: number;
      readonly service?: string;
      readonly serviceType?: ServiceType;
    };
    readonly nodeAffinity?: Passed;
    readonly redis: {
      readonly addrs: readonly string[];
      readonly redisType: string;
      readonly db?: number;
      readonly user?: string;
      readonly password?: string;
      readonly passwordSecret?: SecretKey;
      readonly masterName?: string;
    };
    readonly pod?: PodOverrides;
  };
}

/** One aspect of the state. */
export interface Condition {
  readonly type: "Available" | "Progressing" | "Degraded";
  readonly status: "True" | "False";
  readonly reason: string;
  readonly message: string;
  readonly observedGeneration: number;
  readonly lastTransitionTime: string;
}

/** The state in a word. */
export type Phase = "Running" | "Pending" | "Failed";

/** What has become of it. */
export interface FrontierClusterStatus {
  readonly phase: Phase;
  readonly message: string;
  readonly observedGeneration: number;
  readonly frontierReplicas: number;
  readonly frontierReadyReplicas: number;
  readonly frontierSelector: string;
  readonly frontlasReadyReplicas: number;
  readonly conditions: readonly Condition[];
}

/** A cluster of gateways with its directory. */
export interface FrontierCluster extends KubeObject {
  readonly spec?: FrontierClusterSpec;
  readonly status?: Partial<FrontierClusterStatus>;
}
