/** What the API server takes of a FrontierCluster, and what became of the original's objects. */

import { assert, assertEquals, assertMatch } from "@std/assert";
import type { Deployment } from "../../../deploy/operator/desired/deployment.ts";
import { INSTALL } from "../../../deploy/operator/install.ts";
import { pathOf } from "../../../deploy/operator/kube/object.ts";
import { StatusError } from "../../../deploy/operator/kube/status_error.ts";
import { until } from "../kube/control_plane.ts";
import { kubeTest } from "../kube/register.ts";
import { cluster, create, read } from "./clusters.ts";
import { installed, OperatorProcess } from "./operator_process.ts";

const REDIS = { addrs: ["r:1"], redisType: "standalone" };
const edge = (edgebound: Record<string, unknown>) => ({
  frontier: { servicebound: {}, edgebound },
});
const redis = (more: Record<string, unknown>) => ({
  frontlas: { redis: { ...REDIS, ...more } },
});

const REFUSED: [name: string, spec: Parameters<typeof cluster>[1], RegExp][] = [
  [
    "negative",
    { frontier: { servicebound: {}, edgebound: {}, replicas: -1 } },
    /replicas.*greater than or equal to 0/,
  ],
  ["port", edge({ port: 70_000 }), /edgebound\.port.*65535/],
  ["same", edge({ port: 30_011 }), /must differ/],
  ["type", edge({ serviceType: "Nodeport" }), /serviceType.*NodePort/],
  [
    "ca",
    edge({
      tls: {
        enabled: true,
        mtls: true,
        certificateKeySecretRef: { name: "s" },
      },
    }),
    /mtls needs caCertificateSecretRef/,
  ],
  [
    "pair",
    edge({ tls: { enabled: true, mtls: false } }),
    /TLS needs certificateKeySecretRef/,
  ],
  ["redis", redis({ redisType: "Standalone" }), /redisType.*standalone/],
  ["sentinel", redis({ redisType: "sentinel" }), /sentinel needs masterName/],
  ["addrs", redis({ addrs: [] }), /addrs/],
  ["pull", {
    frontlas: { redis: REDIS, pod: { imagePullPolicy: "Sometimes" } },
  }, /imagePullPolicy/],
  ["twice", {
    frontier: {
      servicebound: { service: "one" },
      edgebound: { serviceName: "one" },
    },
  }, /edgebound\.serviceName.*must differ/],
  ["thrice", {
    frontier: { servicebound: { service: "one" }, edgebound: {} },
    frontlas: { redis: REDIS, controlplane: { service: "one" } },
  }, /controlplane\.service must differ/],
  ["n".repeat(47), {}, /at most 46 characters/],
];

