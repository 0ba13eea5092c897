/** Values that the chart is tested with, each set by what is special about it. */

import type { Values } from "./chart.ts";

/** TLS of a listener, with everything. */
function tls(name: string): Values {
  return {
    enabled: true,
    secretName: name,
    mtls: true,
    caSecretName: `${name}-ca`,
  };
}

const PROBE = {
  tcpSocket: { port: "edgebound" },
  initialDelaySeconds: 10,
  periodSeconds: 20,
  timeoutSeconds: 3,
  failureThreshold: 3,
};

/** Every value of the original's chart, as its defaults are. */
const ORIGINAL: Values = {
  global: {
    registry: "singchia",
    imagePullPolicy: "IfNotPresent",
    imagePullSecrets: [],
  },
  nameOverride: "",
  fullnameOverride: "",
  frontier: {
    enabled: true,
    replicaCount: 1,
    image: { repository: "frontier", tag: "", pullPolicy: "" },
    serviceAccount: { create: true, name: "", annotations: {} },
    podAnnotations: {},
    podLabels: {},
    podSecurityContext: {
      runAsNonRoot: true,
      runAsUser: 65532,
      runAsGroup: 65532,
      fsGroup: 65532,
      seccompProfile: { type: "RuntimeDefault" },
    },
    containerSecurityContext: {
      runAsNonRoot: true,
      allowPrivilegeEscalation: false,
      capabilities: { drop: ["ALL"] },
    },
    terminationGracePeriodSeconds: 60,
    drainSeconds: 50,
    lifecycle: {
      preStop: { exec: { command: ["/bin/sh", "-c", "sleep 10"] } },
    },
    livenessProbe: PROBE,
    readinessProbe: { ...PROBE, tcpSocket: { port: "servicebound" } },
    resources: {},
    service: {
      servicebound: { type: "ClusterIP", port: 30011 },
      edgebound: { type: "NodePort", port: 30012 },
      controlplane: { type: "ClusterIP", port: 30010 },
    },
    ingress: {
      enabled: false,
      className: "",
      annotations: {},
      hosts: [{
        host: "frontier.local",
        paths: [{ path: "/", pathType: "Prefix" }],
      }],
      tls: [],
    },
    autoscaling: {
      enabled: false,
      minReplicas: 1,
      maxReplicas: 10,
      targetCPUUtilizationPercentage: 80,
    },
    nodeSelector: {},
    tolerations: [],
    topologySpreadConstraints: [],
    affinity: {},
    extraEnv: [],
  },
  frontlas: {
    enabled: true,
    replicaCount: 1,
    image: { repository: "frontlas", tag: "", pullPolicy: "" },
    serviceAccount: { create: true, name: "", annotations: {} },
    podAnnotations: {},
    podLabels: {},
    terminationGracePeriodSeconds: 30,
    livenessProbe: { ...PROBE, tcpSocket: { port: "controlplane" } },
    readinessProbe: {
      httpGet: { path: "/cluster/v1/health", port: "controlplane" },
      periodSeconds: 5,
    },
    resources: {},
    service: {
      controlplane: { type: "ClusterIP", port: 40011 },
      frontierplane: { type: "ClusterIP", port: 40012 },
    },
    nodeSelector: {},
    tolerations: [],
    topologySpreadConstraints: [],
    affinity: {},
    extraEnv: [],
    externalRedis: {
      addrs: [],
      user: "",
      redisType: "standalone",
      masterName: "",
      db: 0,
      passwordSecret: { name: "", key: "password" },
    },
  },
  observability: {
    frontier: { enabled: true, port: 9091 },
    frontlas: { enabled: true, port: 9092 },
  },
  serviceMonitor: {
    enabled: false,
    namespace: "",
    interval: "30s",
    scrapeTimeout: "10s",
    labels: {},
  },
  redis: {
    enabled: true,
    architecture: "standalone",
    auth: { enabled: true, password: "" },
    master: { persistence: { enabled: true, size: "8Gi" } },
  },
};

