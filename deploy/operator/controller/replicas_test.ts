import { assertEquals } from "@std/assert";
import type { Deployment } from "../desired/deployment.ts";
import { nextReplicas } from "./replicas.ts";

/** A Deployment of so many, with so many there, that was seen or not. */
function there(replicas: number, total = replicas, seen = true): Deployment {
  return {
    metadata: { name: "d", generation: 2 },
    spec: { replicas, template: { metadata: {}, spec: {} } },
    status: { observedGeneration: seen ? 2 : 1, replicas: total },
  };
}

Deno.test("gateways come all together and leave one after the other", () => {
  const table: [
    wanted: number,
    there: Deployment | undefined,
    stopping: number,
    next: number,
  ][] = [
    [3, undefined, 0, 3],
    [5, there(2), 0, 5],
    [5, there(2), 1, 5],
    [3, there(3), 0, 3],
    [2, there(5), 0, 4],
    [2, there(5), 1, 5],
    [2, there(4, 5), 0, 4],
    [2, there(4, 4, false), 0, 4],
    [0, there(1), 0, 0],
  ];
  for (const [wanted, deployment, stopping, next] of table) {
    assertEquals(nextReplicas(wanted, deployment, stopping), next);
  }
});
