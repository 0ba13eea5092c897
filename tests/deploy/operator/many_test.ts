/** Many clusters: made once, and then left alone. */

import { assert, assertEquals } from "@std/assert";
import { pathOf } from "../../../deploy/operator/kube/object.ts";
import type { FrontierCluster } from "../../../deploy/operator/api/types.ts";
import { until } from "../kube/control_plane.ts";
import { kubeTest } from "../kube/register.ts";
import { cluster, create, versions } from "./clusters.ts";
import { installed, OperatorProcess } from "./operator_process.ts";

const CLUSTERS = 200;

kubeTest(
  `${CLUSTERS} clusters are made, and nothing is written when nothing has changed`,
  async () => {
    await using plane = await installed();
    await using operator = await OperatorProcess.start(plane);
    await operator.said(/Everything was listed/);
    const begun = performance.now();
    for (let i = 0; i < CLUSTERS; i += 10) {
      await Promise.all(
        Array.from(
          { length: 10 },
          (_, k) =>
            create(
              plane,
              cluster(`c${i + k}`, {
                frontier: {
                  servicebound: {},
                  edgebound: { serviceType: "ClusterIP" },
                  replicas: 0,
                },
                frontlas: {
                  replicas: 0,
                  redis: { addrs: ["r:1"], redisType: "standalone" },
                },
              }),
            ),
        ),
      );
    }
    await until("all of them run", async () => {
      const { items } = await plane.admin.get<{ items: FrontierCluster[] }>(
        pathOf("FrontierCluster", "default"),
      );
      return items.filter(({ status }) => status?.phase === "Running")
        .length ===
        CLUSTERS;
    }, 300_000);
    const seconds = ((performance.now() - begun) / 1000).toFixed(0);
    console.log(`${CLUSTERS} clusters after ${seconds} s`);
    const succeeded = () =>
      operator.figure(
        'frontier_operator_reconciles_total{result="succeeded"}',
      ) as Promise<number>;
    await until("it has nothing left to do", async () => {
      const before = await succeeded();
      await new Promise((resolve) => setTimeout(resolve, 1_000));
      return await operator.figure("frontier_operator_backlog") === 0 &&
        await succeeded() === before;
    });
    const before = await versions(plane);
    const writes = await operator.figure("frontier_operator_writes_total");
    await new Promise((resolve) => setTimeout(resolve, 3_000));
    assertEquals(await versions(plane), before);
    assertEquals(
      await operator.figure("frontier_operator_writes_total"),
      writes,
    );

    // A new one looks at all of them, and finds nothing to write.
    assertEquals(await operator.stop(), 0);
    await using next = await OperatorProcess.start(plane, "next");
    await until("it has looked at all of them", async () =>
      await next.figure(
        'frontier_operator_reconciles_total{result="succeeded"}',
      ).catch(() => 0) === CLUSTERS, 120_000);
    assertEquals(await next.figure("frontier_operator_writes_total"), 0);
    assertEquals(await versions(plane), before);
    const memory = await next.figure("process_resident_memory_bytes");
    console.log(
      `memory with ${CLUSTERS} clusters: ${Math.round(memory! / 1e6)} MB`,
    );
    assert(memory! < 512e6, `${memory} bytes`);
  },
);
