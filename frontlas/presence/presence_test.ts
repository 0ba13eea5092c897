import { assert, assertEquals, assertRejects } from "@std/assert";
import { type CloseReason, FrontierError } from "@frontier/proto/internal";
import {
  BEGIN,
  FakeLink,
  meta,
  off,
  on,
  PlaneWorld,
} from "./testing/plane_world.ts";

const LOST: CloseReason = { kind: "lost", text: "connection reset" };
const LEFT: CloseReason = { kind: "peer-closed", text: "closed by the peer" };
const A = { since: BEGIN, seq: 1 };

async function alive(world: PlaneWorld): Promise<string[]> {
  return (await world.memory.frontiers()).map(({ frontierId }) => frontierId);
}

Deno.test("a gateway is let in, listed, and gone when it leaves", async () => {
  using world = new PlaneWorld();
  let changes = 0;
  const presence = world.directory({ onChange: () => changes++ });
  const { session, link } = await world.ours("f1", undefined, presence);
  await world.go("f2", presence);
  assertEquals(presence.size, 2);
  assert(presence.has("f1") && presence.has("f2") && !presence.has("f3"));
  assertEquals(presence.connected, { ours: 1, go: 1 });
  await world.advance(3_000);
  assertEquals(presence.gateways()[0], {
    frontierId: "f1",
    address: link.address,
    ours: true,
    generation: session.session.generation,
    edges: 0,
    services: 0,
    connectedMs: 3_000,
    synced: false,
  });
  assertEquals(await alive(world), ["f1", "f2"]);
  presence.ended(session, LEFT);
  await world.advance(0);
  assertEquals(await alive(world), ["f2"]);
  assertEquals(presence.has("f1"), false);
  assertEquals(changes, 3);
});

Deno.test("a gateway without an id, or with too long a one, is refused with a clear text", async () => {
  using world = new PlaneWorld();
  for (
    const [id, text] of [
      ["", "without an id: set daemon.frontier_id"],
      ["é".repeat(128), "256 bytes: the limit is 255"],
    ] as const
  ) {
    const error = await assertRejects(
      () => world.presence.admit(meta(id, ""), new FakeLink(false)),
      FrontierError,
      text,
    );
    assertEquals(error.toWire(), error.message);
  }
  await world.ours("é".repeat(127));
  assertEquals(world.presence.tally.refused.unnamed, 2);
});

Deno.test("an id that another process holds is refused as Go refuses it", async () => {
  using world = new PlaneWorld();
  await world.ours("f1", "00000000000000aa");
  await world.go("f2");
  for (
    const [id, instance] of [["f1", "00000000000000bb"], ["f1", ""], ["f2", ""]]
  ) {
    const error = await assertRejects(
      () => world.presence.admit(meta(id!, instance!), new FakeLink(false)),
      FrontierError,
    );
    assertEquals(error.toWire(), "frontier already set");
  }
  assertEquals(world.presence.tally.refused.already_set, 3);
  assertEquals(world.presence.size, 2);
});

Deno.test("a gateway that comes again takes its own place, here and elsewhere", async () => {
  using world = new PlaneWorld();
  const first = await world.ours("f1");
  await first.tell([on(1n, A)], "whole");
  const second = await world.ours("f1");
  assertEquals(first.link.ended?.kind, "replaced");
  // The end of the old link takes nothing with it.
  world.presence.ended(first.session, { kind: "replaced", text: "" });
  await world.advance(10_000);
  assertEquals(world.presence.has("f1"), true);
  assertEquals(await world.edgesOf("f1"), [1n]);
  const other = world.directory();
  await world.ours("f1", undefined, other);
  // The old directory hears of it at the next batch.
  await assertRejects(
    () => second.tell([on(2n, { since: BEGIN, seq: 2 })]),
    FrontierError,
  );
  assertEquals(second.link.ended?.kind, "replaced");
  world.presence.ended(second.session, { kind: "replaced", text: "" });
  await world.advance(10_000);
  assertEquals(await alive(world), ["f1"]);
});

Deno.test("a gateway whose link breaks has a grace, and comes back in it", async () => {
  using world = new PlaneWorld();
  const first = await world.ours("f1");
  await first.tell([on(1n, A)], "whole");
  first.link.over = true;
  world.presence.ended(first.session, LOST);
  await world.advance(4_000);
  assertEquals(await alive(world), ["f1"]);
  const second = await world.ours("f1");
  await world.advance(10_000);
  assertEquals(await world.edgesOf("f1"), [1n]);
  world.presence.ended(second.session, LOST);
  await world.advance(6_000);
  assertEquals(await alive(world), []);
  assertEquals(await world.edgesOf("f1"), []);
  assertEquals(world.presence.tally.ended.lost, 2);
});

Deno.test("a gateway that starts anew gets in as soon as its old link is known to be over", async () => {
  using world = new PlaneWorld();
  const first = await world.ours("f1", "00000000000000aa");
  await first.tell([on(1n, A)], "whole");
  await assertRejects(
    () => world.ours("f1", "00000000000000bb"),
    FrontierError,
  );
  world.presence.ended(first.session, LOST);
  await world.advance(0);
  const second = await world.ours("f1", "00000000000000bb");
  // What the dead process had is not its own.
  assertEquals(await world.edgesOf("f1"), []);
  await second.tell([], "whole");
  await world.advance(20_000);
  assertEquals(await world.edgesOf("f1"), []);
});

Deno.test("a gateway that is silent without an end loses its place when its lease ends", async () => {
  using world = new PlaneWorld();
  const first = await world.go("f1");
  await world.advance(29_000);
  await assertRejects(() => world.go("f1"), FrontierError);
  first.session.alive();
  await world.advance(29_000);
  await assertRejects(() => world.go("f1"), FrontierError);
  await world.advance(2_000);
  const second = await world.go("f1");
  assertEquals(first.link.ended?.kind, "replaced");
  assertEquals(second.link.ended, undefined);
});

