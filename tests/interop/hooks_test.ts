import {
  assert,
  assertEquals,
  assertNotEquals,
  assertRejects,
} from "@std/assert";
import { startGateway } from "../support/gateway.ts";
import { GoError } from "./go_peer.ts";
import { GoPair, LINES, startEdge, startService, text } from "./go_pair.ts";
import { interopTest } from "./interop_test_case.ts";

for (const line of LINES) {
  interopTest(`get_edge_id gives an edge its id (${line})`, async () => {
    // Ids must come from the service alone.
    await using gateway = await startGateway({
      edgebound: { allocateEdgeIds: false },
    });
    await using service = await startService(gateway, { line });
    await service.hook("get_edge_id", { edge: (1n << 63n) + 12345n });
    await using edge = await startEdge(gateway, {
      line,
      meta: "who am I? \u0001 <ü>",
    });
    assertEquals(edge.clientId, (1n << 63n) + 12345n);
    assertEquals(
      text((await service.event("hook")).meta),
      "who am I? \u0001 <ü>",
    );
    await edge.register("echo", { quiet: true });
    assertEquals(
      text(
        (await service.call("echo", { edge: edge.clientId, data: "x" })).data,
      ),
      "x",
    );
  });

  interopTest(
    `get_edge_id can refuse, or answer nonsense (${line})`,
    async () => {
      await using gateway = await startGateway();
      await using service = await startService(gateway, { line });
      await service.hook("get_edge_id", {
        mode: "refuse",
        text: "never heard of you",
      });
      await assertRejects(
        () => startEdge(gateway, { line }),
        GoError,
        "never heard of you",
      );
      await service.hook("get_edge_id", {
        mode: "raw",
        custom: Uint8Array.of(1, 2, 3),
      });
      await assertRejects(
        () => startEdge(gateway, { line }),
        GoError,
        "illegal edgeID",
      );
      await service.hook("get_edge_id", { edge: 0n });
      await using edge = await startEdge(gateway, { line });
      assert(edge.clientId > BigInt(Number.MAX_SAFE_INTEGER));
    },
  );

  interopTest(
    `edge_online and edge_offline tell who and from where (${line})`,
    async () => {
      await using gateway = await startGateway();
      await using service = await startService(gateway, { line });
      await service.hook("edge_online");
      await service.hook("edge_offline");
      const endings = [
        { meta: "m1", end: "close" },
        { meta: undefined, end: "kill" },
        { meta: "m3", end: "cut" },
      ] as const;
      for (const { meta, end } of endings) {
        await using edge = await startEdge(
          gateway,
          meta === undefined ? { line } : { line, meta },
        );
        const online = await service.event("hook");
        const address = `127.0.0.1:${edge.port}`;
        const json = meta === undefined ? "null" : JSON.stringify(btoa(meta));
        const body =
          `{"EdgeID":${edge.clientId},"Meta":${json},"Net":"tcp","Str":"${address}"}`;
        assertEquals([online.method, online.body], ["edge_online", body]);
        if (end === "close") await edge.close();
        else if (end === "kill") edge.kill();
        else await edge.cut();
        const offline = await service.event("hook");
        assertEquals([offline.method, offline.body], ["edge_offline", body]);
      }
      assertEquals(service.pending("hook"), 0);
    },
  );

  interopTest(`edge_online can veto (${line})`, async () => {
    await using gateway = await startGateway();
    await using service = await startService(gateway, { line });
    await service.hook("edge_online", { mode: "refuse", text: "not today" });
    await service.hook("edge_offline");
    await assertRejects(
      () => startEdge(gateway, { line }),
      GoError,
      "not today",
    );
    await service.hook("edge_online");
    await using edge = await startEdge(gateway, { line });
    await edge.close();
    const seen = [];
    for (let i = 0; i < 3; i++) seen.push((await service.event("hook")).method);
    // The refused edge was never online, so it does not go offline.
    assertEquals(seen, ["edge_online", "edge_online", "edge_offline"]);
  });

  interopTest(
    `the second edge with an id takes the place of the first (${line})`,
    async () => {
      await using gateway = await startGateway();
      await using service = await startService(gateway, { line });
      await service.hook("get_edge_id", { edge: 1001n });
      await service.hook("edge_online");
      await service.hook("edge_offline");
      await using first = await startEdge(gateway, { line, meta: "first" });
      await first.register("who", { mode: "fail", text: "first" });
      await using second = await startEdge(gateway, { line, meta: "second" });
      await second.register("who", { mode: "fail", text: "second" });
      await first.event("offline");
      for (let i = 0; i < 5; i++) {
        await assertRejects(
          () => service.call("who", { edge: 1001n }),
          GoError,
          "second",
        );
      }
      await second.close();
      const seen: string[] = [];
      while (seen.at(-1) !== "edge_offline second") {
        const { method, meta } = await service.event("hook");
        if (method !== "get_edge_id") seen.push(`${method} ${text(meta)}`);
      }
      // The first edge's going offline may be left out, but must never be told after the second's coming online.
      const rest = seen[1] === "edge_offline first"
        ? seen.toSpliced(1, 1)
        : seen;
      assertEquals(rest, [
        "edge_online first",
        "edge_online second",
        "edge_offline second",
      ]);
      await assertRejects(
        () => service.call("who", { edge: 1001n }),
        GoError,
        "edge not online",
      );
    },
  );

  interopTest(
    `of many edges with one id the last one stays (${line})`,
    async () => {
      await using stack = new AsyncDisposableStack();
      const gateway = stack.use(await startGateway());
      const service = stack.use(await startService(gateway, { line }));
      await service.hook("get_edge_id", { edge: 1001n });
      const attempts = Array.from(
        { length: 8 },
        () => startEdge(gateway, { line }),
      );
      const edges = (await Promise.allSettled(attempts)).flatMap((one) =>
        one.status === "fulfilled" ? [one.value] : []
      );
      for (const edge of edges) {
        stack.use(edge);
      }
      const last = stack.use(await startEdge(gateway, { line }));
      await last.register("who", { mode: "fail", text: "last" });
      await Promise.all(edges.map((edge) => edge.event("offline")));
      await assertRejects(
        () => service.call("who", { edge: 1001n }),
        GoError,
        "last",
      );
      assertEquals(last.pending("offline"), 0);
    },
  );

  interopTest(`edges cannot call the hook methods (${line})`, async () => {
    await using pair = await GoPair.start(line, line);
    const methods = ["get_edge_id", "edge_online", "edge_offline"] as const;
    for (const method of methods) await pair.service.hook(method, { edge: 5n });
    for (const method of methods) {
      await assertRejects(
        () => pair.edge.call(method, { data: "{}" }),
        GoError,
        "record not found",
      );
    }
    assertEquals(pair.service.pending("hook"), 0);
    assertNotEquals(pair.edge.clientId, 5n);
  });
}
