/** The agent within a program: what it takes is given back. */

import { assertEquals, assertRejects } from "@std/assert";
import { Service } from "@frontier/client";
import { Agent, type AgentSettings } from "@frontier/client/agent";
import { connectTarget, ForwardListener } from "@frontier/client/forward";
import { eventually, startGateway } from "../support/gateway.ts";
import { echo } from "./peers.ts";

function settings(port: number, target: number, meta = ""): AgentSettings {
  return {
    connection: {
      gateways: [{ tls: false, hostname: "127.0.0.1", port }],
      tls: {},
      meta,
    },
    targets: new Map([["x", { hostname: "127.0.0.1", port: target }]]),
    maxConnections: 4,
    commands: new Map(),
    execTimeoutMs: 1_000,
    execOutputBytes: 100,
  };
}

Deno.test("an agent within a program serves, moves, and leaves nothing behind", async () => {
  await using gateway = await startGateway();
  using peer = echo();
  const { port } = gateway.edgeAddr;
  await using service = await Service.connect({
    port: gateway.serviceAddr.port,
  });
  // Everyone is the same device: the newer connection replaces the older one.
  await service.registerGetEdgeId(() => 7n);
  let changes = 0;
  const agent = new Agent(settings(port, peer.address.port), {
    onChange: () => void changes++,
  });
  const running = agent.run();
  await eventually(() => Promise.resolve(agent.info.state === "connected"));
  const options = { edgeId: 7n, target: "x" };
  const one = await connectTarget(service, options);
  await one.write(new TextEncoder().encode("hello"));
  assertEquals(new TextDecoder().decode((await one.read())!), "hello");
  assertEquals([agent.info.connections, agent.info.edgeId], [1, "7"]);

  agent.configure(settings(port, peer.address.port, "moved"));
  await assertRejects(async () => await one.read());
  await eventually(() =>
    Promise.resolve(
      agent.info.reconnects === 1 && agent.info.state === "connected",
    )
  );
  const two = await connectTarget(service, options);
  await two.end();
  assertEquals(await two.read(), null);
  await two.close();
  assertEquals(agent.info.accepted, 2);
  await agent.close();
  await running;
  assertEquals(agent.info.state, "stopped");
  assertEquals(changes > 5, true);
});

Deno.test("an agent that never gets through can be closed", async () => {
  const agent = new Agent(settings(1, 1));
  const running = agent.run();
  const publishing = assertRejects(() => agent.publish("t", new Uint8Array(1)));
  await new Promise((resolve) => setTimeout(resolve, 300));
  assertEquals(agent.info.state, "connecting");
  await agent.close({ timeoutMs: 60_000 });
  await running;
  await publishing;
});

Deno.test("spans that no timer can measure are no limit: to an answer, a command, a close", async () => {
  await using gateway = await startGateway();
  using peer = echo();
  await using service = await Service.connect({
    port: gateway.serviceAddr.port,
  });
  for (const timeoutMs of [Infinity, 2 ** 31]) {
    const agent = new Agent({
      ...settings(gateway.edgeAddr.port, peer.address.port),
      commands: new Map([["wait", ["sleep", "0.1"]]]),
      execTimeoutMs: timeoutMs,
    });
    const running = agent.run();
    await eventually(() => Promise.resolve(agent.info.state === "connected"));
    const edgeId = BigInt(agent.info.edgeId!);
    const listener = await ForwardListener.listen(service, {
      edgeId,
      target: "x",
      port: 0,
      timeoutMs,
    });
    const one = await connectTarget(service, {
      edgeId,
      target: "x",
      timeoutMs,
    });
    const two = await Deno.connect(listener.addr);
    await two.write(new TextEncoder().encode("hi"));
    await two.read(new Uint8Array(2));
    const answer = await service.call(edgeId, "exec", "wait");
    const ended = JSON.parse(answer.text());
    assertEquals([ended.status, ended.timedOut], [0, false]);
    let over = 0;
    const closing = [listener, agent].map((it) =>
      it.close({ timeoutMs }).then(() => over++)
    );
    await new Promise((resolve) => setTimeout(resolve, 50));
    await one.write(new TextEncoder().encode("still"));
    assertEquals(new TextDecoder().decode((await one.read())!), "still");
    assertEquals(over, 0);
    await one.end();
    assertEquals(await one.read(), null);
    await one.close();
    two.closeWrite();
    assertEquals(await two.read(new Uint8Array(1)), null);
    two.close();
    await Promise.all(closing);
    await running;
  }
});
