/**
 * Handlers that never end, behind a real gateway.
 */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { Edge, FrontierError, Service } from "@frontier/client";
import { startFrontier } from "@frontier/server";

const LOOPBACK = "127.0.0.1";

Deno.test("an edge whose calls never end keeps nobody else waiting, nor itself for longer than its limit", async () => {
  await using gateway = await startFrontier({
    edgebound: { hostname: LOOPBACK, port: 0 },
    servicebound: { hostname: LOOPBACK, port: 0 },
  });
  let online = 0;
  await using service = await Service.connect({
    port: gateway.serviceAddr.port,
    limits: { handlers: 8, requests: 16 },
    methods: {
      stuck: () => new Promise(() => {}),
      work: async (request) => {
        await new Promise((resolve) => setTimeout(resolve, 5));
        return request.data;
      },
    },
  });
  await service.registerEdgeOnline(() => void online++);
  const edge = () => Edge.connect({ port: gateway.edgeAddr.port });
  await using attacker = await edge();
  await using victim = await edge();
  const refusals = Array.from(
    { length: 100 },
    () =>
      assertRejects(
        () => attacker.call("stuck", "", { timeoutMs: 4_000 }),
        FrontierError,
      ),
  );
  const begin = performance.now();
  for (let i = 0; i < 20; i++) {
    assertEquals((await victim.call("work", `${i}`)).text(), `${i}`);
  }
  await using _late = await edge();
  assertEquals(online, 3);
  assert(performance.now() - begin < 3_900, "all before a stuck call ended");
  const codes = (await Promise.all(refusals)).map(({ code }) => code);
  const late = codes.filter((code) => code === "timeout").length;
  const refused = codes.filter((code) => code === "short-buffer").length;
  // At most all places and all room for what waits.
  assert(late > 0 && late <= 8 + 16, `${late} were taken`);
  assertEquals(late + refused, codes.length);
  // The handlers go on, and their places are free; by the service's clock a moment later.
  for (let attempt = 1;; attempt++) {
    try {
      assertEquals((await attacker.call("work", "mine")).text(), "mine");
      break;
    } catch (error) {
      assert(error instanceof FrontierError && error.retryable);
      assert(attempt < 100, error.message);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
});
