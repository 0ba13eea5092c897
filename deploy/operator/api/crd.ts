/**
 * The definition of the resource: what `crd.yaml` and `install.yaml` are generated of.
 *
 * @module
 */

import { RESOURCES } from "../kube/object.ts";
import { KIND } from "./types.ts";

type Schema = Readonly<Record<string, unknown>>;

const text = (description: string, more: Schema = {}): Schema => ({
  type: "string",
  description,
  ...more,
});
const whole = (description: string, more: Schema = {}): Schema => ({
  type: "integer",
  format: "int32",
  description,
  ...more,
});
const object = (
  description: string,
  properties: Schema,
  more: Schema = {},
): Schema => ({ type: "object", description, properties, ...more });
const rule = (rule: string, message: string): Schema => ({ rule, message });

/** Says that texts differ as far as they are set. */
const differ = (...paths: readonly string[]): string => {
  const value = (path: string) => {
    const parent = path.slice(0, path.lastIndexOf("."));
    return `(has(${parent}) && has(${path}) ? ${path} : '')`;
  };
  return paths.flatMap((path, i) =>
    paths.slice(0, i).map((other) =>
      `(${value(path)} == '' || ${value(path)} != ${value(other)})`
    )
  ).join(" && ");
};

/** 0 is what Go programs write for a port that is not set. */
const port = (description: string, value: number): Schema =>
  whole(`${description}; 0 is the default.`, {
    minimum: 0,
    maximum: 65_535,
    default: value,
  });
const nodePort = whole(
  "Port of the nodes; the port itself by default where Kubernetes gives such ones (30000 to 32767), else one that it chooses.",
  { minimum: 1, maximum: 65_535 },
);
const serviceType = (value: string): Schema =>
  text("How the Service is reached.", {
    enum: ["ClusterIP", "NodePort", "LoadBalancer"],
    default: value,
  });
const serviceName = (value: string): Schema =>
  text(`Name of the Service; NAME-${value} by default.`, {
    maxLength: 63,
    pattern: "^([a-z]([-a-z0-9]*[a-z0-9])?)?$",
  });
const advertised = (value: string): Schema =>
  text(
    `Where a cluster is told to reach a gateway, as host:port; $(POD_IP), $(HOST_IP) and $(NODE_NAME) (the pod's name) stand for what they say. ${value} by default.`,
  );
const replicas = whole("How many pods.", { minimum: 0, default: 1 });

/** What Kubernetes checks itself when the Deployment is made. */
const passed = (description: string): Schema => ({
  type: "object",
  description,
  "x-kubernetes-preserve-unknown-fields": true,
});
const passedList = (description: string): Schema => ({
  type: "array",
  description,
  items: { type: "object", "x-kubernetes-preserve-unknown-fields": true },
});
const strings = (description: string): Schema => ({
  type: "object",
  description,
  additionalProperties: { type: "string" },
});
const reference = (description: string): Schema =>
  object(description, { name: text("Name of the Secret.") });
const nodeAffinity = passed(
  "NodeAffinity of the pods; pod.affinity takes its place.",
);

const pod = object(
  "What replaces a default of the pods; labels are added instead.",
  {
    resources: passed("ResourceRequirements of the container."),
    nodeSelector: strings("Labels of nodes."),
    tolerations: passedList("Tolerations."),
    topologySpreadConstraints: passedList("How pods are spread."),
    affinity: passed("Affinity; by default pods prefer different hosts."),
    priorityClassName: text("PriorityClass."),
    serviceAccountName: text("ServiceAccount; its token is not mounted."),
    imagePullSecrets: passedList("Secrets for the registry."),
    imagePullPolicy: text(
      "When the image is pulled; IfNotPresent by default.",
      {
        enum: ["", "Always", "IfNotPresent", "Never"],
      },
    ),
    annotations: strings("Annotations of the pods."),
    labels: strings("Labels of the pods; app stays as it is."),
    podSecurityContext: passed(
      "PodSecurityContext; 65532, no root, by default.",
    ),
    containerSecurityContext: passed(
      "SecurityContext; no capability and no escalation by default.",
    ),
    terminationGracePeriodSeconds: {
      type: "integer",
      format: "int64",
      minimum: 0,
      description:
        "Seconds to stop; 60 for gateways, which drain for 20 less than that, 30 for Frontlas.",
    },
    livenessProbe: passed("Probe; GET /healthz by default."),
    readinessProbe: passed("Probe; GET /readyz by default."),
    lifecycle: passed("Lifecycle; by default a pod waits before it stops."),
  },
);

