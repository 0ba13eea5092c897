/** How a service of a cluster ends, and how its connections do. */

import { assert, assertEquals, assertRejects } from "@std/assert";
import { FrontierError } from "@frontier/client";
import { eventually } from "../support/gateway.ts";
import { TestCluster } from "./cluster.ts";

Deno.test("drain() waits for handlers, messages and operations at all gateways", async () => {
  await using cluster = await TestCluster.start(2);
  let finish = () => {};
  const slow = new Promise<void>((resolve) => finish = resolve);
  const service = await cluster.service({
    topics: ["t"],
    methods: { slow: () => slow.then(() => "done") },
  });
  const first = await cluster.edge("g0");
  const second = await cluster.edge("g1", { methods: { slow: () => slow } });
  const call = first.call("slow");
  const published = second.publish("t", "x");
  const message = await service.receive();
  const own = service.call(second.edgeId, "slow");
  await eventually(() =>
    Promise.resolve(service.stats().handlers.running === 1)
  );
  let drained = false;
  const drain = service.drain().then(() => drained = true);
  await new Promise((resolve) => setTimeout(resolve, 50));
  assert(!drained);
  finish();
  assertEquals((await call).text(), "done");
  await own;
  await new Promise((resolve) => setTimeout(resolve, 50));
  assert(!drained);
  message.done();
  await published;
  await drain;
  assertEquals(service.state, "closed");
});

Deno.test("drain() gives up when its time is over", async () => {
  await using cluster = await TestCluster.start(1);
  const never = () => new Promise<string>(() => {});
  const service = await cluster.service({ methods: { never } });
  const edge = await cluster.edge("g0", { methods: { never } });
  const ends = [edge.call("never"), service.call(edge.edgeId, "never")]
    .map((call) => assertRejects(() => call, FrontierError));
  await eventually(() =>
    Promise.resolve(
      service.stats().handlers.running === 1 && service.stats().underWay === 1,
    )
  );
  await service.drain({ timeoutMs: 100 });
  assertEquals(service.state, "closed");
  await Promise.all(ends);
});

Deno.test("close() ends what waits and what is under way, once and for all", async () => {
  await using cluster = await TestCluster.start(2);
  const service = await cluster.service({ topics: ["t"] });
  const edge = await cluster.edge("g1", {
    methods: { never: () => new Promise<string>(() => {}) },
  });
  const call = assertRejects(
    () => service.call(edge.edgeId, "never"),
    FrontierError,
  );
  const message = assertRejects(() => service.receive(), FrontierError);
  const stream = assertRejects(() => service.acceptStream(), FrontierError);
  const messages = (async () => {
    for await (const _ of service.messages()) assert(false);
  })();
  const states: string[] = [];
  const following = (async () => {
    for await (const { state } of service.status()) states.push(state);
  })();
  await eventually(() => Promise.resolve(service.stats().underWay === 1));
  await Promise.all([service.close(), service.close()]);
  await service.close();
  assertEquals(
    (await Promise.all([call, message, stream])).map(({ code }) => code),
    ["force-closed", "eof", "eof"],
  );
  await Promise.all([messages, following]);
  assertEquals(states, ["connected", "closed"]);
  assertEquals((await service.closed).kind, "closed");
  for (
    const operation of [
      () => service.call(edge.edgeId, "never"),
      () => service.publish(edge.edgeId, "x"),
      () => service.openStream(edge.edgeId),
      () => service.receive(),
    ]
  ) {
    assertEquals((await assertRejects(operation, FrontierError)).code, "eof");
  }
  assertEquals(await service.connected(), false);
});

Deno.test("the loss of a gateway ends what is under way there and nothing else", async () => {
  await using cluster = await TestCluster.start(2);
  const service = await cluster.service({ topics: ["t"] });
  let begun = 0;
  const never = () => {
    begun++;
    return new Promise<string>(() => {});
  };
  const methods = { never, a: () => "a" };
  const [first, second] = [
    await cluster.edge("g0", { methods, reconnect: false }),
    await cluster.edge("g1", { methods }),
  ];
  const states: string[] = [];
  void (async () => {
    for await (const { state } of service.status()) states.push(state);
  })();
  const accepted = [first.acceptStream(), second.acceptStream()];
  const broken = await service.openStream(first.edgeId);
  const whole = await service.openStream(second.edgeId);
  const lost = assertRejects(
    () => service.call(first.edgeId, "never"),
    FrontierError,
  );
  const kept = service.call(second.edgeId, "never", "", { timeoutMs: 400 });
  const late = assertRejects(() => kept, FrontierError);
  await eventually(() => Promise.resolve(begun === 2));
  await cluster.stopGateway("g0");
  const { code, retryable } = await lost;
  assertEquals([code, retryable], ["force-closed", false]);
  await assertRejects(() => broken.read(new Uint8Array(1)));
  assertEquals((await service.call(second.edgeId, "a")).text(), "a");
  const there = await accepted[1]!;
  await whole.write(new Uint8Array([7]));
  const into = new Uint8Array(1);
  await there.read(into);
  assertEquals(into[0], 7);
  assertEquals((await late).code, "timeout");
  assertEquals(states, ["connected", "connected"]);
  await cluster.stopGateway("g1");
  await eventually(() => Promise.resolve(service.state === "disconnected"));
  for (const stream of await Promise.allSettled(accepted)) {
    if (stream.status === "fulfilled") await stream.value.close();
  }
});
