/** The chart on a real control plane of Kubernetes: what the API server takes, and releases from install to uninstall. */

import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { ControlPlane, until } from "../kube/control_plane.ts";
import { FakeKubelet } from "../kube/fake_kubelet.ts";
import { CHART, runHelm, template, type Values } from "./chart.ts";
import { MATRIX } from "./matrix.ts";
import { HELMS } from "./programs.ts";
import { helmTest } from "./register.ts";

/** Definitions of the kinds that the Prometheus operator brings. */
const PROMETHEUS = ["ServiceMonitor", "PrometheusRule"].map((kind) => ({
  apiVersion: "apiextensions.k8s.io/v1",
  kind: "CustomResourceDefinition",
  metadata: { name: `${kind.toLowerCase()}s.monitoring.coreos.com` },
  spec: {
    group: "monitoring.coreos.com",
    scope: "Namespaced",
    names: { kind, plural: `${kind.toLowerCase()}s` },
    versions: [{
      name: "v1",
      served: true,
      storage: true,
      schema: {
        openAPIV3Schema: {
          type: "object",
          "x-kubernetes-preserve-unknown-fields": true,
        },
      },
    }],
  },
}));

/** Gives `kubectl` a text as a file. */
async function kubectl(
  plane: ControlPlane,
  args: string[],
  text: string,
): Promise<string> {
  const file = await Deno.makeTempFile({ suffix: ".yaml" });
  try {
    await Deno.writeTextFile(file, text);
    return await plane.kubectl(...args, "--filename", file);
  } finally {
    await Deno.remove(file);
  }
}

helmTest("an API server takes whatever the chart renders", async () => {
  await using plane = await ControlPlane.start({ controllers: false });
  for (const name of ["edge", "monitoring"]) {
    await plane.kubectl("create", "namespace", name);
  }
  await plane.kubectl(
    "label",
    "namespace",
    "edge",
    "pod-security.kubernetes.io/warn=restricted",
  );
  await kubectl(
    plane,
    ["create"],
    PROMETHEUS.map((one) => JSON.stringify(one)).join("\n---\n"),
  );
  for (const { metadata } of PROMETHEUS) {
    await plane.kubectl(
      "wait",
      "--for=condition=Established",
      `crd/${metadata.name}`,
      "--timeout=60s",
    );
  }
  const texts = await Promise.all(
    Object.values(MATRIX).map((values) => template(values)),
  );
  const dryRun = ["apply", "--dry-run=server", "--output=name"];
  const said = await kubectl(plane, dryRun, texts.join("\n---\n"));
  assert(said.split("\n").length > 300);
  // The strictest profile of Kubernetes has something against ports of nodes alone.
  const warnings = said.match(/^Warning: .*/gm) ?? [];
  assertEquals(warnings.length, 1, warnings.join("\n"));
  assertMatch(
    warnings[0]!,
    /"restricted:latest": hostPort \(container "frontier" uses hostPort 30012\)$/,
  );
  // Nothing gets through because nobody looks.
  await assertRejects(
    () =>
      kubectl(
        plane,
        dryRun,
        texts[0]!.replaceAll("type: NodePort", "type: ClusterIP"),
      ),
    Error,
    "may not be used when `type` is 'ClusterIP'",
  );
}, { controlPlane: true });

/** Everything of a release in the cluster, disks apart: they outlive it. */
const ALL = [
  "configmaps",
  "deployments",
  "networkpolicies",
  "poddisruptionbudgets",
  "pods",
  "secrets",
  "serviceaccounts",
  "services",
  "statefulsets",
].join();

/** A release of the chart. */
class Release {
  constructor(
    readonly plane: ControlPlane,
    readonly helm: "helm3" | "helm4",
    readonly namespace: string,
  ) {}

  run(verb: string, args: readonly string[] = [], values?: Values) {
    return runHelm(this.helm, [
      verb,
      "frontier",
      ...args,
      "--kubeconfig",
      this.plane.kubeconfig,
      "--namespace",
      this.namespace,
      ...values === undefined ? [] : ["--values", "-"],
    ], JSON.stringify(values ?? {}));
  }

  get(kind: string, path: string): Promise<string> {
    return this.plane.kubectl(
      "get",
      kind,
      "--namespace",
      this.namespace,
      "--selector=app.kubernetes.io/instance=frontier",
      `--output=jsonpath=${path}`,
    );
  }
}

const WAIT = ["--wait", "--timeout", "180s"];

helmTest(
  "a release is installed, upgraded, rolled back and uninstalled, by both versions of Helm",
  async () => {
    await using plane = await ControlPlane.start();
    await using _ = new FakeKubelet(plane.admin);
    for (const helm of HELMS) {
      const release = new Release(plane, helm, `edge-${helm}`);
      const sum = () =>
        release.get(
          "pods",
          "{.items[*].metadata.annotations.checksum/config}",
        );
      const password = () =>
        release.get("secrets", "{.items[*].data.redis-password}");
      const values: Values = {
        frontier: { replicaCount: 2 },
        networkPolicy: { enabled: true },
      };
      const notes = await release.run("install", [
        CHART,
        "--create-namespace",
        ...WAIT,
      ], values);
      assertMatch(
        notes,
        new RegExp(
          `frontier-frontier-servicebound\\.edge-${helm}\\.svc\\.cluster\\.local:30011`,
        ),
      );
      assertMatch(notes, /to any node, port 30012/);
      const ready = await release.get(
        "deployments",
        "{range .items[*]}{.metadata.name}={.status.readyReplicas} {end}",
      );
      assertEquals(ready.trim(), "frontier-frontier=2 frontier-frontlas=1");
      const [first, made] = [await sum(), await password()];
      assertEquals(made.length, 44);

      await release.run("upgrade", [CHART, ...WAIT], {
        ...values,
        frontier: { replicaCount: 3, limits: { max_connections: 7 } },
      });
      assertEquals(await password(), made);
      await until("only pods of the new configuration are left", async () => {
        const sums = (await sum()).split(" ");
        return sums.length === 4 && new Set(sums).size === 2;
      });
      assert((await sum()).split(" ").some((one) => !first.includes(one)));

      await release.run("rollback", ["1", ...WAIT]);
      await until(
        "only pods of the first configuration are left",
        async () =>
          (await sum()).split(" ").toSorted().join() ===
            first.split(" ").toSorted().join(),
      );
      assertEquals(await password(), made);

      await release.run("uninstall", WAIT);
      await until(
        "nothing of the release is left",
        async () => await release.get(ALL, "{.items[*].metadata.name}") === "",
      );
    }
  },
  { controlPlane: true },
);