const PLACEMENT: Values = {
  nodeSelector: { "kubernetes.io/os": "linux" },
  tolerations: [{ key: "edge", operator: "Exists", effect: "NoSchedule" }],
  topologySpreadConstraints: [{
    maxSkew: 1,
    topologyKey: "topology.kubernetes.io/zone",
    whenUnsatisfiable: "ScheduleAnyway",
  }],
  affinity: {
    nodeAffinity: {
      preferredDuringSchedulingIgnoredDuringExecution: [{
        weight: 1,
        preference: {
          matchExpressions: [{ key: "disk", operator: "In", values: ["ssd"] }],
        },
      }],
    },
  },
  priorityClassName: "system-cluster-critical",
  podAnnotations: { a: "b" },
  podLabels: { c: "d" },
  resources: {
    requests: { cpu: "100m", memory: "128Mi" },
    limits: { memory: "1Gi" },
  },
  strategy: { type: "Recreate" },
  podDisruptionBudget: { minAvailable: "50%" },
  serviceAccount: { create: false, name: "mine" },
  extraEnv: [{ name: "LOG_LEVEL", value: "debug" }],
  extraVolumes: [{ name: "logs", emptyDir: {} }],
  extraVolumeMounts: [{ name: "logs", mountPath: "/var/log/frontier" }],
};

