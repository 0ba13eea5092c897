import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import {
  decodeTerms,
  encodeHello,
  PresenceBatchWriter,
  type PresenceEvent,
} from "@frontier/proto/cluster";
import { ProtocolError } from "@frontier/proto";
import {
  BEGIN,
  FakeLink,
  meta,
  off,
  on,
  PlaneWorld,
  settled,
} from "./testing/plane_world.ts";
import { OurSession } from "./our_session.ts";

const stamp = (seq: number) => ({ since: BEGIN, seq });

Deno.test("a hello is answered with what holds", async () => {
  for (const mode of ["ttl", "lease"] as const) {
    using world = new PlaneWorld(mode);
    await world.advance(1_500);
    const { session } = await world.ours("f1");
    assertEquals(decodeTerms(session.hello(encodeHello())), {
      now: BEGIN + 1_500,
      generation: session.session.generation,
      number: session.session.number,
      mode,
      renewMs: mode === "ttl" ? 10_000 : 600_000,
      beatMs: 5_000,
      batchRecords: 1_000,
      batchBytes: 65_536,
      batchesInFlight: 4,
    });
    assertThrows(() => session.hello(new Uint8Array(0)), ProtocolError);
  }
});

Deno.test("a batch before the hello is refused", async () => {
  using world = new PlaneWorld();
  const link = new FakeLink(true);
  const session = await world.presence.admit(
    meta("f1", "00000000000000aa"),
    link,
  );
  assert(session instanceof OurSession);
  const writer = new PresenceBatchWriter({ epoch: 1, edges: 0, services: 0 });
  await assertRejects(
    () => session.batch(writer.finish()),
    Error,
    "cluster_hello comes first",
  );
});

Deno.test("what a sync does not name is removed, and nothing else", async () => {
  using world = new PlaneWorld();
  const gateway = await world.ours("f1");
  await gateway.tell(
    [on(1n, stamp(1)), on(2n, stamp(2)), on(3n, stamp(3))],
    "whole",
  );
  await settled();
  assertEquals(await world.edgesOf("f1"), [1n, 2n, 3n]);
  const again = await world.ours("f1");
  assertEquals(again.session.synced, false);
  // Told in parts, and among them what happens meanwhile.
  await again.tell([on(1n, stamp(1))], "begin");
  await again.tell([off(1n, stamp(1)), on(4n, stamp(4)), on(1n, stamp(5))]);
  assertEquals(await world.edgesOf("f1"), [1n, 2n, 3n, 4n]);
  await again.tell([on(3n, stamp(3))], "end");
  await settled();
  assertEquals(await world.edgesOf("f1"), [1n, 3n, 4n]);
  assertEquals(again.session.synced, true);
  assertEquals(world.presence.tally.unknownRemoved, 1);
  assertEquals(world.presence.tally.syncs, 2);
});

Deno.test("services are told, synced and removed like edges", async () => {
  using world = new PlaneWorld();
  const gateway = await world.ours("f1");
  const service = (id: bigint, seq: number): PresenceEvent => ({
    kind: "service-online",
    id,
    stamp: stamp(seq),
    addr: "10.0.0.2:1",
    meta: '{"service":"s","topics":null}',
  });
  await gateway.tell([service(1n, 1), service(2n, 2)], "whole");
  await gateway.tell([{ kind: "service-offline", id: 1n, stamp: stamp(1) }]);
  assertEquals(await world.memory.service(1n), []);
  assertEquals((await world.memory.service(2n)).length, 1);
  await gateway.tell([service(3n, 3)], "whole");
  await settled();
  assertEquals(await world.memory.service(2n), []);
  assertEquals((await world.memory.service(3n))[0]?.frontierId, "f1");
});

Deno.test("a link that begins without a sync is asked for one", async () => {
  using world = new PlaneWorld();
  const gateway = await world.ours("f1");
  assertEquals((await gateway.tell([on(1n, stamp(1))])).resync, true);
  assertEquals((await gateway.tell([on(1n, stamp(1))], "whole")).resync, false);
  assertEquals((await gateway.tell([])).resync, false);
});

