/** Objects of a cluster, as tables of what a user writes and what is made of it. */

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { FRONTIER_VERSION } from "@frontier/platform/internal";
import { type Settings, settingsOf } from "../api/settings.ts";
import type { FrontierCluster, Passed } from "../api/types.ts";
import { type DesiredObjects, desiredObjects } from "./objects.ts";
import { CONFIG_HASH, type Deployment } from "./deployment.ts";

function clusterOf(
  frontier: Record<string, unknown> = {},
  frontlas: Record<string, unknown> = {},
): FrontierCluster {
  return {
    apiVersion: "frontier.singchia.io/v1alpha1",
    kind: "FrontierCluster",
    metadata: { name: "c", namespace: "n", uid: "u" },
    spec: {
      frontier: { servicebound: {}, edgebound: {}, ...frontier },
      frontlas: {
        redis: { addrs: ["a:1", "b:2"], redisType: "standalone" },
        ...frontlas,
      },
    },
  } as FrontierCluster;
}

function objectsOf(
  cluster: FrontierCluster,
  secrets = { frontier: "", frontlas: "" },
): DesiredObjects & { settings: Settings } {
  const settings = settingsOf(cluster);
  return { settings, ...desiredObjects(cluster, settings, secrets) };
}

const pod = ({ spec }: Deployment) =>
  spec.template.spec as Record<string, Passed | string> & {
    containers: readonly Record<string, Passed & readonly Passed[]>[];
  };
const container = (deployment: Deployment) => pod(deployment).containers[0]!;
const env = (deployment: Deployment) =>
  Object.fromEntries(
    (container(deployment).env as readonly Passed[]).map((
      { name, value, valueFrom },
    ) => [
      name,
      value ?? JSON.stringify(valueFrom).replace(/.*"(\w+\.\w+)".*/, "$1"),
    ]),
  );

const TLS = {
  enabled: true,
  mtls: true,
  certificateKeySecretRef: { name: "pair" },
  caCertificateSecretRef: { name: "authority" },
};

Deno.test("a cluster with as little as is possible gets the original's defaults, and one pod of each", () => {
  const { frontier, frontlas, services, others } = objectsOf(clusterOf());
  assertEquals(frontier.metadata.name, "c-frontier");
  assertEquals(frontlas.metadata.name, "c-frontlas");
  assertEquals([frontier.spec.replicas, frontlas.spec.replicas], [1, 1]);
  assertEquals(
    [container(frontier).image, container(frontlas).image] as unknown,
    ["frontier", "frontlas"].map((name) =>
      `singchia/${name}:${FRONTIER_VERSION}`
    ),
  );
  assertEquals(
    [frontier, frontlas].map((deployment) => {
      const { path, port } = container(deployment).readinessProbe!
        .httpGet as Passed;
      return `${path} ${port}`;
    }),
    ["/readyz 9091", "/readyz 9092"],
  );
  assertEquals(env(frontier), {
    FRONTIER_DRAIN_SECONDS: "40",
    FRONTIER_EDGEBOUND_ADVERTISED_ADDR: "$(HOST_IP):30012",
    FRONTIER_EDGEBOUND_PORT: "30012",
    FRONTIER_ID: "metadata.name",
    FRONTIER_SERVICEBOUND_PORT: "30011",
    FRONTLAS_ADDR: "c-frontlas-svc:40012",
    HOST_IP: "status.hostIP",
    NODE_NAME: "metadata.name",
    POD_IP: "status.podIP",
  });
  assertEquals(env(frontlas), {
    FRONTLAS_CONTROLPLANE_PORT: "40011",
    FRONTLAS_FRONTIERPLANE_PORT: "40012",
    REDIS_ADDRS: "a:1,b:2",
    REDIS_DB: "0",
    REDIS_TYPE: "standalone",
  });
  assertEquals(
    services.map(({ metadata, spec }) => `${metadata.name} ${spec.type}`),
    [
      "c-servicebound-svc ClusterIP",
      "c-edgebound-svc NodePort",
      "c-frontlas-svc ClusterIP",
    ],
  );
  assertEquals(
    others.map(({ kind, metadata }) => `${kind} ${metadata.name}`),
    [
      "ConfigMap c-frontier",
      "PodDisruptionBudget c-frontlas",
      "PodDisruptionBudget c-frontier",
    ],
  );
  for (const object of [frontier, frontlas, ...services, ...others]) {
    assertEquals(object.metadata.ownerReferences?.[0]?.uid, "u");
    assertEquals(object.metadata.namespace, "n");
  }
});

Deno.test("what refers to a variable comes after it", () => {
  const names = (container(objectsOf(clusterOf()).frontier)
    .env as readonly Passed[]).map(({ name }) => `${name}`);
  assert(
    names.indexOf("HOST_IP") <
      names.indexOf("FRONTIER_EDGEBOUND_ADVERTISED_ADDR"),
  );
});

