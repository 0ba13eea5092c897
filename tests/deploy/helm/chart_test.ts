/** The chart: what it renders, and what it refuses. */

import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { complaints, environmentOf, Mounts } from "./acceptance.ts";
import {
  CHART,
  find,
  objectsOf,
  render,
  type Rendered,
  runHelm,
  template,
  type Values,
} from "./chart.ts";
import { MATRIX } from "./matrix.ts";
import { HELMS } from "./programs.ts";
import { helmTest } from "./register.ts";
import { kubeconform } from "./schemas.ts";

/** Passwords that are made up at each rendering. */
const withoutChance = (text: string) =>
  text.replaceAll(/redis-password: .*/g, "redis-password: made up");

helmTest(
  "all sets of values are sound to both versions of Helm, which render the same",
  async () => {
    for (const [name, values] of Object.entries(MATRIX)) {
      const [one, other] = await Promise.all(
        HELMS.map(async (helm) => {
          await runHelm(helm, [
            "lint",
            "--strict",
            CHART,
            "--kube-version",
            "1.36.0",
            "--values",
            "-",
          ], JSON.stringify(values));
          return withoutChance(await template(values, { helm }));
        }),
      );
      assertEquals(one, other, name);
    }
  },
);

helmTest(
  "what all sets of values render are objects of the oldest and the newest Kubernetes, each once",
  async () => {
    for (const kubeVersion of ["1.25.0", "1.36.0"]) {
      const texts: string[] = [];
      for (const [name, values] of Object.entries(MATRIX)) {
        const text = await template(values, { kubeVersion });
        texts.push(text);
        const names = objectsOf(text).map(({ kind, metadata }) =>
          `${kind} ${metadata.name}`
        );
        assertEquals(new Set(names).size, names.length, name);
        assert(names.every((name) => name.split(" ")[1]!.length <= 63));
      }
      await kubeconform(kubeVersion, texts.join("\n---\n"));
      // Nothing gets through because nobody looks.
      const wrong = find(
        objectsOf(texts[0]!),
        "Deployment",
        "frontier-frontier",
      );
      await assertRejects(
        () =>
          kubeconform(
            kubeVersion,
            JSON.stringify({ ...wrong, spec: { ...wrong.spec, replica: 1 } }),
          ),
        Error,
        "replica",
      );
    }
  },
);

helmTest(
  "our programs have nothing to say against any configuration",
  async () => {
    await using mounts = await Mounts.create();
    let seen = 0;
    for (const [name, values] of Object.entries(MATRIX)) {
      const objects = await render(values);
      for (const component of ["frontier", "frontlas"] as const) {
        const said = await complaints(objects, component, mounts);
        if (said === undefined) continue;
        seen++;
        const unexpected = said.filter((line) => !EXPECTED.test(line));
        assertEquals(unexpected, [], `${name}: ${component}`);
      }
    }
    assert(seen > Object.keys(MATRIX).length);
  },
);
/** What is so where nobody has set tokens, or wants a Redis. */
const EXPECTED =
  /^warning: .*(?: asks nobody who they are: |No Redis is configured, )/;

/** The pod of a component. */
function podOf(objects: readonly Rendered[], name = "frontier-frontier") {
  return find(objects, "Deployment", name).spec.template.spec;
}

