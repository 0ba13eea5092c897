/** A cluster from its making to its end, on a real control plane, with the operator's own rights. */

import { assert, assertEquals, assertMatch } from "@std/assert";
import type { Deployment } from "../../../deploy/operator/desired/deployment.ts";
import { CONFIG_HASH } from "../../../deploy/operator/desired/deployment.ts";
import {
  type KubeObject,
  pathOf,
} from "../../../deploy/operator/kube/object.ts";
import { hasCode } from "../../../deploy/operator/kube/status_error.ts";
import { until } from "../kube/control_plane.ts";
import { FakeKubelet } from "../kube/fake_kubelet.ts";
import { kubeTest } from "../kube/register.ts";
import { change, cluster, create, ORIGINAL, read } from "./clusters.ts";
import { installed, OperatorProcess } from "./operator_process.ts";

kubeTest(
  "the operator runs a cluster from its making to its end",
  async (t) => {
    await using plane = await installed();
    await using kubelet = new FakeKubelet(plane.admin);
    await using operator = await OperatorProcess.start(plane);
    const { admin } = plane;
    const step = async (name: string, fn: () => Promise<void>) => {
      // What follows builds on it.
      if (!await t.step(name, fn)) throw new Error(operator.log);
    };
    const phase = async (name: string, wanted: string) => {
      let last = "";
      try {
        await until(`${name} is ${wanted}`, async () => {
          const { status } = await read(plane, name);
          last = `${status?.phase}: ${status?.message}`;
          return status?.phase === wanted;
        });
      } catch (error) {
        throw new Error(`${error}, but ${last}\n${operator.log}`);
      }
    };
    const deployment = (name: string) =>
      admin.get<Deployment>(pathOf("Deployment", "default", name));
    const hash = async (name: string) =>
      (await deployment(name)).spec.template.metadata.annotations
        ?.[CONFIG_HASH];
    const events = async (name: string) => {
      const { items } = await admin.get<
        { items: { reason: string; involvedObject: { name: string } }[] }
      >(pathOf("Event", "default"));
      return items.filter((event) => event.involvedObject.name === name)
        .map(({ reason }) => reason);
    };

    // An event follows the status that it is about.
    const event = (name: string, reason: string) =>
      until(
        `${name} has an event ${reason}`,
        async () => (await events(name)).includes(reason),
      );

    await step(
      "an object of the original is pending, then runs",
      async () => {
        kubelet.holds = (pod) => pod.metadata.name.includes("-frontlas-");
        const file = await Deno.makeTempFile({ suffix: ".yaml" });
        await Deno.writeTextFile(file, ORIGINAL);
        await plane.kubectl("apply", "-f", file);
        await Deno.remove(file);
        await phase("frontiercluster", "Pending");
        await until(
          "the gateways are ready without the directory",
          async () =>
            (await read(plane, "frontiercluster")).status
              ?.frontierReadyReplicas ===
              2,
        );
        kubelet.holds = () => false;
        kubelet.release();
        await phase("frontiercluster", "Running");
        const { status, metadata } = await read(plane, "frontiercluster");
        assertEquals(status?.message, "Good to go!");
        assertEquals(status?.observedGeneration, metadata.generation);
        assertEquals(status?.frontierReadyReplicas, 2);
        assertEquals(status?.frontlasReadyReplicas, 1);
        assertEquals(
          status?.conditions?.map(({ type, status, reason }) =>
            `${type} ${status} ${reason}`
          ),
          [
            "Available True AllComponentsReady",
            "Progressing False ReconcileSucceeded",
            "Degraded False AllComponentsReady",
          ],
        );
        await until(
          "the event is there",
          async () => (await events("frontiercluster")).includes("Available"),
        );
        const columns = await plane.kubectl("get", "fc", "-o", "wide");
        assertMatch(columns, /PHASE +FRONTIER +FRONTLAS +AGE +MESSAGE/);
        assertMatch(columns, /frontiercluster +Running +2 +1 .*Good to go!/);
      },
    );

    await step(
      "its Services have the names and ports of the original",
      async () => {
        const { items } = await admin.get<
          {
            items: (KubeObject & {
              spec: {
                ports: { port: number; nodePort?: number }[];
                type: string;
              };
            })[];
          }
        >(`${
          pathOf("Service", "default")
        }?labelSelector=app.kubernetes.io%2Fmanaged-by`);
        assertEquals(
          items.map(({ metadata, spec }) =>
            `${metadata.name} ${spec.type} ${
              spec.ports.map(({ port, nodePort }) => `${port}:${nodePort}`)
            }`
          ).sort(),
          [
            "frontiercluster-edgebound-svc NodePort 30012:30012",
            "frontiercluster-frontlas-svc ClusterIP 40011:undefined,40012:undefined",
            "frontiercluster-servicebound-svc ClusterIP 30011:undefined",
          ],
        );
      },
    );

    await step(
      "an edit rolls out, and a renamed Service takes the port along",
      async () => {
        await change(plane, "frontiercluster", {
          frontier: {
            image: "example/frontier:2",
            edgebound: { serviceName: "edges" },
          },
        });
        await until("the image is there", async () => {
          const { items } = await admin.get<
            { items: { spec: { containers: { image: string }[] } }[] }
          >(
            `${
              pathOf("Pod", "default")
            }?labelSelector=app%3Dfrontiercluster-frontier`,
          );
          return items.length === 2 &&
            items.every(({ spec }) =>
              spec.containers[0]!.image === "example/frontier:2"
            );
        });
        await phase("frontiercluster", "Running");
        const service = await admin.get<
          { spec: { ports: { nodePort: number }[] } }
        >(
          pathOf("Service", "default", "edges"),
        );
        assertEquals(service.spec.ports[0]!.nodePort, 30_012);
        await admin.get(
          pathOf("Service", "default", "frontiercluster-edgebound-svc"),
        )
          .then(
            () => assert(false, "the old Service is still there"),
            (error) => assert(hasCode(error, 404)),
          );
      },
    );

    await step("what others change or delete is put right", async () => {
      const edges = pathOf("Service", "default", "edges");
      const route = (spec: { selector: unknown; ports: { port: number }[] }) =>
        JSON.stringify([spec.selector, spec.ports.map(({ port }) => port)]);
      const { spec: wanted } = await admin.get<
        { spec: Parameters<typeof route>[0] }
      >(edges);
      await admin.patch(edges, { metadata: { ownerReferences: [] } });
      await until("the Service is owned again", async () => {
        const { metadata } = await admin.get<KubeObject>(edges);
        return metadata.ownerReferences?.length === 1;
      });
      // By another's hand: what is added to a list or to a map stays when we apply.
      const added = {
        selector: { by: "hand" },
        ports: [{ name: "hand", port: 9_999 }],
      };
      const patch = JSON.stringify({ spec: added });
      await plane.kubectl("patch", "service", "edges", "--patch", patch);
      await until("the Service leads to the gateways alone", async () => {
        const { spec } = await admin.get<{ spec: typeof wanted }>(edges);
        return route(spec) === route(wanted);
      });
      await admin.patch(edges, { spec: { selector: { app: "nobody" } } });
      await admin.delete(
        pathOf("ConfigMap", "default", "frontiercluster-frontier"),
      );
      await admin.delete(
        pathOf("Deployment", "default", "frontiercluster-frontlas"),
      );
      await until("all of it is as it was", async () => {
        const service = await admin.get<
          { spec: { selector: { app: string } } }
        >(
          pathOf("Service", "default", "edges"),
        );
        const others = await Promise.all([
          admin.get(pathOf("ConfigMap", "default", "frontiercluster-frontier")),
          admin.get(
            pathOf("Deployment", "default", "frontiercluster-frontlas"),
          ),
        ]).then(() => true, () => false);
        return service.spec.selector.app === "frontiercluster-frontier" &&
          others;
      });
      await phase("frontiercluster", "Running");
    });

    await step(
      "it scales up at once, and down one gateway after the other",
      async () => {
        await plane.kubectl("scale", "fc/frontiercluster", "--replicas=5");
        await until(
          "five run",
          async () =>
            (await read(plane, "frontiercluster")).status
              ?.frontierReadyReplicas === 5,
        );
        kubelet.stopMs = 300;
        kubelet.mostStopping = 0;
        await plane.kubectl("scale", "fc/frontiercluster", "--replicas=2");
        await until(
          "two are left",
          async () =>
            (await read(plane, "frontiercluster")).status?.frontierReplicas ===
              2 &&
            kubelet.pods.filter(({ metadata }) =>
                metadata.name.includes("-frontier-")
              ).length === 2,
        );
        assertEquals(kubelet.mostStopping, 1);
        kubelet.stopMs = 0;
        await phase("frontiercluster", "Running");
      },
    );

    await step(
      "a cluster that is made anew at once waits for what the old one left",
      async () => {
        await create(plane, cluster("anew"));
        await phase("anew", "Running");
        await plane.kubectl("delete", "fc", "anew", "--timeout=60s");
        await create(plane, cluster("anew"));
        await phase("anew", "Running");
        assertEquals(
          (await events("anew")).filter((reason) => reason !== "Available"),
          [],
        );
        await plane.kubectl("delete", "fc", "anew", "--timeout=60s");
      },
    );

    await step("a cluster goes with all that was made for it", async () => {
      await plane.kubectl("delete", "fc", "frontiercluster", "--timeout=60s");
      await until("nothing is left", async () => {
        for (
          const kind of [
            "Deployment",
            "Service",
            "ConfigMap",
            "PodDisruptionBudget",
            "Pod",
          ] as const
        ) {
          const { items } = await admin.get<{ items: KubeObject[] }>(
            pathOf(kind, "default"),
          );
          if (
            items.some(({ metadata }) =>
              /^frontiercluster|^edges$/.test(metadata.name)
            )
          ) return false;
        }
        return true;
      });
    });

    const secret = async (name: string, data: Record<string, string>) => {
      const body = {
        apiVersion: "v1",
        kind: "Secret",
        metadata: { name, namespace: "default" },
        stringData: data,
      };
      await admin.apply(pathOf("Secret", "default", name), body);
    };

    await step(
      "TLS says what it lacks, reaches the gateways, and is renewed with its Secret",
      async () => {
        await create(
          plane,
          cluster("secure", {
            frontier: {
              servicebound: {},
              edgebound: {
                serviceType: "ClusterIP",
                tls: {
                  enabled: true,
                  mtls: true,
                  optional: true,
                  certificateKeySecretRef: { name: "edge-cert" },
                  caCertificateSecretRef: { name: "edge-ca" },
                },
              },
            },
            frontlas: {
              redis: {
                addrs: ["redis:6379"],
                redisType: "cluster",
                passwordSecret: { name: "redis-secret", key: "password" },
              },
            },
          }),
        );
        await phase("secure", "Failed");
        assertMatch(
          (await read(plane, "secure")).status!.message!,
          /Cannot find the Secret default\/edge-cert/,
        );
        await secret("edge-cert", { "tls.crt": "certificate 1" });
        await until(
          "the key is missed",
          async () =>
            /key "tls.key" in the Secret default\/edge-cert/.test(
              (await read(plane, "secure")).status!.message!,
            ),
        );
        await secret("edge-cert", {
          "tls.crt": "certificate 1",
          "tls.key": "key 1",
        });
        await secret("edge-ca", { "ca.crt": "authority" });
        await secret("redis-secret", { password: "hush" });
        await phase("secure", "Running");
        await event("secure", "SecretNotUsable");
        await event("secure", "OptionalTLSIgnored");
        const config = await admin.get<{ data: Record<string, string> }>(
          pathOf("ConfigMap", "default", "secure-frontier"),
        );
        assertMatch(config.data["frontier.yaml"]!, /mtls: true/);
        const first = [
          await hash("secure-frontier"),
          await hash("secure-frontlas"),
        ];
        await secret("edge-cert", {
          "tls.crt": "certificate 2",
          "tls.key": "key 2",
        });
        await until(
          "the certificate rolls out",
          async () => await hash("secure-frontier") !== first[0],
        );
        assertEquals(await hash("secure-frontlas"), first[1]);
        await secret("redis-secret", { password: "hush hush" });
        await until(
          "the password rolls out",
          async () => await hash("secure-frontlas") !== first[1],
        );
        await phase("secure", "Running");
        assert(!/hush|certificate 1/.test(operator.log));
      },
    );

    await step(
      "what the API server refuses is said, and mended by an edit",
      async () => {
        await create(
          plane,
          cluster("refused", {
            frontier: {
              servicebound: {},
              edgebound: { serviceType: "ClusterIP" },
              pod: { resources: { limits: { cpu: "a lot" } } },
            },
          }),
        );
        await phase("refused", "Failed");
        assertMatch(
          (await read(plane, "refused")).status!.message!,
          /limits|quantit/i,
        );
        await event("refused", "DeploymentEnsureFailed");
        await change(plane, "refused", {
          frontier: { pod: { resources: { limits: { cpu: "1000m" } } } },
        });
        await phase("refused", "Running");
      },
    );

    await step(
      "an object that the operator did not make is left alone",
      async () => {
        await plane.kubectl(
          "create",
          "configmap",
          "taken-frontier",
          "--from-literal=mine=1",
        );
        await create(plane, cluster("taken"));
        await phase("taken", "Failed");
        assertMatch(
          (await read(plane, "taken")).status!.message!,
          /taken-frontier: there is one that the operator did not make/,
        );
        await plane.kubectl("delete", "configmap", "taken-frontier");
        await phase("taken", "Running");
      },
    );

    await step(
      "nothing is written for a cluster that is as it should be",
      async () => {
        const looks = 'frontier_operator_reconciles_total{result="succeeded"}';
        const before = (await operator.figure(looks))!;
        const writes = await operator.figure("frontier_operator_writes_total");
        await admin.patch(pathOf("FrontierCluster", "default", "taken"), {
          metadata: { labels: { touched: "yes" } },
        });
        await until(
          "it was looked at",
          async () =>
            (await operator.figure(looks))! > before &&
            await operator.figure("frontier_operator_backlog") === 0,
        );
        assertEquals(
          await operator.figure("frontier_operator_writes_total"),
          writes,
        );
      },
    );

    assertEquals(await operator.ready(), "ready");
    assertEquals(await operator.stop(), 0);
    assert(!/NotCapable|Uncaught|forbidden/.test(operator.log), operator.log);
  },
);
