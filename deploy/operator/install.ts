/**
 * Everything that a cluster needs to run the operator: what `install.yaml` is generated of.
 *
 * @module
 */

import { FRONTIER_VERSION } from "@frontier/platform/internal";
import { CUSTOM_RESOURCE_DEFINITION } from "./api/crd.ts";
import { LEASE } from "./options.ts";

const NAME = "frontier-operator";
const NAMESPACE = "frontier-system";
const LABELS = {
  "app.kubernetes.io/name": NAME,
  "app.kubernetes.io/part-of": "frontier",
};
const RBAC = "rbac.authorization.k8s.io";
const HEALTH_PORT = 8081;

const named = (name: string) => ({ name, labels: LABELS });
const within = (name: string) => ({
  name,
  namespace: NAMESPACE,
  labels: LABELS,
});
const allow = (
  apiGroup: string,
  resources: readonly string[],
  verbs: readonly string[],
  resourceNames?: readonly string[],
) => ({
  apiGroups: [apiGroup],
  resources,
  ...(resourceNames === undefined ? {} : { resourceNames }),
  verbs,
});
const bind = (kind: "Role" | "ClusterRole") => ({
  roleRef: { apiGroup: RBAC, kind, name: NAME },
  subjects: [{ kind: "ServiceAccount", name: NAME, namespace: NAMESPACE }],
});

const KEEP = ["get", "list", "watch", "create", "patch"] as const;

const deployment = {
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: within(NAME),
  spec: {
    replicas: 1,
    selector: { matchLabels: { "app.kubernetes.io/name": NAME } },
    template: {
      metadata: { labels: LABELS },
      spec: {
        serviceAccountName: NAME,
        securityContext: {
          runAsNonRoot: true,
          runAsUser: 65_532,
          runAsGroup: 65_532,
          seccompProfile: { type: "RuntimeDefault" },
        },
        terminationGracePeriodSeconds: 30,
        containers: [{
          name: "operator",
          image: `singchia/frontier-operator:${FRONTIER_VERSION}`,
          imagePullPolicy: "IfNotPresent",
          ports: [{
            name: "metrics",
            containerPort: HEALTH_PORT,
            protocol: "TCP",
          }],
          env: [{
            name: "POD_NAME",
            valueFrom: { fieldRef: { fieldPath: "metadata.name" } },
          }],
          resources: {
            requests: { cpu: "10m", memory: "96Mi" },
            limits: { memory: "512Mi" },
          },
          securityContext: {
            allowPrivilegeEscalation: false,
            readOnlyRootFilesystem: true,
            runAsNonRoot: true,
            capabilities: { drop: ["ALL"] },
          },
          livenessProbe: {
            httpGet: { path: "/healthz", port: "metrics" },
            initialDelaySeconds: 5,
            periodSeconds: 20,
            timeoutSeconds: 5,
          },
          readinessProbe: {
            httpGet: { path: "/readyz", port: "metrics" },
            periodSeconds: 5,
            timeoutSeconds: 5,
          },
          volumeMounts: [{ name: "tmp", mountPath: "/tmp" }],
        }],
        volumes: [{ name: "tmp", emptyDir: {} }],
      },
    },
  },
};

/** The objects, in the order in which they are applied. */
export const INSTALL = [
  {
    apiVersion: "v1",
    kind: "Namespace",
    metadata: {
      name: NAMESPACE,
      labels: {
        ...LABELS,
        "pod-security.kubernetes.io/enforce": "restricted",
      },
    },
  },
  CUSTOM_RESOURCE_DEFINITION,
  { apiVersion: "v1", kind: "ServiceAccount", metadata: within(NAME) },
  {
    apiVersion: `${RBAC}/v1`,
    kind: "ClusterRole",
    metadata: named(NAME),
    rules: [
      allow("frontier.singchia.io", ["frontierclusters"], [
        "get",
        "list",
        "watch",
      ]),
      allow("frontier.singchia.io", ["frontierclusters/status"], ["patch"]),
      // Where owners are protected, whoever names one as blocking must be allowed to finalize it.
      allow("frontier.singchia.io", ["frontierclusters/finalizers"], [
        "update",
      ]),
      allow("apps", ["deployments"], KEEP),
      allow("", ["configmaps"], KEEP),
      allow("", ["services"], [...KEEP, "delete"]),
      allow("policy", ["poddisruptionbudgets"], KEEP),
      // Certificates and passwords are read, never written; of other Secrets nothing but the metadata is asked for.
      allow("", ["secrets"], ["get", "list", "watch"]),
      // To see whether those who leave are gone.
      allow("", ["pods"], ["list"]),
      allow("", ["events"], ["create"]),
    ],
  },
  {
    apiVersion: `${RBAC}/v1`,
    kind: "ClusterRoleBinding",
    metadata: named(NAME),
    ...bind("ClusterRole"),
  },
  {
    apiVersion: `${RBAC}/v1`,
    kind: "Role",
    metadata: within(NAME),
    rules: [
      allow("coordination.k8s.io", ["leases"], ["create"]),
      allow("coordination.k8s.io", ["leases"], ["get", "update"], [LEASE]),
    ],
  },
  {
    apiVersion: `${RBAC}/v1`,
    kind: "RoleBinding",
    metadata: within(NAME),
    ...bind("Role"),
  },
  deployment,
] as const;
