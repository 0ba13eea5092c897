import { compliance } from "../../frontlas/store/testing/compliance.ts";
import {
  openWorld,
  type RealRedis,
  redisMissing,
  startStandalone,
} from "./redis_under_test.ts";

const missing = redisMissing();
if (missing !== undefined) {
  Deno.test(`SKIPPED: Redis standalone: ${missing}`, () => {});
} else {
  let redis: RealRedis;
  Deno.test.beforeAll(async () => {
    redis = await startStandalone();
  });
  Deno.test.afterAll(async () => await redis[Symbol.asyncDispose]());

  compliance({
    name: "redis standalone",
    open: (mode) => openWorld(redis, mode),
  });
}
