import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import type { CloseReason, FrontierError } from "@frontier/proto/internal";
import type { Report } from "@frontier/proto/cluster";
import { PlaneWorld, settled } from "./testing/plane_world.ts";

const LOST: CloseReason = { kind: "lost", text: "connection reset" };

function edge(
  what: "online" | "heartbeat" | "offline",
  edgeId: bigint,
  frontierId = "g1",
): Report {
  const addr = what === "online" ? `10.0.0.1:${edgeId}` : "";
  return { method: `edge_${what}`, frontierId, edgeId, addr };
}

function service(
  what: "online" | "heartbeat" | "offline",
  serviceId: bigint,
): Report {
  const online = what === "online";
  return {
    method: `service_${what}`,
    frontierId: "g1",
    serviceId,
    service: online ? '{"service":"s","topics":null}' : "",
    addr: online ? "10.0.0.2:9" : "",
  };
}

Deno.test("a Go gateway's reports are entered", async () => {
  using world = new PlaneWorld();
  const { session } = await world.go("g1");
  const big = 7405239014619127057n;
  await session.report(edge("online", big));
  await session.report(edge("online", 2n));
  await session.report(service("online", 3n));
  assertEquals(await world.edgesOf("g1"), [2n, big]);
  const [record] = await world.memory.service(3n);
  assertEquals(record?.service, '{"service":"s","topics":null}');
  assertEquals((await world.memory.edge(big))?.addr, `10.0.0.1:${big}`);
  await session.report(edge("offline", 2n));
  await session.report(service("offline", 3n));
  await session.report({
    method: "frontier_stats",
    frontierId: "g1",
    edges: 0,
    services: 0,
  });
  assertEquals(await world.edgesOf("g1"), [big]);
  assertEquals(await world.memory.service(3n), []);
  const record2 = await world.memory.frontier("g1");
  assertEquals([record2?.edges, record2?.services], [1, 0]);
  assertEquals(world.presence.gateways()[0]?.edges, 1);
  assertEquals(world.presence.tally.told.edge_online, 2);
});

Deno.test("heartbeats keep peers, and bring back what the store has lost", async () => {
  using world = new PlaneWorld();
  const { session } = await world.go("g1");
  await session.report(edge("online", 1n));
  for (let i = 0; i < 5; i++) {
    await world.advance(20_000);
    session.alive();
    await session.report(edge("heartbeat", 1n));
  }
  assertEquals(await world.edgesOf("g1"), [1n]);
  // One heartbeat is missed: a Go directory has lost the edge for good.
  await world.advance(40_000);
  session.alive();
  await settled();
  assertEquals(await world.edgesOf("g1"), []);
  await session.report(edge("heartbeat", 1n));
  assertEquals(await world.edgesOf("g1"), [1n]);
  assertEquals((await world.memory.edge(1n))?.addr, "10.0.0.1:1");
});

Deno.test("a report for another gateway is refused", async () => {
  using world = new PlaneWorld();
  const { session } = await world.go("g1");
  const other = await world.go("g2");
  await other.session.report(edge("online", 5n, "g2"));
  for (const what of ["online", "heartbeat", "offline"] as const) {
    const error = assertThrows(
      () => session.report(edge(what, 5n, "g2")),
      Error,
    );
    assertEquals(
      (error as FrontierError).toWire(),
      'Cannot take a report of "g2": this is the link of "g1"',
    );
  }
  // Under its own name it ends nothing of the other either.
  await session.report(edge("offline", 5n));
  assertEquals(await world.edgesOf("g2"), [5n]);
  assertEquals(world.presence.tally.rejected, 3);
});

Deno.test("a late offline of an edge that has moved clears nothing", async () => {
  using world = new PlaneWorld();
  const one = await world.go("g1");
  const two = await world.go("g2");
  await one.session.report(edge("online", 5n));
  await world.advance(1_000);
  await two.session.report(edge("online", 5n, "g2"));
  await one.session.report(edge("heartbeat", 5n));
  assertEquals(await world.edgesOf("g2"), [5n]);
  await one.session.report(edge("offline", 5n));
  assertEquals(await world.edgesOf("g2"), [5n]);
  const [first, second] = await world.memory.frontiers();
  assertEquals([first?.edges, second?.edges], [0, 1]);
});

Deno.test("reports are entered in their order, however slow the store is", async () => {
  using world = new PlaneWorld();
  const { session, link } = await world.go("g1");
  const gate = Promise.withResolvers<void>();
  world.gate = gate.promise;
  const answers: Promise<void>[] = [];
  const report = (what: "online" | "offline", id: bigint) =>
    answers.push(session.report(edge(what, id)));
  for (let i = 0n; i < 600n; i++) {
    report("online", i);
    if (i % 2n === 0n) report("offline", i);
    if (i % 4n === 0n) report("online", i);
  }
  // Nothing more is read of it meanwhile.
  assertEquals(link.pauses, 1);
  gate.resolve();
  await Promise.all(answers);
  assertEquals(link.pauses, 0);
  const expected = Array.from({ length: 600 }, (_, i) => BigInt(i))
    .filter((i) => i % 2n === 1n || i % 4n === 0n);
  assertEquals(await world.edgesOf("g1"), expected);
});

