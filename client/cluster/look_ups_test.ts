import { assert, assertEquals, assertRejects } from "@std/assert";
import { GrpcError } from "@frontier/platform/grpc-client";
import type { FrontlasClient } from "./frontlas_client.ts";
import { LookUps } from "./look_ups.ts";

/** Answers what a test wants, and counts. */
function frontlas(answer: () => Promise<unknown>) {
  const counts = { asked: 0, running: 0, most: 0 };
  const ask = async () => {
    counts.asked++;
    counts.most = Math.max(counts.most, ++counts.running);
    try {
      return await answer();
    } finally {
      counts.running--;
    }
  };
  return { counts, client: { ask } as unknown as FrontlasClient };
}

const tick = () => new Promise((resolve) => setTimeout(resolve, 0));

Deno.test("few look-ups are under way at a time, each edge has one, and all are answered", async () => {
  const place = { id: "g0", address: "a:1" };
  const { counts, client } = frontlas(async () => {
    await tick();
    return place;
  });
  const lookUps = new LookUps(client);
  const found = await Promise.all(
    Array.from({ length: 3_000 }, (_, i) => lookUps.find(BigInt(i % 1_000))),
  );
  assert(found.every((one) => one === place));
  assertEquals([counts.asked, counts.most], [1_000, 64]);
  // What was answered is not remembered here.
  await lookUps.find(1n);
  assertEquals(counts.asked, 1_001);
});

Deno.test("that there is no such edge is an answer, everything else a failure, and neither blocks others", async () => {
  const failures = [
    [new GrpcError("ask", 5, "redis: nil"), true],
    [new GrpcError("ask", 5, "no such edge"), true],
    [new GrpcError("ask", 2, "redis: nil"), true],
    [new GrpcError("ask", 2, "no reachable node"), false],
    [new GrpcError("ask", 14, "redis: nil"), false],
    [new GrpcError("ask", 4, "too late"), false],
  ] as const;
  for (const [failure, unknown] of failures) {
    const { client } = frontlas(() => Promise.reject(failure));
    const lookUps = new LookUps(client);
    const all = Array.from({ length: 200 }, (_, i) => lookUps.find(BigInt(i)));
    for (const one of all) {
      if (unknown) assertEquals(await one, undefined);
      else await assertRejects(() => one, GrpcError, failure.details);
    }
  }
});
