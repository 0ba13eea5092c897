import { assertEquals } from "@std/assert";
import { effort } from "../../proto/testing/effort.ts";
import { seededRandom } from "../../proto/testing/sim_network.ts";
import { RandomCluster } from "./testing/random_cluster.ts";

const HISTORIES = effort("FRONTIER_PRESENCE_HISTORIES", 40);
const STEPS = 400;

/** What the directory says of each edge, and what is true. */
async function compare(cluster: RandomCluster): Promise<void> {
  const { memory } = cluster.world;
  const truth: Record<string, bigint[]> = {};
  for (const { id, edges } of cluster.gateways) {
    truth[id] = [...edges.keys()].sort((a, b) => a < b ? -1 : 1);
  }
  const said: Record<string, bigint[]> = {};
  const counts: Record<string, number> = {};
  for (const { frontierId, edges } of await memory.frontiers()) {
    said[frontierId] = await cluster.world.edgesOf(frontierId);
    counts[frontierId] = edges;
  }
  assertEquals(said, truth);
  const sizes = Object.entries(truth).map(([id, ids]) => [id, ids.length]);
  assertEquals(counts, Object.fromEntries(sizes));
  const all = Object.values(truth).flat();
  assertEquals(new Set(all).size, all.length, "an edge is connected twice");
}

for (const mode of ["ttl", "lease"] as const) {
  Deno.test(`whatever happens to gateways, directories and store, in the end the directory says what is true (${mode})`, async () => {
    for (let seed = 1; seed <= HISTORIES; seed++) {
      using cluster = new RandomCluster(seededRandom(seed), mode);
      try {
        for (let i = 0; i < STEPS; i++) await cluster.step();
        await cluster.settle();
        await compare(cluster);
      } catch (error) {
        throw new Error(`Seed ${seed} (${mode}): ${(error as Error).message}`, {
          cause: error,
        });
      }
    }
  });
}
