import { compliance } from "../../frontlas/store/testing/compliance.ts";
import {
  openWorld,
  type RealRedis,
  redisMissing,
  startCluster,
} from "./redis_under_test.ts";

const missing = redisMissing();
if (missing !== undefined) {
  Deno.test(`SKIPPED: Redis cluster: ${missing}`, () => {});
} else {
  let redis: RealRedis;
  Deno.test.beforeAll(async () => {
    redis = await startCluster();
  });
  Deno.test.afterAll(async () => await redis[Symbol.asyncDispose]());

  compliance({
    name: "redis cluster",
    open: (mode) => openWorld(redis, mode),
  });
}
