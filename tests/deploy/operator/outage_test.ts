/** Crashes of the API server and of the operator, and two operators. */

import { assert, assertEquals } from "@std/assert";
import { LEASE } from "../../../deploy/operator/options.ts";
import type { Lease } from "../../../deploy/operator/kube/leader.ts";
import { pathOf } from "../../../deploy/operator/kube/object.ts";
import { until } from "../kube/control_plane.ts";
import { FakeKubelet } from "../kube/fake_kubelet.ts";
import { kubeTest } from "../kube/register.ts";
import { change, cluster, create, read, versions } from "./clusters.ts";
import { installed, OperatorProcess } from "./operator_process.ts";

kubeTest(
  "of two operators one works, and a crash of it or of the API server is made up for",
  async (t) => {
    await using plane = await installed();
    await using _kubelet = new FakeKubelet(plane.admin);
    const running = (name: string, gateways: number) =>
      until(`${name} runs`, async () => {
        const { status, metadata } = await read(plane, name);
        return status?.phase === "Running" &&
          status.observedGeneration === metadata.generation &&
          status.frontierReadyReplicas === gateways;
      });
    const holder = async () =>
      (await plane.admin.get<Lease>(pathOf("Lease", "frontier-system", LEASE)))
        .spec.holderIdentity;
    await using one = await OperatorProcess.start(plane, "one");
    await one.said(/Everything was listed/);
    await using two = await OperatorProcess.start(plane, "two");
    await create(plane, cluster("c"));
    await running("c", 1);

    await t.step("one leads, the other waits and is ready", async () => {
      await until(
        "the other is ready",
        async () => await two.ready() === "ready",
      );
      assertEquals(await holder(), "one");
      assertEquals(await one.figure("frontier_operator_leading"), 1);
      assertEquals(await two.figure("frontier_operator_leading"), 0);
      assertEquals(await two.figure("frontier_operator_writes_total"), 0);
    });

    await t.step(
      "the API server is killed while a change is under way",
      async () => {
        await change(plane, "c", { frontier: { replicas: 3 } });
        await plane.killApiServer();
        await new Promise((resolve) => setTimeout(resolve, 3_000));
        await plane.startApiServer();
        await running("c", 3);
        // Watches are alive: what comes now is seen, too.
        await change(plane, "c", { frontier: { replicas: 2 } });
        await running("c", 2);
      },
    );

    await t.step("the leader is killed, and the other takes over", async () => {
      const [leader, other] = await holder() === "one"
        ? [one, two]
        : [two, one];
      await leader.kill();
      await change(plane, "c", { frontier: { replicas: 4 } });
      await other.said(/Everything was listed/);
      await running("c", 4);
    });

    await t.step(
      "a new leader writes nothing where nothing has changed, and one that stops gives the lead away",
      async () => {
        await using third = await OperatorProcess.start(plane, "three");
        await until("it is ready", async () => await third.ready() === "ready");
        const before = await versions(plane);
        const last = await holder() === "one" ? one : two;
        const begun = performance.now();
        assertEquals(await last.stop(), 0);
        await third.said(/Everything was listed/);
        const ms = performance.now() - begun;
        await until(
          "it has looked at all",
          async () =>
            await third.figure(
              'frontier_operator_reconciles_total{result="succeeded"}',
            ) === 1,
        );
        assertEquals(await third.figure("frontier_operator_writes_total"), 0);
        assertEquals(await versions(plane), before);
        // By its own end, not by that of the Lease.
        assert(ms < 12_000, `${ms} ms`);
      },
    );
  },
);