/** Sets of values by what is special about them. */
export const MATRIX: Readonly<Record<string, Values>> = {
  "nothing": {},
  "all values of the original's chart": ORIGINAL,
  "gateways without a directory": {
    frontlas: { enabled: false },
    redis: { enabled: false },
  },
  "a directory without gateways": { frontier: { enabled: false } },
  "a directory in memory": { redis: { enabled: false } },
  "a Redis without password and disk": {
    redis: {
      auth: { enabled: false },
      master: { persistence: { enabled: false } },
    },
  },
  "a Redis with a password of ours": {
    redis: {
      auth: { password: 'a "b" \\ $(c)' },
      master: { persistence: { size: "1Gi", storageClass: "fast" } },
    },
  },
  "a Redis with a Secret of ours": {
    redis: { auth: { existingSecret: "mine" } },
  },
  "a Redis of others": {
    redis: { enabled: false },
    frontlas: {
      replicaCount: 2,
      presence: "lease",
      externalRedis: {
        addrs: ["redis.example:6380"],
        user: "frontlas",
        db: 3,
        passwordSecret: { name: "redis" },
        tls: {
          enabled: true,
          caSecretName: "redis-ca",
          secretName: "redis-client",
        },
      },
      expiration: { edgeMeta: 60, serviceMeta: 90 },
    },
  },
  "sentinels": {
    redis: { enabled: false },
    frontlas: {
      externalRedis: {
        addrs: ["one:26379", "two:26379"],
        redisType: "sentinel",
        masterName: "mymaster",
        db: 2,
        passwordSecret: { name: "redis" },
        sentinel: { user: "watcher", passwordSecret: { name: "sentinels" } },
        tls: { enabled: true, insecureSkipVerify: true },
      },
    },
  },
  "Redis Cluster": {
    redis: { enabled: false },
    frontlas: {
      externalRedis: { addrs: ["one:6379", "two:6379"], redisType: "cluster" },
    },
  },
  "TLS and certificates of clients everywhere": {
    frontier: {
      controlplane: { enabled: true },
      tls: {
        servicebound: tls("services"),
        edgebound: tls("edges"),
        controlplane: tls("control"),
      },
      frontlas: { tls: { secretName: "link", caSecretName: "link-ca" } },
    },
    frontlas: {
      tls: { controlplane: tls("directory"), frontierplane: tls("plane") },
    },
  },
  "TLS without certificates of clients": {
    frontier: {
      tls: {
        servicebound: { enabled: true, secretName: "services" },
        edgebound: { enabled: true, secretName: "edges", mtls: true },
      },
      frontlas: { tls: { insecureSkipVerify: true } },
    },
    frontlas: {
      tls: {
        controlplane: { enabled: true, secretName: "directory" },
        frontierplane: { enabled: true, secretName: "plane" },
      },
    },
  },
  "control planes with tokens": {
    frontier: {
      controlplane: {
        enabled: true,
        readTokenSecret: { name: "tokens", key: "read" },
        adminTokenSecret: { name: "tokens", key: "admin" },
      },
    },
    frontlas: {
      controlplane: { readTokenSecret: { name: "tokens", key: "read" } },
    },
  },
  "a directory elsewhere": {
    frontier: {
      frontlas: {
        addrs: ["one.example:40012", "two.example:40012"],
        tls: { enabled: true, secretName: "link", caSecretName: "link-ca" },
      },
    },
    frontlas: { enabled: false },
    redis: { enabled: false },
  },
  "message queues, bounds and other keys": {
    frontier: {
      mqm: {
        kafka: {
          enable: true,
          addrs: ["kafka:9092"],
          sasl: {
            mechanism: "plain",
            user: "gateway",
            password: { env: "FRONTIER_KAFKA_PASSWORD" },
          },
          queue: { max_bytes: 134217728 },
          producer: { topics: ["sensors"] },
        },
        nats: {
          enable: true,
          addrs: ["nats:4222"],
          producer: { subjects: ["news"] },
        },
        redis: {
          enable: true,
          addrs: ["r:6379"],
          producer: { streams: ["s"] },
        },
      },
      limits: { max_connections: 2000000, max_memory: "512MiB" },
      exchange: { hashby: "srcip" },
      edgeIdAllocation: false,
      log: { level: "debug", format: "json" },
      extraConfig: {
        daemon: { drain_rate: 500 },
        edgebound: { require_edge_online: true },
      },
      extraEnv: [{ name: "FRONTIER_KAFKA_PASSWORD", value: "hush" }],
    },
    frontlas: {
      log: { level: "warn", format: "json" },
      extraConfig: {
        frontier_plane: { grace: 9 },
        limits: { max_answers: 1000000 },
      },
    },
  },
  "no metrics": {
    observability: {
      frontier: { enabled: false },
      frontlas: { enabled: false },
    },
    networkPolicy: { enabled: true },
  },
  "network policies for some": {
    frontier: { controlplane: { enabled: true } },
    networkPolicy: {
      enabled: true,
      servicebound: [{ podSelector: { matchLabels: { app: "greeter" } } }],
      edgebound: [{ ipBlock: { cidr: "10.0.0.0/8" } }],
      controlplane: [{ namespaceSelector: { matchLabels: { ops: "yes" } } }],
      frontierplane: [{ ipBlock: { cidr: "10.1.0.0/16" } }],
      metrics: [{ namespaceSelector: { matchLabels: { name: "monitoring" } } }],
    },
  },
  "Prometheus and Grafana": {
    serviceMonitor: {
      enabled: true,
      namespace: "monitoring",
      labels: { release: "p" },
    },
    prometheusRule: { enabled: true, labels: { release: "p" } },
    dashboard: { enabled: true, annotations: { folder: "edge" } },
  },
  "autoscaling, balancer and ingress": {
    frontier: {
      autoscaling: {
        enabled: true,
        minReplicas: 2,
        targetMemoryUtilizationPercentage: 70,
      },
      service: {
        servicebound: { type: "NodePort", nodePort: 31011 },
        edgebound: {
          type: "LoadBalancer",
          externalTrafficPolicy: "Local",
          annotations: { balancer: "tcp" },
        },
      },
      ingress: {
        enabled: true,
        className: "tcp",
        annotations: { through: "yes" },
        tls: [{ secretName: "edges", hosts: ["frontier.example"] }],
      },
    },
  },
  "a gateway for each node": {
    frontier: {
      replicaCount: 3,
      service: { edgebound: { type: "ClusterIP", hostPort: 30012 } },
      advertised: {
        servicebound: "$(POD_IP):30011",
        edgebound: "$(HOST_IP):30012",
      },
    },
  },
  "places of their own": {
    frontier: PLACEMENT,
    frontlas: PLACEMENT,
    redis: {
      master: {
        nodeSelector: PLACEMENT.nodeSelector,
        tolerations: PLACEMENT.tolerations,
        affinity: PLACEMENT.affinity,
        priorityClassName: PLACEMENT.priorityClassName,
      },
    },
  },
  "other ports, and a name that is cut off": {
    nameOverride: "gate",
    fullnameOverride:
      "a-name-of-sixty-three-letters-would-be-cut-off-where-it-is-long",
    clusterDomain: "example.org",
    global: { registry: "", imagePullSecrets: [{ name: "registry" }] },
    frontier: {
      image: {
        repository: "registry.example/gate",
        tag: "1",
        pullPolicy: "Always",
      },
      service: {
        servicebound: { port: 1011, alias: false },
        edgebound: { port: 31012, nodePort: 31999 },
      },
    },
    frontlas: {
      service: {
        controlplane: { type: "NodePort", port: 4011, nodePort: 31998 },
        frontierplane: { port: 4012 },
      },
    },
    observability: { frontier: { port: 9191 }, frontlas: { port: 9192 } },
  },
};