Deno.test("batches are entered in the order they came, one after the other", async () => {
  using world = new PlaneWorld();
  const gateway = await world.ours("f1");
  await gateway.tell([], "whole");
  const gate = Promise.withResolvers<void>();
  world.gate = gate.promise;
  const replies = [
    gateway.tell([on(1n, stamp(1))]),
    gateway.tell([off(1n, stamp(1)), on(1n, stamp(2))]),
    gateway.tell([off(1n, stamp(2))]),
    gateway.tell([on(1n, stamp(3))]),
  ];
  await settled();
  assertEquals(world.presence.eventsWaiting, 5);
  gate.resolve();
  await Promise.all(replies);
  assertEquals(world.presence.eventsWaiting, 0);
  assertEquals(await world.edgesOf("f1"), [1n]);
  await gateway.tell([off(1n, stamp(3))]);
  assertEquals(await world.edgesOf("f1"), []);
});

Deno.test("more batches than agreed on are refused, and told again", async () => {
  using world = new PlaneWorld();
  const gateway = await world.ours("f1");
  await gateway.tell([], "whole");
  const gate = Promise.withResolvers<void>();
  world.gate = gate.promise;
  const replies = Array.from(
    { length: 8 },
    (_, i) => gateway.tell([on(BigInt(i + 1), stamp(i))]),
  );
  await assertRejects(
    () => gateway.tell([on(9n, stamp(9))]),
    Error,
    "8 have no reply, and 4 may be without one",
  );
  gate.resolve();
  await Promise.all(replies);
  assertEquals((await world.edgesOf("f1")).length, 8);
  // What was refused is missing: everything is asked for.
  await world.advance(2_000);
  assertEquals(gateway.link.resyncs, 1);
});

Deno.test("a malformed batch is refused as a whole, and everything asked for", async () => {
  using world = new PlaneWorld();
  const gateway = await world.ours("f1");
  await gateway.tell([on(1n, stamp(1))], "whole");
  await settled();
  await assertRejects(
    () => gateway.session.batch(new Uint8Array(20)),
    ProtocolError,
  );
  assertEquals(world.presence.tally.rejected, 1);
  assertEquals(gateway.session.synced, false);
  await world.advance(2_000);
  assertEquals(gateway.link.resyncs, 1);
  assertEquals((await gateway.tell([])).resync, true);
  assertEquals((await gateway.tell([on(1n, stamp(1))], "whole")).resync, false);
  await settled();
  assertEquals(gateway.session.synced, true);
  // Not again and again.
  await world.advance(60_000);
  assertEquals(gateway.link.resyncs, 1);
});

Deno.test("a sync that repeats an epoch is refused", async () => {
  using world = new PlaneWorld();
  const gateway = await world.ours("f1");
  for (const epoch of [0, 5, 5, 4]) {
    const writer = new PresenceBatchWriter({ epoch, edges: 0, services: 0 });
    writer.beginSync();
    const replied = gateway.session.batch(writer.finish());
    if (epoch === 5 && world.presence.tally.rejected < 2) {
      await replied.catch(() => {});
    } else await assertRejects(() => replied, Error, "Cannot begin sync");
  }
});

Deno.test("while the store is down a gateway is told so, and asked when it is back", async () => {
  using world = new PlaneWorld();
  const gateways = [];
  for (let i = 0; i < 10; i++) {
    const gateway = await world.ours(`f${i}`);
    await gateway.tell([on(BigInt(i), stamp(i))], "whole");
    gateways.push(gateway);
  }
  await settled();
  world.switch("down");
  const first = gateways[0]!;
  const reply = await first.tell([on(100n, stamp(100))]);
  assertEquals([reply.unavailable, reply.resync], [true, false]);
  await world.advance(20_000);
  assertEquals(gateways.every(({ link }) => link.ended === undefined), true);
  assertEquals(gateways.some(({ link }) => link.resyncs > 0), false);
  world.switch("up");
  await world.advance(2_000);
  // A few at a time, not all at once.
  const asked = gateways.filter(({ link }) => link.resyncs > 0);
  assertEquals(asked.length, 8);
  assertEquals(world.presence.resyncsWaiting, 2);
  for (const gateway of gateways) {
    await gateway.tell([on(100n, stamp(100))], "whole");
    await settled();
  }
  await world.advance(2_000);
  assertEquals(world.presence.resyncsWaiting, 0);
});

