import { assertEquals } from "@std/assert";
import { Edge, Service } from "@frontier/client";
import { startFrontier } from "@frontier/server";

for (const kind of ["at once", "later"]) {
  Deno.test(`answers that do not fit into the outbox of a service are held, not lost: handlers that return ${kind}`, async () => {
    await using gateway = await startFrontier({
      edgebound: { hostname: "127.0.0.1", port: 0, allocateEdgeIds: true },
      servicebound: { hostname: "127.0.0.1", port: 0 },
    });
    const large = new Uint8Array(1_000_000);
    await using _service = await Service.connect({
      port: gateway.serviceAddr.port,
      limits: { outboxBytes: 100_000 },
      methods: {
        large: kind === "at once" ? () => large : async () => {
          await Promise.resolve();
          return large;
        },
        small: () => "small",
      },
    });
    await using edge = await Edge.connect({ port: gateway.edgeAddr.port });
    await using other = await Edge.connect({ port: gateway.edgeAddr.port });
    const answers = await Promise.all([
      ...Array.from({ length: 15 }, () => edge.call("large")),
      ...Array.from({ length: 15 }, () => other.call("small")),
    ]);
    assertEquals(
      answers.map((answer) => answer.data.length),
      [...new Array(15).fill(large.length), ...new Array(15).fill(5)],
    );
  });
}

Deno.test("answers that are held go with their connection", async () => {
  await using gateway = await startFrontier({
    edgebound: { hostname: "127.0.0.1", port: 0, allocateEdgeIds: true },
    servicebound: { hostname: "127.0.0.1", port: 0 },
  });
  const service = await Service.connect({
    port: gateway.serviceAddr.port,
    limits: { outboxBytes: 1 },
    methods: { large: () => new Uint8Array(4_000_000) },
  });
  await using edge = await Edge.connect({ port: gateway.edgeAddr.port });
  const calls = Array.from(
    { length: 8 },
    () => edge.call("large").then(() => "answered", (error) => error.code),
  );
  await Promise.race(calls);
  await service.close({ timeoutMs: 0 });
  for (const outcome of await Promise.all(calls)) {
    assertEquals(
      ["answered", "answer-lost", "force-closed"].includes(outcome),
      true,
      outcome,
    );
  }
});