const TLS_RULES = [
  rule(
    "!self.enabled || (has(self.certificateKeySecretRef) && has(self.certificateKeySecretRef.name) && self.certificateKeySecretRef.name != '')",
    "TLS needs certificateKeySecretRef.name, a Secret with tls.crt and tls.key",
  ),
  rule(
    "!self.enabled || !self.mtls || (has(self.caCertificateSecretRef) && has(self.caCertificateSecretRef.name) && self.caCertificateSecretRef.name != '')",
    "mtls needs caCertificateSecretRef.name, a Secret with ca.crt",
  ),
];

const spec = object("What is wanted.", {
  frontier: object("The gateways.", {
    replicas,
    image: text("Image; that of the operator's release by default."),
    servicebound: object("The port for services.", {
      port: port("Port for services", 30_011),
      service: serviceName("servicebound-svc"),
      serviceType: serviceType("ClusterIP"),
      nodePort,
      advertisedAddr: advertised("The pod's address"),
    }),
    edgebound: object("The port for edges.", {
      port: port("Port for edges", 30_012),
      serviceName: serviceName("edgebound-svc"),
      serviceType: serviceType("NodePort"),
      nodePort,
      advertisedAddr: advertised(
        "$(HOST_IP) and the node port, without one the pod's address,",
      ),
      tls: object("TLS for edges.", {
        enabled: { type: "boolean", description: "Whether edges speak TLS." },
        mtls: {
          type: "boolean",
          description: "Whether edges must show a certificate.",
        },
        optional: {
          type: "boolean",
          description: "Has no effect: with TLS, all edges speak it.",
        },
        certificateKeySecretRef: reference("Secret with tls.crt and tls.key."),
        caCertificateSecretRef: reference("Secret with ca.crt."),
      }, {
        required: ["enabled", "mtls"],
        "x-kubernetes-validations": TLS_RULES,
      }),
    }),
    nodeAffinity,
    pod,
  }, {
    required: ["servicebound", "edgebound"],
    "x-kubernetes-validations": [
      rule(
        "self.servicebound.port == 0 || self.servicebound.port != self.edgebound.port",
        "servicebound.port and edgebound.port must differ",
      ),
    ],
  }),
  frontlas: object("Frontlas, the directory.", {
    replicas,
    image: text("Image; that of the operator's release by default."),
    controlplane: object("The ports.", {
      port: port("Port for operators and services", 40_011),
      frontierPlanePort: port("Port for gateways", 40_012),
      service: serviceName("frontlas-svc"),
      serviceType: serviceType("ClusterIP"),
    }, {
      "x-kubernetes-validations": [
        rule(
          "self.port == 0 || self.port != self.frontierPlanePort",
          "port and frontierPlanePort must differ",
        ),
      ],
    }),
    nodeAffinity,
    redis: object("Where the records are.", {
      addrs: {
        type: "array",
        description: "Addresses, as host:port.",
        items: { type: "string", minLength: 1 },
        minItems: 1,
      },
      redisType: text("How Redis is run.", {
        enum: ["standalone", "sentinel", "cluster"],
      }),
      db: whole("Number of the database; standalone and sentinel only.", {
        minimum: 0,
      }),
      user: text("Name of the user."),
      password: text(
        "Password in plain text; passwordSecret takes its place.",
      ),
      passwordSecret: object("Secret with the password.", {
        name: text("Name of the Secret."),
        key: text("Key of the password."),
        optional: {
          type: "boolean",
          description: "Whether it may be missing.",
        },
      }, { required: ["key"] }),
      masterName: text("Name of the master; sentinel only."),
    }, {
      required: ["addrs", "redisType"],
      "x-kubernetes-validations": [
        rule(
          "self.redisType != 'sentinel' || (has(self.masterName) && self.masterName != '')",
          "redisType sentinel needs masterName",
        ),
      ],
    }),
    pod,
  }, { required: ["redis"] }),
}, {
  required: ["frontier", "frontlas"],
  "x-kubernetes-validations": [
    rule(
      differ(
        "self.frontier.servicebound.service",
        "self.frontier.edgebound.serviceName",
        "self.frontlas.controlplane.service",
      ),
      "frontier.servicebound.service, frontier.edgebound.serviceName and frontlas.controlplane.service must differ",
    ),
  ],
});

