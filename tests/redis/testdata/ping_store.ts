// Opens a store with no more permissions than the connection needs, and uses it.
import { openRedisStore } from "../../../frontlas/store/open_redis_store.ts";
import { edgeOn, join } from "../../../frontlas/store/testing/store_world.ts";
import { redisConfig } from "../redis_config.ts";

await using store = await openRedisStore(
  redisConfig({ addrs: [`127.0.0.1:${Deno.args[0]}`] }),
);
const session = await join(store, "a");
await store.apply(session, [edgeOn(1n, 10)]);
console.log(`online at ${(await store.edge(1n))?.frontierId}`);