Deno.test("without a store a report fails, and is entered when it is back", async () => {
  using world = new PlaneWorld();
  const { session } = await world.go("g1");
  await session.report(edge("online", 1n));
  world.switch("down");
  await assertRejects(
    () => session.report(edge("online", 2n)),
    Error,
    "switched off",
  );
  await assertRejects(() => session.report(edge("offline", 1n)), Error);
  await assertRejects(() => session.report(edge("heartbeat", 2n)), Error);
  await world.advance(10_000);
  world.switch("up");
  session.alive();
  await world.advance(2_000);
  assert((await world.edgesOf("g1")).includes(2n));
  assertEquals(world.presence.tally.syncs, 1);
});

Deno.test("a Go gateway that comes back need not tell its edges again", async () => {
  using world = new PlaneWorld();
  const first = await world.go("g1");
  await first.session.report(edge("online", 1n));
  await first.session.report(service("online", 2n));
  world.presence.ended(first.session, LOST);
  await world.advance(3_000);
  const second = await world.go("g1");
  // Its edges' next heartbeats come too late for their records.
  await world.advance(28_000);
  second.session.alive();
  await settled();
  assertEquals(await world.edgesOf("g1"), []);
  await second.session.report(edge("heartbeat", 1n));
  await second.session.report(service("heartbeat", 2n));
  assertEquals(await world.edgesOf("g1"), [1n]);
  assertEquals((await world.memory.service(2n)).length, 1);
});

Deno.test("an unknown edge's heartbeat and offline go to the store", async () => {
  using world = new PlaneWorld();
  const other = world.directory();
  const first = await world.go("g1", other);
  await first.session.report(edge("online", 1n));
  await first.session.report(edge("online", 2n));
  other.ended(first.session, LOST);
  await world.advance(3_000);
  // Another directory, which has never heard of them.
  const { session } = await world.go("g1");
  for (let i = 0; i < 3; i++) {
    await world.advance(20_000);
    session.alive();
    await session.report(edge("heartbeat", 1n));
  }
  await settled();
  assertEquals(await world.edgesOf("g1"), [1n]);
  await session.report(edge("offline", 1n));
  assertEquals(await world.edgesOf("g1"), []);
});

Deno.test("a peer that is not heard of any more is gone, also where records have no end", async () => {
  using world = new PlaneWorld("lease");
  const { session } = await world.go("g1");
  await session.report(edge("online", 1n));
  await session.report(edge("online", 2n));
  for (let i = 0; i < 7; i++) {
    await world.advance(20_000);
    await session.report(edge("heartbeat", 2n));
  }
  assertEquals(await world.edgesOf("g1"), [2n]);
  assertEquals(world.presence.remembered, 1);
});

Deno.test("what is remembered of Go gateways is bounded, and given back", async () => {
  using world = new PlaneWorld("ttl", { maxRemembered: 10 });
  const { session } = await world.go("g1");
  for (let i = 0n; i < 20n; i++) await session.report(edge("online", i));
  assertEquals(world.presence.remembered, 10);
  assertEquals((await world.edgesOf("g1")).length, 20);
  // Those beyond the bound are served as well.
  for (let i = 0n; i < 20n; i++) await session.report(edge("heartbeat", i));
  await session.report(edge("offline", 19n));
  assertEquals((await world.edgesOf("g1")).length, 19);
  world.presence.ended(session, LOST);
  await world.advance(120_000);
  assertEquals(world.presence.remembered, 0);
});

Deno.test("what waits when a link ends fails", async () => {
  using world = new PlaneWorld();
  const { session } = await world.go("g1");
  world.gate = new Promise(() => {});
  const answers = [1n, 2n, 3n].map((id) => session.report(edge("online", id)));
  answers[0]!.catch(() => {});
  world.presence.ended(session, LOST);
  await assertRejects(() => answers[1]!, Error, "Connection lost");
  await assertRejects(() => answers[2]!, Error, "Connection lost");
});

Deno.test("a Go gateway that was silent for longer than its lease has its peers again", async () => {
  using world = new PlaneWorld("lease");
  const { session } = await world.go("g1");
  await session.report(edge("online", 1n));
  await session.report(edge("online", 2n));
  await world.advance(45_000);
  assertEquals(await world.edgesOf("g1"), []);
  session.alive();
  await world.advance(2_000);
  assertEquals(await world.edgesOf("g1"), [1n, 2n]);
});