const date = { type: "string", format: "date-time" };

const status = object("What has become of it.", {
  phase: text("The state in a word.", {
    enum: ["Running", "Pending", "Failed"],
  }),
  message: text("The state in words."),
  observedGeneration: {
    type: "integer",
    format: "int64",
    description: "The generation of the spec that this is about.",
  },
  frontierReplicas: whole("Gateways there are."),
  frontierReadyReplicas: whole("Gateways that are ready."),
  frontierSelector: text("Selects the pods of the gateways."),
  frontlasReadyReplicas: whole("Frontlas that are ready."),
  conditions: {
    type: "array",
    "x-kubernetes-list-type": "map",
    "x-kubernetes-list-map-keys": ["type"],
    items: object("One aspect of the state.", {
      type: text("Available, Progressing or Degraded."),
      status: text("Whether it holds.", { enum: ["True", "False", "Unknown"] }),
      reason: text("Why, in a word."),
      message: text("Why, in words."),
      observedGeneration: { type: "integer", format: "int64" },
      lastTransitionTime: date,
    }, {
      required: ["type", "status", "reason", "message", "lastTransitionTime"],
    }),
  },
});

const column = (
  name: string,
  type: string,
  jsonPath: string,
  more: Schema = {},
): Schema => ({ name, type, jsonPath, ...more });

const { plural } = RESOURCES.FrontierCluster;

/** The definition. */
export const CUSTOM_RESOURCE_DEFINITION = {
  apiVersion: "apiextensions.k8s.io/v1",
  kind: "CustomResourceDefinition",
  metadata: { name: `${plural}.frontier.singchia.io` },
  spec: {
    group: "frontier.singchia.io",
    scope: "Namespaced",
    names: {
      kind: KIND,
      listKind: `${KIND}List`,
      plural,
      singular: "frontiercluster",
      shortNames: ["fc", "fcs"],
      categories: ["frontier"],
    },
    versions: [{
      name: "v1alpha1",
      served: true,
      storage: true,
      subresources: {
        status: {},
        // `kubectl scale` and autoscalers change the number of gateways.
        scale: {
          specReplicasPath: ".spec.frontier.replicas",
          statusReplicasPath: ".status.frontierReplicas",
          labelSelectorPath: ".status.frontierSelector",
        },
      },
      additionalPrinterColumns: [
        column("Phase", "string", ".status.phase"),
        column("Frontier", "integer", ".status.frontierReadyReplicas"),
        column("Frontlas", "integer", ".status.frontlasReadyReplicas"),
        column("Age", "date", ".metadata.creationTimestamp"),
        column("Message", "string", ".status.message", { priority: 1 }),
      ],
      schema: {
        openAPIV3Schema: object(
          "A cluster of Frontier gateways with its directory.",
          {
            apiVersion: { type: "string" },
            kind: { type: "string" },
            metadata: { type: "object" },
            spec,
            status,
          },
          {
            "x-kubernetes-validations": [
              rule(
                "size(self.metadata.name) <= 46",
                "the name must have at most 46 characters, for names of Services are made of it",
              ),
            ],
          },
        ),
      },
    }],
  },
} as const;
