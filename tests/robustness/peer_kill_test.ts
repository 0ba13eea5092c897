import { assertEquals } from "@std/assert";
import { Edge, Service } from "../../client/mod.ts";
import { GatewayProcess } from "../support/gateway_process.ts";
import { Engagement, toEdge, toService } from "./engagement.ts";
import { assertHolds } from "./left_over.ts";
import { failure, until, within } from "./outcome.ts";
import { PeerProcess } from "./peer_process.ts";
import { Traffic } from "./traffic.ts";

/** Milliseconds until everybody knows that a process has been killed: its system resets the connection at once. */
const NOTICED_MS = 3_000;

/** What is left when the victim is gone. */
const BYSTANDERS = {
  edges: 1,
  services: 1,
  connections: 2,
  streams: 0,
  inflight: 0,
};

/** A gateway with a service and an edge, which is called all the time. */
async function scene(): Promise<{
  stack: AsyncDisposableStack;
  gateway: GatewayProcess;
  service: Service;
  edge: Edge;
  traffic: Traffic[];
}> {
  const stack = new AsyncDisposableStack();
  const gateway = stack.use(await GatewayProcess.start());
  const { ports } = gateway;
  const service = stack.use(
    await Service.connect({
      port: ports.service,
      name: "bystander",
      methods: { echo: (request) => request.data },
    }),
  );
  const edge = stack.use(
    await Edge.connect({
      port: ports.edge,
      methods: { echo: (request) => request.data },
    }),
  );
  const traffic = [
    new Traffic("The edge that calls", async () => {
      assertEquals((await edge.call("echo", "up")).text(), "up");
    }),
    new Traffic("The service that calls", async () => {
      const reply = await service.call(edge.edgeId, "echo", "down");
      assertEquals(reply.text(), "down");
    }),
  ];
  for (const one of traffic) stack.use(one);
  return { stack, gateway, service, edge, traffic };
}

Deno.test("A killed edge fails what was under way with it, and nothing else", async () => {
  const { stack, gateway, service, traffic } = await scene();
  await using _ = stack;
  const offline = Promise.withResolvers<bigint>();
  await service.registerEdgeOffline(({ edgeId }) => offline.resolve(edgeId));
  const working = Promise.withResolvers<AbortSignal>();
  await service.register("work", (_, { signal }) => {
    working.resolve(signal);
    return new Promise<void>(() => {});
  });
  await using victim = await PeerProcess.start({
    role: "edge",
    port: gateway.ports.edge,
    name: "victim",
    calls: "work",
  });
  const way = toEdge(service, victim.id);
  const engagement = await Engagement.start(way, "victim");
  const signal = await working.promise;
  assertEquals(signal.aborted, false);

  victim.kill("SIGKILL");
  await engagement.lost(NOTICED_MS);
  assertEquals(
    await within("edge_offline", offline.promise, NOTICED_MS),
    victim.id,
  );
  await until("Its call to be canceled", () => signal.aborted, NOTICED_MS);
  assertEquals(
    await Promise.all([
      failure("A later call", way.call("victim.ping"), NOTICED_MS),
      failure("A later publish", way.publish("x"), NOTICED_MS),
      failure("A later stream", way.openStream(), NOTICED_MS),
    ]),
    ["edge-not-online", "edge-not-online", "edge-not-online"],
  );
  for (const one of traffic) await one.stop();
  await assertHolds(() => gateway.status(), BYSTANDERS);
});

Deno.test("A killed service fails what was under way with it, and nothing else", async () => {
  const { stack, gateway, edge, traffic } = await scene();
  await using _ = stack;
  await using victim = await PeerProcess.start({
    role: "service",
    port: gateway.ports.service,
    name: "victim",
  });
  const way = toService(edge, "victim");
  const engagement = await Engagement.start(way, "victim");

  victim.kill("SIGKILL");
  await engagement.lost(NOTICED_MS);
  assertEquals(
    await Promise.all([
      failure("A later call", way.call("victim.ping"), NOTICED_MS),
      failure("A later publish", way.publish("x"), NOTICED_MS),
      failure("A later stream", way.openStream(), NOTICED_MS),
    ]),
    ["rpc-not-online", "topic-not-online", "service-not-online"],
  );
  for (const one of traffic) await one.stop();
  await assertHolds(() => gateway.status(), BYSTANDERS);
});

Deno.test("What a killed service answered goes to another one that does, too", async () => {
  const { stack, gateway, edge, traffic } = await scene();
  await using _ = stack;
  const plan = {
    role: "service",
    port: gateway.ports.service,
    name: "twin",
  } as const;
  const [first, second] = await Promise.all([
    PeerProcess.start(plan),
    PeerProcess.start(plan),
  ]);
  stack.use(first);
  stack.use(second);
  first.kill("SIGKILL");
  await until(
    "The gateway to notice",
    async () => (await gateway.status()).services === 2,
    NOTICED_MS,
  );
  for (let i = 0; i < 20; i++) {
    const reply = await edge.call("twin.ping", `${i}`);
    assertEquals(reply.text(), `${i}`);
    await edge.publish("twin", `${i}`);
  }
  assertEquals((await second.state()).messages, 20);
  for (const one of traffic) await one.stop();
});
