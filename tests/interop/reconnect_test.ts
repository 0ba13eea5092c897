import {
  assert,
  assertEquals,
  assertNotEquals,
  assertRejects,
} from "@std/assert";
import { eventually, startGateway } from "../support/gateway.ts";
import { GatewayProcess } from "../support/gateway_process.ts";
import { GoError, GoPeer } from "./go_peer.ts";
import { LINES, startEdge, startService, text } from "./go_pair.ts";
import { interopTest } from "./interop_test_case.ts";

/** A Go peer pauses 3.1 seconds before it dials again and 1 second before it registers its methods. */
const BACK_MS = 12_000;

interopTest(
  "Go peers come back with all they had after the gateway's restart",
  async () => {
    await using stack = new AsyncDisposableStack();
    let gateway = await startGateway();
    const listen = {
      edgebound: { port: gateway.edgeAddr.port },
      servicebound: { port: gateway.serviceAddr.port },
    };
    const peers: GoPeer[] = [];
    const pairs: { line: string; service: GoPeer; edge: GoPeer }[] = [];
    for (const line of LINES) {
      const start = { line, retry: true };
      const service = stack.use(
        await startService(gateway, {
          ...start,
          name: line,
          topics: [`topic-${line}`],
        }),
      );
      const edge = stack.use(await startEdge(gateway, start));
      await service.register(`up-${line}`, { quiet: true });
      await edge.register("down", { quiet: true });
      await service.consume();
      await service.acceptAll({ mode: "echo" });
      const { stream } = await edge.open(line);
      await edge.write(stream, "x");
      await edge.read(stream, { bytes: 1, timeoutMs: 2000 });
      peers.push(service, edge);
      pairs.push({ line, service, edge });
    }
    // A peer cut within 1.5 seconds of its connect may lock itself up for ever.
    await new Promise((resolve) => setTimeout(resolve, 1600));
    await gateway.close();
    await Promise.all(peers.map((peer) => peer.event("offline")));
    gateway = stack.use(await startGateway(listen));
    await Promise.all(
      peers.map((peer) => peer.event("reonline", () => true, BACK_MS)),
    );
    for (const { line, service, edge } of pairs) {
      const { clientId } = await edge.info();
      assertNotEquals(clientId, edge.clientId);
      assertEquals(
        text((await edge.call(`up-${line}`, { data: "again" })).data),
        "again",
      );
      assertEquals(
        text(
          (await service.call("down", { edge: clientId, data: "again" })).data,
        ),
        "again",
      );
      await edge.publish(`topic-${line}`, { data: "again" });
      assertEquals(text((await service.event("message")).data), "again");
      const { stream } = await edge.open(line);
      await edge.write(stream, "hi");
      assertEquals(
        text((await edge.read(stream, { bytes: 2, timeoutMs: 2000 })).data),
        "hi",
      );
    }
  },
);

interopTest(
  "a Go edge whose connection was cut comes back under its own id",
  async () => {
    await using gateway = await startGateway();
    await using service = await startService(gateway);
    await service.hook("get_edge_id", { edge: 4711n });
    await using edge = await startEdge(gateway, { retry: true });
    await edge.register("echo", { quiet: true });
    const call = () => service.call("echo", { edge: 4711n, data: "x" });
    await call();
    await new Promise((resolve) => setTimeout(resolve, 1600));
    await edge.cut();
    await edge.event("offline");
    await eventually(async () => {
      const error = await assertRejects(call, GoError);
      return error.message === "edge not online";
    });
    await edge.event("reonline", () => true, BACK_MS);
    assertEquals(text((await call()).data), "x");
    assert((await edge.info()).clientId === 4711n);
  },
);

interopTest(
  "Go peers come back after the gateway was killed during calls",
  async () => {
    await using stack = new AsyncDisposableStack();
    const first = stack.use(await GatewayProcess.start());
    const pairs = [];
    for (const line of LINES) {
      const start = { line, retry: true };
      const service = stack.use(
        await GoPeer.start({
          ...start,
          role: "service",
          port: first.ports.service,
        }),
      );
      const edge = stack.use(
        await GoPeer.start({ ...start, role: "edge", port: first.ports.edge }),
      );
      await service.register(line, { mode: "slow", delayMs: 200, quiet: true });
      pairs.push({ line, service, edge });
    }
    await new Promise((resolve) => setTimeout(resolve, 1600));
    const calls = pairs.map(({ line, edge }) =>
      edge.callMany(line, 50, { concurrency: 50 })
    );
    await new Promise((resolve) => setTimeout(resolve, 100));
    first.kill();
    for (const { good } of await Promise.all(calls)) assertEquals(good, 0);
    const second = stack.use(
      await GatewayProcess.start({ ports: first.ports }),
    );
    assertEquals(second.ports.edge, first.ports.edge);
    await Promise.all(
      pairs.flatMap(({ service, edge }) => [service, edge]).map((peer) =>
        peer.event("reonline", () => true, BACK_MS)
      ),
    );
    for (const { line, edge } of pairs) {
      assertEquals(
        (await edge.callMany(line, 20, { concurrency: 20 })).good,
        20,
      );
    }
  },
);
