import {
  assert,
  assertEquals,
  assertNotEquals,
  assertRejects,
} from "@std/assert";
import { startGateway } from "../support/gateway.ts";
import { GoError, GoPeer } from "./go_peer.ts";
import { LINES, startEdge, startService, tail, text } from "./go_pair.ts";
import { interopTest } from "./interop_test_case.ts";

for (const line of LINES) {
  interopTest(
    `an edge gets an id of the gateway's, whatever it wants (${line})`,
    async () => {
      await using gateway = await startGateway();
      await using one = await startEdge(gateway, { line, wanted: 77n });
      await using two = await startEdge(gateway, { line });
      for (const edge of [one, two]) {
        assert(edge.clientId > BigInt(Number.MAX_SAFE_INTEGER));
      }
      assertNotEquals(one.clientId, two.clientId);
    },
  );

  interopTest(`a service keeps the id it wants (${line})`, async () => {
    await using gateway = await startGateway();
    await using service = await startService(gateway, {
      line,
      wanted: (1n << 63n) + 5n,
    });
    assertEquals(service.clientId, (1n << 63n) + 5n);
  });

  interopTest(
    `an edge is refused when nobody gives out ids (${line})`,
    async () => {
      await using gateway = await startGateway({
        edgebound: { allocateEdgeIds: false },
      });
      await assertRejects(
        () => startEdge(gateway, { line }),
        GoError,
        "service not online",
      );
    },
  );

  interopTest(
    `everything works the moment a constructor has returned (${line})`,
    async () => {
      await using gateway = await startGateway();
      await using edge = await startEdge(gateway, { line });
      for (let i = 0; i < 10; i++) {
        const name = `svc${i}`;
        await using service = await startService(gateway, {
          line,
          name,
          topics: [name],
        });
        // The topic and the name are routable at once, a method as soon as Register has returned.
        await service.consume({ quiet: true });
        await service.acceptAll({ mode: "echo" });
        await Promise.all([
          edge.publish(name, { data: "at once", timeoutMs: 3000 }),
          edge.open(name).then(async ({ stream }) => {
            await edge.write(stream, "hi");
            assertEquals(
              text(
                (await edge.read(stream, { bytes: 2, timeoutMs: 3000 })).data,
              ),
              "hi",
            );
          }),
          service.register(name, { quiet: true }).then(() =>
            edge.call(name, { timeoutMs: 3000 })
          ),
        ]);
        await using young = await startEdge(gateway, { line });
        await assertRejects(
          () => service.call("x", { edge: young.clientId }),
          GoError,
          "no such rpc: x",
        );
      }
    },
  );

  interopTest(
    `a service with unusable meta is not left in limbo (${line})`,
    async () => {
      await using gateway = await startGateway();
      let peer: GoPeer;
      try {
        peer = await GoPeer.start({
          line,
          role: "edge",
          port: gateway.serviceAddr.port,
          meta: "not JSON",
        });
      } catch (error) {
        assert(error instanceof GoError);
        return;
      }
      await using closed = peer;
      await closed.event("offline");
    },
  );
}

for (const line of LINES) {
  interopTest(
    `a service id that is taken changes hands without a stop (${line})`,
    async () => {
      await using gateway = await startGateway();
      await using edge = await startEdge(gateway, { line });
      await using first = await startService(gateway, { line, wanted: 9n });
      await first.register("who", { mode: "fail", text: "first" });
      await using second = await startService(gateway, { line, wanted: 9n });
      await first.event("offline");
      await second.register("who", { mode: "fail", text: "second" });
      await assertRejects(() => edge.call("who"), GoError, "second");
      await edge.register("echo", { quiet: true });
      await second.call("echo", { edge: edge.clientId });
      // Nothing is locked: others still come and go.
      await using third = await startService(gateway, { line, name: "third" });
      await third.register("third", { quiet: true });
      await using young = await startEdge(gateway, { line });
      await young.call("third");
    },
  );
}

interopTest(
  "the capitalised meta keys of the first SDK are understood",
  async () => {
    await using gateway = await startGateway();
    const meta = '{"Service":"first","Topics":["t9"]}';
    await using service = await GoPeer.start({
      line: "old",
      role: "edge",
      port: gateway.serviceAddr.port,
      meta,
    });
    await using edge = await startEdge(gateway);
    await service.consume();
    await edge.publish("t9", { data: "x" });
    const message = await service.event("message");
    assertEquals([message.topic, message.custom], ["t9", tail(edge.clientId)]);
    await service.acceptAll();
    await edge.open("first");
    await service.event("stream");
  },
);
