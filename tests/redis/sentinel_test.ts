import { compliance } from "../../frontlas/store/testing/compliance.ts";
import {
  openWorld,
  type RealRedis,
  redisMissing,
  startSentinel,
} from "./redis_under_test.ts";

const missing = redisMissing();
if (missing !== undefined) {
  Deno.test(`SKIPPED: Redis sentinel: ${missing}`, () => {});
} else {
  let redis: RealRedis;
  Deno.test.beforeAll(async () => {
    redis = await startSentinel();
  });
  Deno.test.afterAll(async () => await redis[Symbol.asyncDispose]());

  compliance({
    name: "redis sentinel",
    open: (mode) => openWorld(redis, mode),
    // The server is the same as a standalone one: one mode is enough.
  }, ["ttl"]);
}