Deno.test("a gateway that is asked and does not tell holds nobody up for ever", async () => {
  using world = new PlaneWorld();
  const gateways = [];
  for (let i = 0; i < 10; i++) gateways.push(await world.ours(`f${i}`));
  for (const gateway of gateways) await gateway.tell([], "whole");
  await settled();
  world.switch("down");
  world.switch("up");
  await world.advance(2_000);
  assertEquals(gateways.filter(({ link }) => link.resyncs > 0).length, 8);
  await world.advance(31_000);
  assertEquals(gateways.filter(({ link }) => link.resyncs > 0).length, 10);
});

Deno.test("a sync that the store interrupts begins anew", async () => {
  using world = new PlaneWorld();
  const gateway = await world.ours("f1");
  await gateway.tell([on(1n, stamp(1))], "begin");
  world.switch("down");
  assertEquals((await gateway.tell([on(2n, stamp(2))])).unavailable, true);
  world.switch("up");
  // The end of a sync that is not complete removes nothing.
  await gateway.tell([], "end");
  await settled();
  assertEquals(gateway.session.synced, false);
  assertEquals(world.presence.tally.syncs, 0);
  await world.advance(2_000);
  assertEquals(gateway.link.resyncs, 1);
  await gateway.tell([on(1n, stamp(1)), on(2n, stamp(2))], "whole");
  await settled();
  assertEquals(await world.edgesOf("f1"), [1n, 2n]);
});

Deno.test("batches keep their gateway alive, and its end takes what waits with it", async () => {
  using world = new PlaneWorld();
  const gateway = await world.ours("f1");
  await gateway.tell([], "whole");
  for (let i = 0; i < 12; i++) {
    await world.advance(5_000);
    await gateway.tell([]);
  }
  await settled();
  assert(await world.memory.frontier("f1") !== undefined);
  await world.advance(31_000);
  assertEquals(await world.memory.frontier("f1"), undefined);
  // A lease that has ended begins again.
  await gateway.tell([]);
  await settled();
  assert(await world.memory.frontier("f1") !== undefined);
});

Deno.test("a gateway that brings more than there is room for is not read until there is", async () => {
  using world = new PlaneWorld("ttl", { maxWaitingEvents: 3 });
  const one = await world.ours("f1");
  const two = await world.ours("f2");
  await one.tell([], "whole");
  await two.tell([], "whole");
  const gate = Promise.withResolvers<void>();
  world.gate = gate.promise;
  const first = one.tell([on(1n, stamp(1)), on(2n, stamp(2))]);
  const second = two.tell([on(3n, stamp(3)), on(4n, stamp(4))]);
  await settled();
  assertEquals([one.link.pauses, two.link.pauses], [0, 1]);
  assertEquals(world.presence.eventsWaiting, 2);
  gate.resolve();
  await Promise.all([first, second]);
  assertEquals(two.link.pauses, 0);
  assertEquals(await world.edgesOf("f2"), [3n, 4n]);
});

Deno.test("a gateway that was silent for longer than its lease is asked for everything", async () => {
  for (const mode of ["ttl", "lease"] as const) {
    using world = new PlaneWorld(mode);
    const gateway = await world.ours("f1");
    const edges = [1, 2, 3].map((seq) => on(BigInt(seq), stamp(seq)));
    await gateway.tell(edges, "whole");
    // Frozen, with a link that stands.
    await world.advance(45_000);
    assertEquals(await world.edgesOf("f1"), []);
    await gateway.tell([]);
    await world.advance(2_000);
    assertEquals(gateway.link.resyncs, 1);
    assertEquals((await gateway.tell([])).resync, true);
    await gateway.tell(edges, "whole");
    assertEquals(await world.edgesOf("f1"), [1n, 2n, 3n]);
    // As long as it is heard of, once is enough.
    for (let i = 0; i < 10; i++) {
      await world.advance(5_000);
      await gateway.tell(edges);
    }
    assertEquals(gateway.link.resyncs, 1);
  }
});