kubeTest(
  "a FrontierCluster is checked when it is made, and the original's objects are taken over",
  async (t) => {
    await using plane = await installed();
    const { admin } = plane;

    for (const [name, spec, message] of REFUSED) {
      await t.step(`refused: ${message.source}`, async () => {
        const error = await create(plane, cluster(name, spec)).then(
          () => undefined,
          (error) => error,
        );
        assert(error instanceof StatusError, "it was taken");
        assertEquals(error.code, 422);
        assertMatch(error.message, message);
      });
    }

    await t.step(
      "the installation is what kubectl applies twice without a change",
      async () => {
        const file = new URL(
          "../../../deploy/operator/install.yaml",
          import.meta.url,
        );
        const said = await plane.kubectl(
          "apply",
          "--server-side",
          "--force-conflicts",
          "-f",
          file.pathname,
        );
        assertMatch(said, /deployment.apps\/frontier-operator/);
        await plane.kubectl("apply", "--dry-run=server", "-f", file.pathname);
        const again = await plane.kubectl(
          "diff",
          "--server-side",
          "--force-conflicts",
          "-f",
          file.pathname,
        );
        assertEquals(again, "");
      },
    );

    await t.step(
      "the operator may do what it has to do, and nothing beyond that",
      async () => {
        const may = async (verb: string, resource: string) =>
          (await plane.kubectl(
            "auth",
            "can-i",
            verb,
            resource,
            "--as=system:serviceaccount:frontier-system:frontier-operator",
          ).catch((error: Error) => error.message)).trim().endsWith("yes");
        assert(await may("get", "secrets"));
        assert(await may("patch", "deployments.apps"));
        for (
          const [verb, resource] of [
            ["create", "secrets"],
            ["patch", "secrets"],
            ["delete", "deployments.apps"],
            ["create", "pods"],
            ["delete", "frontierclusters.frontier.singchia.io"],
            ["update", "leases.coordination.k8s.io"],
            ["create", "clusterrolebindings.rbac.authorization.k8s.io"],
          ] as const
        ) assertEquals(await may(verb, resource), false, `${verb} ${resource}`);
      },
    );

    await t.step("kustomize takes the installation as a base", async () => {
      const folder = new URL("../../../deploy/operator", import.meta.url);
      const text = await plane.kubectl("kustomize", folder.pathname);
      assertEquals(text.match(/^kind: /gm)?.length, INSTALL.length);
    });

    await t.step(
      "defaults are filled in, ports of 0 among them kept",
      async () => {
        await create(
          plane,
          cluster("plain", edge({ serviceType: "ClusterIP", port: 0 })),
        );
        const { spec } = await read(plane, "plain");
        assertEquals(spec!.frontier.replicas, 1);
        assertEquals(spec!.frontier.servicebound.port, 30_011);
        assertEquals(spec!.frontier.edgebound.port, 0);
        assertEquals(spec!.frontlas.replicas, 1);
      },
    );

    await t.step(
      "a Deployment that the original's operator made becomes ours, without its probes and its names by nodes",
      async () => {
        await create(plane, cluster("old"));
        const { metadata } = await read(plane, "old");
        const app = "old-frontier";
        await admin.create(
          `${pathOf("Deployment", "default")}?fieldManager=manager`,
          {
            apiVersion: "apps/v1",
            kind: "Deployment",
            metadata: {
              name: app,
              namespace: "default",
              labels: { app },
              ownerReferences: [{
                apiVersion: "frontier.singchia.io/v1alpha1",
                kind: "FrontierCluster",
                name: "old",
                uid: metadata.uid!,
                controller: true,
                blockOwnerDeletion: true,
              }],
            },
            spec: {
              replicas: 3,
              selector: { matchLabels: { app } },
              template: {
                metadata: { labels: { app } },
                spec: {
                  containers: [{
                    name: "frontier",
                    image: "singchia/frontier:1.1.0",
                    env: [
                      {
                        name: "NODE_NAME",
                        valueFrom: { fieldRef: { fieldPath: "spec.nodeName" } },
                      },
                      { name: "OLD", value: "1" },
                    ],
                    livenessProbe: { tcpSocket: { port: 30_012 } },
                    readinessProbe: { tcpSocket: { port: 30_011 } },
                  }],
                },
              },
            },
          } as Parameters<typeof admin.create>[1],
        );
        await using operator = await OperatorProcess.start(plane);
        let there!: Deployment;
        try {
          await until("it was taken over", async () => {
            there = await admin.get<Deployment>(
              pathOf("Deployment", "default", app),
            );
            return there.metadata.labels?.["app.kubernetes.io/managed-by"] !==
              undefined;
          });
        } catch (error) {
          throw new Error(`${error}\n${operator.log}`);
        }
        const [container] = there.spec.template.spec.containers as [{
          env: {
            name: string;
            valueFrom?: { fieldRef?: { fieldPath: string } };
          }[];
          livenessProbe: Record<string, unknown>;
        }];
        assertEquals(container.livenessProbe.tcpSocket, undefined);
        assert(container.livenessProbe.httpGet !== undefined);
        assertEquals(
          container.env.find(({ name }) => name === "OLD"),
          undefined,
        );
        assertEquals(
          container.env.find(({ name }) => name === "NODE_NAME")?.valueFrom
            ?.fieldRef?.fieldPath,
          "metadata.name",
        );
        assert(!/forbidden|cannot/i.test(operator.log), operator.log);
      },
    );
  },
);