helmTest("names, ports and labels are those of the original", async () => {
  const objects = await render();
  const services = objects.filter(({ kind }) => kind === "Service")
    .map(({ metadata: { name }, spec: { type, clusterIP, ports } }) => [
      name,
      clusterIP ?? type,
      ports.map(({ port, nodePort }: Record<string, number>) =>
        nodePort === undefined ? port : `${port}:${nodePort}`
      ).join(),
    ]);
  assertEquals(services.toSorted(), [
    ["frontier-frontier-edgebound", "NodePort", "30012:30012"],
    ["frontier-frontier-metrics", "None", "9091"],
    ["frontier-frontier-servicebound", "ClusterIP", "30011"],
    ["frontier-frontlas", "ClusterIP", "40011,40012"],
    ["frontier-frontlas-metrics", "None", "9092"],
    ["frontier-redis-master", "ClusterIP", "6379"],
    ["frontier-servicebound-svc", "ClusterIP", "30011"],
  ]);
  for (const { metadata: { labels } } of objects) {
    assertEquals(Object.keys(labels).toSorted(), [
      "app.kubernetes.io/component",
      "app.kubernetes.io/instance",
      "app.kubernetes.io/managed-by",
      "app.kubernetes.io/name",
      "app.kubernetes.io/part-of",
      "app.kubernetes.io/version",
      "helm.sh/chart",
    ]);
  }
  const [container] = podOf(objects).containers;
  assertEquals(container.args, ["--config", "/usr/conf/frontier.yaml"]);
  assertEquals(container.image, "singchia/frontier:0.2.0");
  const other = await render({}, { release: "gate" });
  find(other, "Service", "gate-frontier-frontier-servicebound");
  find(other, "Service", "gate-frontier-servicebound-svc");
  find(other, "Deployment", "gate-frontier-frontlas");
});

helmTest(
  "each gateway is called as its pod, and told where others reach it",
  async () => {
    const objects = await render(MATRIX["a gateway for each node"]);
    const [container] = podOf(objects).containers;
    const env = environmentOf(container.env);
    assertEquals(env.FRONTIER_ID, "pod-1");
    assertEquals(env.NODE_NAME, "node-1");
    assertEquals(env.FRONTIER_EDGEBOUND_ADVERTISED_ADDR, "192.0.2.1:30012");
    assertEquals(env.FRONTIER_SERVICEBOUND_ADVERTISED_ADDR, "10.1.2.3:30011");
    // A node has the port once: the old pod goes first.
    const { strategy } = find(objects, "Deployment", "frontier-frontier").spec;
    assertEquals(strategy.rollingUpdate, { maxSurge: 0, maxUnavailable: 1 });
  },
);

helmTest(
  "pods are killed five seconds after preStop and drain at the earliest",
  async () => {
    const times: [Values, string, number][] = [
      [{}, "1.36.0", 10 + 25 + 5],
      [{}, "1.29.0", 10 + 25 + 5],
      [MATRIX["all values of the original's chart"]!, "1.36.0", 10 + 50 + 5],
      [{ frontier: { terminationGracePeriodSeconds: 300 } }, "1.36.0", 300],
      [{ frontier: { drainSeconds: 100 } }, "1.36.0", 115],
      [
        { frontier: { lifecycle: { preStop: { sleep: { seconds: 30 } } } } },
        "1.36.0",
        60,
      ],
      [
        {
          frontier: {
            lifecycle: { postStart: { exec: { command: ["true"] } } },
          },
        },
        "1.36.0",
        30,
      ],
    ];
    for (const [values, kubeVersion, seconds] of times) {
      const pod = podOf(await render(values, { kubeVersion }));
      assertEquals(pod.terminationGracePeriodSeconds, seconds);
    }
    const [young, old] = await Promise.all(
      ["1.36.0", "1.29.0"].map(async (kubeVersion) =>
        podOf(await render({}, { kubeVersion })).containers[0].lifecycle.preStop
      ),
    );
    assertEquals(young, { sleep: { seconds: 10 } });
    assertEquals(old.exec.command, ["/bin/sh", "-c", "sleep 10"]);
    const directory = podOf(await render(), "frontier-frontlas");
    assertEquals(directory.terminationGracePeriodSeconds, 5 + 10 + 5);
  },
);

helmTest("no container has more rights than it needs", async () => {
  for (const { kind, spec } of await render(MATRIX["sentinels"])) {
    if (kind !== "Deployment" && kind !== "StatefulSet") continue;
    const pod = spec.template.spec;
    assertEquals(pod.automountServiceAccountToken, false);
    assertEquals(pod.securityContext.runAsNonRoot, true);
    assertEquals(pod.securityContext.runAsUser, 65532);
    assertEquals(pod.securityContext.seccompProfile.type, "RuntimeDefault");
    for (const { securityContext } of pod.containers) {
      assertEquals(securityContext.allowPrivilegeEscalation, false);
      assertEquals(securityContext.readOnlyRootFilesystem, true);
      assertEquals(securityContext.capabilities, { drop: ["ALL"] });
    }
  }
});