Deno.test("a gateway that has gone while it was admitted is not kept", async () => {
  using world = new PlaneWorld();
  const gate = Promise.withResolvers<void>();
  world.gate = gate.promise;
  const link = new FakeLink(true);
  const admitted = world.presence.admit(meta("f1", "00000000000000aa"), link);
  link.over = true;
  gate.resolve();
  await assertRejects(() => admitted, FrontierError, "the link is over");
  assertEquals(world.presence.size, 0);
  await world.advance(6_000);
  assertEquals(await alive(world), []);
});

Deno.test("without a store nobody new is let in, and those who are here stay", async () => {
  using world = new PlaneWorld();
  await world.ours("f1");
  world.switch("down");
  await assertRejects(
    () => world.ours("f2"),
    FrontierError,
    "Cannot admit a gateway: It is switched off",
  );
  await world.advance(60_000);
  assertEquals(world.presence.has("f1"), true);
  assertEquals(world.presence.tally.refused.store, 1);
  assert(world.presence.tally.storeErrors > 0);
});

Deno.test("a Go gateway whose directory stops is let in by another one at once", async () => {
  using world = new PlaneWorld();
  const other = world.directory();
  await world.go("f1");
  await assertRejects(() => world.go("f1", other), FrontierError, "already");
  world.presence.close();
  // Its link has not ended yet: that is made up for.
  await world.presence.settled();
  await world.go("f1", other);
  assertEquals(await alive(world), ["f1"]);
});

Deno.test("a directory that stops releases nobody of ours", async () => {
  using world = new PlaneWorld();
  const { session } = await world.ours("f1");
  world.presence.close();
  await assertRejects(() => world.ours("f2"), FrontierError, "Frontlas stops");
  world.presence.ended(session, { kind: "going-away", text: "Frontlas stops" });
  await world.advance(10_000);
  assertEquals(await alive(world), ["f1"]);
});

Deno.test("an edge that comes to another gateway is evicted from the older one", async () => {
  using world = new PlaneWorld();
  const other = world.directory();
  const f1 = await world.ours("f1", "00000000000000aa");
  const f2 = await world.ours("f2", "00000000000000bb");
  const f3 = await world.ours("f3", "00000000000000cc", other);
  const go = await world.go("f4");
  const stamps = [0, 1, 2, 3].map((n) => ({ since: BEGIN + n, seq: n }));
  await f1.tell([on(7n, stamps[0]!)], "whole");
  await f2.tell([on(7n, stamps[1]!)], "whole");
  await world.advance(0);
  assertEquals(f1.link.evicted, [{ edgeId: 7n, stamp: stamps[0]! }]);
  assertEquals(await world.edgesOf("f2"), [7n]);
  // The older gateway repeats what it believes, and hears the same.
  const reply = await f1.tell([on(7n, stamps[0]!)]);
  assertEquals(reply.evictions, [{ edgeId: 7n, stamp: stamps[0]! }]);
  assertEquals(await world.edgesOf("f2"), [7n]);
  // Its late offline clears nothing.
  await f1.tell([off(7n, stamps[0]!)]);
  assertEquals(await world.edgesOf("f2"), [7n]);
  // From a directory to another one the way leads through the store.
  await f3.tell([on(7n, stamps[2]!)], "whole");
  await world.advance(2_000);
  const later = await f2.tell([]);
  assertEquals(later.evictions, [{ edgeId: 7n, stamp: stamps[1]! }]);
  assertEquals(world.presence.tally.evictionsTold, 1);
  assertEquals(other.tally.evictionsLeft, 1);
  // A Go gateway cannot be told.
  await world.advance(1_000);
  await go.session.report({
    method: "edge_online",
    frontierId: "f4",
    edgeId: 7n,
    addr: "a",
  });
  assertEquals(await world.edgesOf("f4"), [7n]);
  await world.advance(1_000);
  await f1.tell([on(7n, { since: BEGIN + world.timers.now(), seq: 9 })]);
  await world.advance(0);
  assertEquals(await world.edgesOf("f1"), [7n]);
  assertEquals(world.presence.tally.evictionsImpossible, 1);
});

Deno.test("an eviction that a link does not take waits for the next one", async () => {
  using world = new PlaneWorld();
  const f1 = await world.ours("f1", "00000000000000aa");
  const f2 = await world.ours("f2", "00000000000000bb");
  await f1.tell([on(7n, A)], "whole");
  f1.link.deaf = true;
  await f2.tell([on(7n, { since: BEGIN + 1, seq: 1 })], "whole");
  await world.advance(2_000);
  const again = await world.ours("f1", "00000000000000aa");
  const { evictions } = await again.tell([]);
  assertEquals(evictions, [{ edgeId: 7n, stamp: A }]);
});

Deno.test("what dead gateways have left is removed", async () => {
  using world = new PlaneWorld("lease");
  const f1 = await world.ours("f1");
  const stamps = Array.from(
    { length: 2_500 },
    (_, seq) => ({ since: BEGIN, seq }),
  );
  for (let i = 0; i < 2_500; i += 500) {
    await f1.tell(
      stamps.slice(i, i + 500).map((stamp) => on(BigInt(stamp.seq + 1), stamp)),
      i === 0 ? "begin" : i === 2_000 ? "end" : "",
    );
  }
  world.presence.ended(f1.session, LEFT);
  await world.advance(10_000);
  assertEquals(world.presence.tally.deadRemoved, 2_500);
});
