/**
 * What the Deployments of both programs have in common.
 *
 * @module
 */

import type { FrontierCluster, Passed, PodOverrides } from "../api/types.ts";
import type { KubeObject } from "../kube/object.ts";
import { MANAGED_BY, metadataOf } from "./labels.ts";

/** Says what a pod was configured by; another text means another pod. */
export const CONFIG_HASH = "frontier.singchia.io/config-hash";

/** User and group of the images. */
const USER = 65_532;

/** A Deployment, as far as it is looked at. */
export interface Deployment extends KubeObject {
  readonly spec: {
    readonly replicas?: number;
    readonly template: {
      readonly metadata: {
        readonly labels?: Readonly<Record<string, string>>;
        readonly annotations?: Readonly<Record<string, string>>;
      };
      readonly spec: Passed;
    };
    readonly [key: string]: unknown;
  };
  readonly status?: {
    readonly observedGeneration?: number;
    readonly replicas?: number;
    readonly updatedReplicas?: number;
    readonly readyReplicas?: number;
    readonly conditions?: readonly {
      readonly type: string;
      readonly status: string;
      readonly reason?: string;
      readonly message?: string;
    }[];
  };
}

/** What differs from program to program. */
export interface DeploymentParts {
  /** Name of the Deployment, and value of the label `app`. */
  readonly name: string;
  /** Name of the container. */
  readonly container: string;
  readonly replicas: number;
  readonly image: string;
  readonly nodeAffinity: Passed | undefined;
  readonly pod: PodOverrides;
  /** Variables in the order of their names. */
  readonly env: readonly Passed[];
  /** Ports by their names. */
  readonly ports: Readonly<Record<string, number>>;
  readonly volumes: readonly Passed[];
  readonly volumeMounts: readonly Passed[];
  /** What the pods are configured by. */
  readonly hash: string;
  /** Seconds that a pod has to stop, unless overridden. */
  readonly graceSeconds: number;
  /** Seconds that a pod waits to be forgotten by Services before it stops, unless overridden. */
  readonly preStopSeconds: number;
  readonly livenessProbe: Passed;
  readonly readinessProbe: Passed;
}

/** Pods like to be on different hosts. */
function spread(app: string, nodeAffinity: Passed | undefined): Passed {
  return {
    ...(nodeAffinity === undefined || Object.keys(nodeAffinity).length === 0
      ? {}
      : { nodeAffinity }),
    podAntiAffinity: {
      preferredDuringSchedulingIgnoredDuringExecution: [{
        weight: 100,
        podAffinityTerm: {
          topologyKey: "kubernetes.io/hostname",
          labelSelector: {
            matchExpressions: [{ key: "app", operator: "In", values: [app] }],
          },
        },
      }],
    },
  };
}

/** Leaves out what is not set. */
function given(parts: Passed): Passed {
  return Object.fromEntries(
    Object.entries(parts).filter(([, value]) =>
      value !== undefined && value !== ""
    ),
  );
}

/**
 * @param cluster Whose Deployment.
 * @param parts What is particular to it.
 * @returns The Deployment.
 */
export function deployment(
  cluster: FrontierCluster,
  parts: DeploymentParts,
): Deployment {
  const { name, pod } = parts;
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: metadataOf(cluster, name, name),
    spec: {
      replicas: parts.replicas,
      selector: { matchLabels: { app: name } },
      // A new pod is ready before an old one drains.
      strategy: {
        type: "RollingUpdate",
        rollingUpdate: { maxSurge: 1, maxUnavailable: 0 },
      },
      template: {
        metadata: {
          // The label `app` is what the Deployment finds its pods by, and no override may change it.
          labels: { ...MANAGED_BY, ...pod.labels, app: name },
          annotations: { ...pod.annotations, [CONFIG_HASH]: parts.hash },
        },
        spec: podSpec(parts),
      },
    },
  };
}

function podSpec(parts: DeploymentParts): Passed {
  const { name, pod } = parts;
  return given({
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    nodeSelector: pod.nodeSelector,
    tolerations: pod.tolerations,
    topologySpreadConstraints: pod.topologySpreadConstraints,
    affinity: pod.affinity ?? spread(name, parts.nodeAffinity),
    priorityClassName: pod.priorityClassName,
    serviceAccountName: pod.serviceAccountName,
    imagePullSecrets: pod.imagePullSecrets,
    securityContext: pod.podSecurityContext ?? {
      runAsNonRoot: true,
      runAsUser: USER,
      runAsGroup: USER,
      fsGroup: USER,
      seccompProfile: { type: "RuntimeDefault" },
    },
    terminationGracePeriodSeconds: pod.terminationGracePeriodSeconds ??
      parts.graceSeconds,
    volumes: parts.volumes.length > 0 ? parts.volumes : undefined,
    containers: [container(parts)],
  });
}

function container(parts: DeploymentParts): Passed {
  const { pod, ports } = parts;
  return given({
    name: parts.container,
    image: parts.image,
    imagePullPolicy: pod.imagePullPolicy || "IfNotPresent",
    resources: pod.resources,
    env: parts.env,
    ports: Object.entries(ports).map(([name, containerPort]) => ({
      name,
      containerPort,
      protocol: "TCP",
    })),
    volumeMounts: parts.volumeMounts.length > 0
      ? parts.volumeMounts
      : undefined,
    securityContext: pod.containerSecurityContext ?? {
      allowPrivilegeEscalation: false,
      runAsNonRoot: true,
      capabilities: { drop: ["ALL"] },
    },
    livenessProbe: pod.livenessProbe ?? parts.livenessProbe,
    readinessProbe: pod.readinessProbe ?? parts.readinessProbe,
    lifecycle: pod.lifecycle ?? {
      preStop: {
        exec: { command: ["/bin/sh", "-c", `sleep ${parts.preStopSeconds}`] },
      },
    },
  });
}

/** Variables of the environment, sorted by name; those without a value are left out. */
export function variables(
  values: Readonly<Record<string, string | Passed | undefined>>,
): Passed[] {
  // What refers to another variable as $(NAME) has to come after it, so the fields of the pod come first.
  const rank = ({ valueFrom }: Passed) => valueFrom === undefined ? 1 : 0;
  return Object.entries(values)
    .filter(([, value]) => value !== undefined && value !== "")
    .map(([name, value]): Passed =>
      typeof value === "string" ? { name, value } : { name, valueFrom: value }
    )
    .sort((a, b) => rank(a) - rank(b) || (`${a.name}` < `${b.name}` ? -1 : 1));
}

/** A field of the pod, for a variable. */
export function podField(fieldPath: string): Passed {
  return { fieldRef: { apiVersion: "v1", fieldPath } };
}

/** A probe of a page. */
export function page(
  path: string,
  port: number,
  timing: Passed,
): Passed {
  return { httpGet: { path, port, scheme: "HTTP" }, ...timing };
}
