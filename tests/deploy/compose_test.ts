/** The compose files: checked against the schema of the field, and run for real. */

import { assertEquals } from "@std/assert";
import { parse } from "@std/yaml";
import { Containers } from "./containers.ts";
import { deployTest, run } from "./tools.ts";

const FOLDER = new URL("../../deploy/compose/", import.meta.url).pathname;
const FILES = ["docker-compose.yml", "cluster.yml"];

interface Compose {
  readonly services: Readonly<
    Record<string, { stop_grace_period?: string; image: string }>
  >;
}

deployTest(
  "checkers",
  "compose files are what the schema of compose allows",
  async () => {
    for (const file of FILES) {
      await run("check-jsonschema", [
        "--builtin-schema",
        "vendor.compose-spec",
        `${FOLDER}${file}`,
      ]);
    }
  },
);

Deno.test("containers have longer to stop than their programs take to drain", async () => {
  // preStop 0, drain 25 s, and 5 s more.
  for (const file of FILES) {
    const text = await Deno.readTextFile(`${FOLDER}${file}`);
    const { services } = parse(text) as Compose;
    for (
      const [name, { stop_grace_period = "10s" }] of Object.entries(services)
    ) {
      if (!/^frontier/.test(name)) continue;
      assertEquals(parseInt(stop_grace_period) >= 30, true, name);
    }
  }
});

deployTest(
  "containers",
  "one gateway and a whole cluster come up by compose",
  async () => {
    await using containers = await Containers.create("redis-server");
    await containers.build("frontier");
    await containers.build("frontlas");
    Object.assign(containers.env, {
      FRONTIER_IMAGE: "localhost/frontier:test",
      FRONTLAS_IMAGE: "localhost/frontlas:test",
      REDIS_IMAGE: "localhost/base:12",
    });
    const said = await containers.inside<Record<string, unknown>>(
      "compose_program.ts",
    );
    assertEquals(said.single, "one gateway");
    const frontiers = ["frontier1", "frontier2"].map((frontierId, i) => ({
      frontierId,
      advertisedSbAddr: `127.0.0.1:3${i}011`,
      advertisedEbAddr: `127.0.0.1:3${i}012`,
    }));
    const log = `${said.log}`;
    for (const answer of [said.first, said.second]) {
      const { frontiers: list = [] } = answer as {
        frontiers?: typeof frontiers;
      };
      const sorted = list.toSorted((a, b) =>
        a.frontierId < b.frontierId ? -1 : 1
      );
      assertEquals(sorted, frontiers, log);
    }
    assertEquals(said.edges, [{ count: "1" }, { count: "1" }], log);
    assertEquals(said.where, { fontier: frontiers[1] }, log);
  },
);