helmTest(
  "health is asked for where it is told, and on the ports themselves where it is not",
  async () => {
    const probes = async (values: Values, name?: string) => {
      const [{ livenessProbe, readinessProbe }] =
        podOf(await render(values), name).containers;
      return [livenessProbe, readinessProbe].map(({ httpGet, tcpSocket }) =>
        `${httpGet?.path ?? ""} ${(httpGet ?? tcpSocket).port}`
      );
    };
    assertEquals(await probes({}), ["/healthz metrics", "/readyz metrics"]);
    assertEquals(await probes({}, "frontier-frontlas"), [
      "/healthz metrics",
      "/readyz metrics",
    ]);
    const none = MATRIX["no metrics"]!;
    assertEquals(await probes(none), [" edgebound", " servicebound"]);
    assertEquals(await probes(none, "frontier-frontlas"), [
      " controlplane",
      " controlplane",
    ]);
    const names = (await render(none)).map(({ metadata }) => metadata.name);
    assertEquals(names.filter((name) => name.endsWith("-metrics")), []);
  },
);

helmTest(
  "pods are replaced when their configuration changes, and not for another chart",
  async () => {
    const sums = async (values: Values) => {
      const objects = await render(values);
      return ["frontier-frontier", "frontier-frontlas"].map((name) => {
        const { metadata } = find(objects, "Deployment", name).spec.template;
        assertEquals(metadata.labels["helm.sh/chart"], undefined);
        return JSON.stringify(metadata.annotations);
      });
    };
    const [gateway, directory] = await sums({});
    assertEquals(await sums({ frontier: { replicaCount: 5 } }), [
      gateway,
      directory,
    ]);
    const bounds = await sums({ frontier: { limits: { max_connections: 7 } } });
    assert(bounds[0] !== gateway && bounds[1] === directory);
    const password = await sums({ redis: { auth: { password: "x" } } });
    assert(password[0] === gateway && password[1] !== directory);
  },
);

helmTest(
  "alert rules and dashboard arrive whole, and jobs are called as the rules have it",
  async () => {
    const objects = await render(MATRIX["Prometheus and Grafana"]);
    const { spec } = find(objects, "PrometheusRule", "frontier");
    const file = new URL(
      "../../../deploy/observability/",
      import.meta.url,
    );
    const [rules] = objectsOf(
      await Deno.readTextFile(new URL("alerts.yaml", file)),
    );
    assertEquals(spec.groups, rules!.groups);
    const { data } = find(objects, "ConfigMap", "frontier-dashboard");
    assertEquals(
      JSON.parse(data["frontier.json"]),
      JSON.parse(await Deno.readTextFile(new URL("dashboard.json", file))),
    );
    for (const component of ["frontier", "frontlas"]) {
      const monitor = find(objects, "ServiceMonitor", `frontier-${component}`);
      assertEquals(monitor.spec.jobLabel, "app.kubernetes.io/component");
      assertEquals(
        monitor.spec.selector.matchLabels["app.kubernetes.io/component"],
        component,
      );
    }
  },
);

helmTest(
  "only gateways and who is named reach the directory, and only the directory its Redis",
  async () => {
    const objects = await render({ networkPolicy: { enabled: true } });
    const from = (name: string, port: string) => {
      const { ingress } = find(objects, "NetworkPolicy", name).spec;
      return ingress.find((rule: { ports: { port: string }[] }) =>
        rule.ports.some((one) => one.port === port)
      ).from;
    };
    const only = (component: string) => [{
      podSelector: {
        matchLabels: {
          "app.kubernetes.io/name": "frontier",
          "app.kubernetes.io/instance": "frontier",
          "app.kubernetes.io/component": component,
        },
      },
    }];
    assertEquals(from("frontier-frontlas", "frontierplane"), only("frontier"));
    assertEquals(from("frontier-frontlas", "controlplane"), [{
      podSelector: {},
    }]);
    assertEquals(from("frontier-redis-master", "redis"), only("frontlas"));
    assertEquals(from("frontier-frontier", "edgebound"), undefined);
  },
);

