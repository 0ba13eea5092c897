import { assertEquals } from "@std/assert";
import { FEATURES, PEER_FEATURES } from "../link/features.ts";
import { connected, GO } from "../testing/scenes.ts";
import { CLUSTER_FEATURES } from "./mod.ts";

const CLUSTER = { features: CLUSTER_FEATURES };

Deno.test("the link of a cluster is one where both sides say so", () => {
  const { client, server } = connected(CLUSTER, CLUSTER);
  for (const { link } of [client, server]) {
    assertEquals(link.cluster, true);
    assertEquals(link.features, CLUSTER_FEATURES);
  }
});

Deno.test("edges, services and Go peers know nothing of clusters", () => {
  for (const features of [FEATURES, PEER_FEATURES, GO.features!]) {
    for (
      const [one, other] of [[CLUSTER, { features }], [{ features }, CLUSTER]]
    ) {
      const { client, server } = connected(one, other);
      assertEquals(client.link.cluster, false);
      assertEquals(server.link.cluster, false);
      assertEquals(client.link.features.includes("cluster"), false);
    }
  }
});
