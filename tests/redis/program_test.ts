/** Frontlas as a program, told by its environment where Redis is, with the documented permissions alone. */

import { assert, assertEquals } from "@std/assert";
import { startFrontier } from "@frontier/server";
import { Program } from "../../frontlas/cli/testing/program.ts";
import {
  type RealRedis,
  redisMissing,
  startCluster,
  startSentinel,
  startStandalone,
  until,
} from "./redis_under_test.ts";

const ANY = { hostname: "127.0.0.1", port: 0 };
const missing = redisMissing();

/** The variables that say where it is. */
function variables({ config }: RealRedis): Record<string, string> {
  return {
    REDIS_TYPE: config.mode,
    REDIS_ADDRS: config.addrs.join(","),
    REDIS_PASSWORD: config.password.value,
    ...(config.username !== "" && { REDIS_USER: config.username }),
    ...(config.masterName !== "" && { MASTER_NAME: config.masterName }),
    FRONTLAS_CONTROLPLANE_PORT: "0",
    FRONTLAS_FRONTIERPLANE_PORT: "0",
  };
}

for (
  const [kind, start] of Object.entries({
    standalone: () => startStandalone(),
    sentinel: startSentinel,
    cluster: startCluster,
  })
) {
  if (missing !== undefined) {
    Deno.test(`SKIPPED: Frontlas on Redis ${kind}: ${missing}`, () => {});
    continue;
  }
  Deno.test(`with the permission set alone two Frontlas are one directory on Redis ${kind}`, async () => {
    await using redis = await start();
    const open = () => new Program([], variables(redis), ["-P=frontlas"]);
    await using one = open();
    await using two = open();
    const portOf = async (program: Program, plane: string) =>
      (await program.line(
        new RegExp(`${plane} server listening on: 127\\.0\\.0\\.1:(\\d+)$`),
      ))[1];
    const address = `127.0.0.1:${await portOf(one, "frontierplane")}`;
    const control = await portOf(two, "controlplane");
    const frontiers = async () => {
      const answer = await fetch(
        `http://127.0.0.1:${control}/cluster/v1/frontiers`,
      );
      return (await answer.json() as { frontiers: unknown[] }).frontiers.length;
    };
    const gateway = await startFrontier({
      frontierId: "one",
      edgebound: ANY,
      servicebound: ANY,
      frontlas: { enable: true, dial: { addrs: [address] } },
    });
    await until(
      "the other one knows it",
      async () => await frontiers() === 1,
    );
    // It is known by whoever shares the store, and gone there as soon as it is gone.
    await gateway.close();
    await until(
      "it is gone there",
      async () => await frontiers() === 0,
    );
    if (kind === "sentinel") {
      const named = { ...variables(redis), MASTER_NAME: "nobody" };
      await using lost = new Program([], named, ["-P=frontlas"]);
      const { code, out, err } = await lost.end();
      assertEquals(code, 1);
      const why = `none of the sentinels ${
        redis.config.addrs.join(", ")
      } knows a master nobody`;
      assert(`${out}${err}`.includes(why), `${out}${err}`);
      assert(`${out}${err}`.includes('set "redis.sentinel.master_name"'));
    }
    for (const program of [one, two]) {
      program.tell("SIGTERM");
      const { code, out, err } = await program.end();
      assertEquals([code, err], [0, ""]);
      assert(!/NotCapable|Requires \w+ access/.test(out), out);
    }
  });
}