helmTest(
  "Redis has a name that its pods can be labelled with, however long that of the release is, and runs where it may",
  async () => {
    const objects = await render(MATRIX["places of their own"], {
      release: "r".repeat(53),
    });
    const redis = objects.find(({ kind }) => kind === "StatefulSet")!;
    // Kubernetes labels the pods with the name, a dash and ten characters; no label is longer than 63.
    assert(redis.metadata.name.length <= 52, redis.metadata.name);
    const service = find(objects, "Service", redis.metadata.name);
    assertEquals(service.spec.selector, redis.spec.selector.matchLabels);
    const frontlas = objects.find(({ kind, metadata }) =>
      kind === "Deployment" && metadata.name.endsWith("-frontlas")
    )!;
    for (
      const key of [
        "nodeSelector",
        "tolerations",
        "affinity",
        "priorityClassName",
      ]
    ) {
      const place = redis.spec.template.spec[key];
      assert(place !== undefined, key);
      assertEquals(place, frontlas.spec.template.spec[key]);
    }
  },
);

helmTest(
  "what cannot work is refused, with the path of what is wrong",
  async () => {
    const wrong: [Values, RegExp][] = [
      [{ frontier: { replicas: 2 } }, /frontier.*'replicas' not allowed/s],
      [{ frontier: { replicaCount: "2" } }, /frontier\/replicaCount.*integer/s],
      [
        { frontier: { service: { edgebound: { port: 0 } } } },
        /edgebound\/port/,
      ],
      [
        { frontier: { service: { edgebound: { type: "ExternalName" } } } },
        /edgebound\/type/,
      ],
      [{ frontier: { exchange: { hashby: "edge" } } }, /exchange\/hashby/],
      [
        { frontier: { mqm: { kafka: { topics: [] } } } },
        /mqm\/kafka.*'topics' not allowed/s,
      ],
      [
        { frontier: { limits: { max_conections: 1 } } },
        /limits.*'max_conections' not allowed/s,
      ],
      [
        { frontier: { extraConfig: { edgebond: {} } } },
        /extraConfig.*'edgebond' not allowed/s,
      ],
      [
        { frontlas: { extraConfig: { servicebound: {} } } },
        /extraConfig.*'servicebound' not allowed/s,
      ],
      [
        { frontlas: { externalRedis: { redisType: "Cluster" } } },
        /externalRedis\/redisType/,
      ],
      [{ frontier: { mqm: { nats: { addr: "n:1" } } } }, /'addr' not allowed/],
      [{ redis: { architecture: "replication" } }, /redis\/architecture/],
      [{ frontiers: {} }, /'frontiers' not allowed/],
      [
        { frontier: { tls: { edgebound: { enabled: true } } } },
        /set frontier\.tls\.edgebound\.secretName/,
      ],
      [
        { redis: { enabled: false }, frontlas: { replicaCount: 2 } },
        /Cannot run several Frontlas without Redis/,
      ],
      [
        {
          redis: { enabled: false },
          frontlas: {
            externalRedis: { addrs: ["s:1"], redisType: "sentinel" },
          },
        },
        /set frontlas\.externalRedis\.masterName/,
      ],
      [
        {
          redis: { enabled: false },
          frontlas: { externalRedis: { addrs: ["a:1", "b:1"] } },
        },
        /leave one in frontlas\.externalRedis\.addrs/,
      ],
      [
        { frontier: { service: { edgebound: { port: 30011 } } } },
        /Cannot use port 30011 for frontier\.service\.servicebound\.port/,
      ],
      [
        { observability: { frontlas: { port: 40011 } } },
        /Cannot use port 40011 for observability\.frontlas\.port/,
      ],
    ];
    for (const [values, said] of wrong) {
      for (const helm of HELMS) {
        const { message } = await template(values, { helm })
          .then(() => new Error("it went well"), (error: Error) => error);
        assertMatch(message, said, JSON.stringify(values));
      }
    }
    // A parent chart may have keys of its own among the global ones.
    await template({ global: { domain: "example" }, enabled: true });
  },
);
