/**
 * What a cluster promises when parts of it die, stop, or are cut off, under load: nothing that was acknowledged is lost, nothing
 * arrives twice, no stream that was cut looks complete, and soon everybody is known to be where he is.
 */

import { assertEquals } from "@std/assert";
import {
  masters,
  type RealRedis,
  redisMissing,
  startCluster,
  startSentinel,
  startStandalone,
} from "../redis/redis_under_test.ts";
import { pause } from "./numbers.ts";
import { Stage } from "./stage.ts";

const ignore = redisMissing() !== undefined;
const EDGES = 500;

Deno.test({
  name:
    "a gateway, and a Frontlas, and all of them one after the other are killed under load",
  ignore,
  fn: async () => {
    await using redis = await startStandalone();
    await using stage = await Stage.start({
      redis: redis.config,
      edges: EDGES,
    });
    await stage.gateways.get("g0")!.kill();
    await stage.recovery("SIGKILL of a gateway");
    await stage.gateways.get("g0")!.start();
    await stage.frontlas[0]!.kill();
    await pause(3_000);
    await stage.frontlas[0]!.start();
    await stage.recovery("SIGKILL and a new start of a Frontlas");
    for (const part of stage.frontlas) await part.kill();
    await pause(2_000);
    // Nobody can tell where edges are; those who know go on.
    await stage.gateways.get("g1")!.kill();
    await stage.gateways.get("g1")!.start();
    for (const part of stage.frontlas) await part.start();
    await stage.recovery("both Frontlas and a gateway");
    assertEquals(await stage.end(), []);
  },
});

Deno.test({
  name:
    "a gateway that stands still for 20 s does not overwrite what happened meanwhile",
  ignore,
  fn: async () => {
    await using redis = await startStandalone();
    await using stage = await Stage.start({
      redis: redis.config,
      edges: EDGES,
    });
    const zombie = stage.gateways.get("g2")!;
    await zombie.stop();
    await pause(20_000);
    zombie.signal("SIGCONT");
    await stage.recovery("20 s of SIGSTOP");
    // What it still had to say has been said by now.
    await pause(12_000);
    await stage.recovery("12 s more");
    assertEquals(await stage.end(), []);
  },
});

/** Kills a master of Redis, and then a gateway. */
function killMaster(start: () => Promise<RealRedis>): () => Promise<void> {
  return async () => {
    await using redis = await start();
    await using stage = await Stage.start({
      redis: redis.config,
      edges: EDGES,
    });
    const [master] = await masters(redis);
    await redis.nodes.find(({ port }) => port === master)!.process.kill();
    await pause(500);
    await stage.recovery("SIGKILL of a master of Redis");
    // Whoever moves now is known by the new master.
    await stage.gateways.get("g1")!.kill();
    await stage.recovery("SIGKILL of a gateway then");
    assertEquals(await stage.end(), []);
  };
}

Deno.test({
  name: "the master of Redis behind sentinels is killed under load",
  ignore,
  fn: killMaster(startSentinel),
});

Deno.test({
  name: "a master of a Redis Cluster is killed under load",
  ignore,
  fn: killMaster(startCluster),
});