Deno.test("node ports are the ports where Kubernetes gives such ones, what was asked for, or left to it", () => {
  const ports = (cluster: FrontierCluster) =>
    objectsOf(cluster).services.map(({ spec }) =>
      (spec.ports as Passed[]).map(({ port, nodePort }) =>
        `${port}:${nodePort ?? ""}`
      ).join()
    );
  const table: [FrontierCluster, string[]][] = [
    [clusterOf(), ["30011:", "30012:30012", "40011:,40012:"]],
    [
      clusterOf({ edgebound: { port: 443 } }),
      ["30011:", "443:", "40011:,40012:"],
    ],
    [
      clusterOf({ edgebound: { port: 443, nodePort: 31_443 } }),
      ["30011:", "443:31443", "40011:,40012:"],
    ],
    [
      clusterOf({
        servicebound: { serviceType: "NodePort" },
        edgebound: { serviceType: "LoadBalancer" },
      }),
      ["30011:30011", "30012:", "40011:,40012:"],
    ],
    [
      clusterOf({}, {
        controlplane: { serviceType: "NodePort", frontierPlanePort: 30_500 },
        redis: { addrs: ["a:1"], redisType: "standalone" },
      }),
      ["30011:", "30012:30012", "40011:,30500:30500"],
    ],
  ];
  for (const [cluster, wanted] of table) assertEquals(ports(cluster), wanted);
});

Deno.test("edges are told of a node port, of what was asked for, or of nothing", () => {
  const told = (edgebound: Passed) =>
    env(objectsOf(clusterOf({ edgebound })).frontier)
      .FRONTIER_EDGEBOUND_ADVERTISED_ADDR;
  assertEquals(told({ port: 31_000 }), "$(HOST_IP):31000");
  assertEquals(
    told({ port: 443, nodePort: 31_443 }),
    "$(HOST_IP):31443",
  );
  assertEquals(told({ port: 443 }), undefined);
  assertEquals(told({ serviceType: "LoadBalancer" }), undefined);
  assertEquals(told({ advertisedAddr: "gw.example:443" }), "gw.example:443");
});

Deno.test("TLS is in the file of the gateways and its Secrets are mounted where the file says", () => {
  const { frontier, others } = objectsOf(
    clusterOf({ edgebound: { tls: TLS } }),
  );
  const file = (others[0] as unknown as { data: Record<string, string> })
    .data["frontier.yaml"]!;
  for (
    const line of [
      "enable: true",
      "mtls: true",
      "ca_certs: [/app/conf/edgebound/tls/ca/ca.crt]",
      "cert: /app/conf/edgebound/tls/secret/tls.crt",
      "key: /app/conf/edgebound/tls/secret/tls.key",
    ]
  ) assertStringIncludes(file, line);
  assertEquals(
    (container(frontier).volumeMounts as readonly Passed[]).map((
      { name, mountPath },
    ) => `${name} ${mountPath}`),
    [
      "config /usr/conf",
      "tls-secret /app/conf/edgebound/tls/secret",
      "tls-ca /app/conf/edgebound/tls/ca",
    ],
  );
  assertEquals(
    (pod(frontier).volumes as unknown as Passed[]).slice(1),
    [["tls-secret", "pair"], ["tls-ca", "authority"]].map((
      [name, secretName],
    ) => ({ name, secret: { secretName, defaultMode: 0o640 } })),
  );
});

Deno.test("the pods are replaced when their file or their Secrets change, and only then", () => {
  const hash = (deployment: Deployment) =>
    deployment.spec.template.metadata.annotations![CONFIG_HASH];
  const first = objectsOf(clusterOf(), { frontier: "1", frontlas: "1" });
  const same = objectsOf(clusterOf({ replicas: 7 }), {
    frontier: "1",
    frontlas: "1",
  });
  const rotated = objectsOf(clusterOf(), { frontier: "2", frontlas: "1" });
  const moved = objectsOf(clusterOf({ edgebound: { port: 31_000 } }), {
    frontier: "1",
    frontlas: "1",
  });
  assertEquals(hash(same.frontier), hash(first.frontier));
  assert(hash(rotated.frontier) !== hash(first.frontier));
  assertEquals(hash(rotated.frontlas), hash(first.frontlas));
  assert(hash(moved.frontier) !== hash(first.frontier));
});

Deno.test("a drain ends well before its pod is killed", () => {
  const preStop = (...command: string[]) => ({
    lifecycle: { preStop: { exec: { command } } },
  });
  const table: [pod: Passed, seconds: string][] = [
    [{}, "40"],
    [{ terminationGracePeriodSeconds: 300 }, "280"],
    [{ terminationGracePeriodSeconds: 5 }, "0"],
    [{ lifecycle: {} }, "50"],
    [{ lifecycle: { preStop: { sleep: { seconds: 3 } } } }, "47"],
    [preStop("x"), "40"],
    [preStop("/bin/sh", "-c", "sleep 30"), "20"],
    [preStop("/bin/sh", "-c", "leave; sleep 0.5m && sleep 1s"), "19"],
    [preStop("/bin/sleep", "120"), "0"],
  ];
  for (const [pod, seconds] of table) {
    const { frontier } = objectsOf(clusterOf({ pod }));
    assertEquals(env(frontier).FRONTIER_DRAIN_SECONDS, seconds);
  }
});

