/**
 * A gateway whose memory can be asked for: prints its port, then for each line on standard input its resident memory
 * after a collection. Ends with its input.
 */

import { startFrontier } from "../server/mod.ts";

const { gc } = globalThis as unknown as { gc: () => void };

const gateway = await startFrontier({
  edgebound: { hostname: "127.0.0.1", port: 0 },
  servicebound: { hostname: "127.0.0.1", port: 0 },
});
console.log(gateway.edgeAddr.port);

for await (const _ of Deno.stdin.readable) {
  for (let i = 0; i < 3; i++) {
    gc();
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  console.log(Deno.memoryUsage().rss);
}
Deno.exit(0);