Deno.test("every override takes the place of its default, and labels are added", () => {
  const overrides = {
    nodeSelector: { disk: "ssd" },
    tolerations: [{ operator: "Exists" }],
    topologySpreadConstraints: [{ maxSkew: 1 }],
    affinity: { nodeAffinity: {} },
    priorityClassName: "high",
    serviceAccountName: "account",
    imagePullSecrets: [{ name: "registry" }],
    terminationGracePeriodSeconds: 7,
  };
  const ofContainer = {
    resources: { limits: { cpu: "1" } },
    imagePullPolicy: "Always",
    livenessProbe: { tcpSocket: { port: 1 } },
    readinessProbe: { tcpSocket: { port: 2 } },
    lifecycle: { preStop: { sleep: { seconds: 1 } } },
  };
  const all = {
    ...overrides,
    ...ofContainer,
    podSecurityContext: { runAsUser: 1 },
    containerSecurityContext: { privileged: false },
    annotations: { a: "1" },
    labels: { team: "x", app: "stolen" },
  };
  const redis = { addrs: ["a:1"], redisType: "standalone" };
  const { frontier, frontlas } = objectsOf(
    clusterOf({ pod: all }, { pod: all, redis }),
  );
  for (const deployment of [frontier, frontlas]) {
    const { name } = deployment.metadata;
    const spec = pod(deployment);
    for (const [key, value] of Object.entries(overrides)) {
      assertEquals(spec[key] as unknown, value, key);
    }
    for (const [key, value] of Object.entries(ofContainer)) {
      assertEquals(container(deployment)[key] as unknown, value, key);
    }
    assertEquals(spec.securityContext as Passed, { runAsUser: 1 });
    assertEquals(
      container(deployment).securityContext as Passed,
      { privileged: false },
    );
    const { labels, annotations } = deployment.spec.template.metadata;
    assertEquals([labels?.app, labels?.team], [name, "x"]);
    assertEquals(annotations?.a, "1");
  }
});

Deno.test("an old nodeAffinity stands beside the default, and an affinity takes the place of both", () => {
  const nodeAffinity = { requiredDuringSchedulingIgnoredDuringExecution: {} };
  const affinity = (frontier: Record<string, unknown>) =>
    Object.keys(pod(objectsOf(clusterOf(frontier)).frontier).affinity!);
  assertEquals(affinity({}), ["podAntiAffinity"]);
  assertEquals(affinity({ nodeAffinity: {} }), ["podAntiAffinity"]);
  assertEquals(affinity({ nodeAffinity }), ["nodeAffinity", "podAntiAffinity"]);
  assertEquals(
    affinity({ nodeAffinity, pod: { affinity: { podAffinity: {} } } }),
    ["podAffinity"],
  );
});

Deno.test("the password of Redis comes of a Secret where there is one", () => {
  const password = (redis: Passed) =>
    (container(
      objectsOf(clusterOf({}, {
        redis: { addrs: ["a:1"], redisType: "standalone", ...redis },
      })).frontlas,
    ).env as readonly Passed[]).find(({ name }) => name === "REDIS_PASSWORD");
  const passwordSecret = { name: "s", key: "k" };
  assertEquals(password({}), undefined);
  assertEquals(password({ password: "p" })?.value, "p");
  assertEquals(password({ password: "p", passwordSecret }), {
    name: "REDIS_PASSWORD",
    valueFrom: { secretKeyRef: passwordSecret },
  });
});

Deno.test("what cannot be used names its field", () => {
  const wrong: [FrontierCluster, string][] = [
    [
      clusterOf({ edgebound: { tls: { ...TLS, caCertificateSecretRef: {} } } }),
      "caCertificateSecretRef.name",
    ],
    [
      clusterOf({ edgebound: { tls: { enabled: true, mtls: false } } }),
      "certificateKeySecretRef.name",
    ],
    [{ metadata: { name: "c", namespace: "n" } }, "spec"],
    [
      clusterOf({ servicebound: { service: "c-edgebound-svc" } }),
      "spec.frontier.edgebound.serviceName",
    ],
    [
      clusterOf({}, { controlplane: { service: "c-servicebound-svc" } }),
      "spec.frontlas.controlplane.service",
    ],
    [
      clusterOf({ servicebound: { port: 0 }, edgebound: { port: 30_011 } }),
      "spec.frontier.edgebound.port",
    ],
    [
      clusterOf({ servicebound: { port: 9_091 } }),
      "spec.frontier.servicebound.port",
    ],
    [
      clusterOf({}, { controlplane: { frontierPlanePort: 40_011 } }),
      "spec.frontlas.controlplane.frontierPlanePort",
    ],
  ];
  for (const [cluster, field] of wrong) {
    let message = "";
    try {
      settingsOf(cluster);
    } catch (error) {
      message = (error as Error).message;
    }
    assertStringIncludes(message, field);
  }
});
