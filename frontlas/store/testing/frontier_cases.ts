import { assert, assertEquals } from "@std/assert";
import type { ComplianceCases } from "./compliance_case.ts";
import {
  allEdges,
  edgeOn,
  join,
  removeAllDead,
  stamp,
  tell,
  whereIs,
} from "./store_world.ts";

/** Who is alive, and who may speak for whom. */
export const frontierCases: ComplianceCases = {
  "a gateway is listed with its addresses": async ({ store, other }) => {
    await join(store, "b");
    await join(other, "a");
    const a = {
      frontierId: "a",
      serviceAddr: "a:30011",
      edgeAddr: "a:30012",
      edges: 0,
      services: 0,
    };
    assertEquals(await store.frontier("a"), a);
    assertEquals(await store.frontier("c"), undefined);
    const listed = await other.frontiers();
    assertEquals(listed.map(({ frontierId }) => frontierId), ["a", "b"]);
    assertEquals(listed[0], a);
    await store.ping();
    assertEquals(store.state, "up");
  },
  "generations grow, numbers differ and stay": async ({ store, other }) => {
    const a = await join(store, "a");
    const b = await join(other, "b");
    const again = await join(other, "a");
    assert(a.generation < b.generation);
    assert(b.generation < again.generation);
    assert(a.number !== b.number);
    assertEquals(again.number, a.number);
    for (const { number } of [a, b]) assert(number >= 0 && number < 4_096);
    assert(Number.isSafeInteger(again.generation));
  },
  "of two processes with one id the living one stays": async (world) => {
    const { store, other, advance } = world;
    const first = await join(store, "a", "one");
    const intruder = {
      frontierId: "a",
      instance: "two",
      serviceAddr: "x:1",
      edgeAddr: "x:2",
    };
    assertEquals(await other.register(intruder), undefined);
    assertEquals((await store.frontier("a"))?.serviceAddr, "a:30011");
    assert(await store.renew(first));
    await advance(31_000);
    assertEquals(await store.frontier("a"), undefined);
    assert(await other.register(intruder) !== undefined);
    assertEquals((await store.frontier("a"))?.serviceAddr, "x:1");
    assert(!await store.renew(first));
  },
  "a process takes over from itself at once": async ({ store, other }) => {
    const first = await join(store, "a", "one");
    assertEquals(await tell(store, first, edgeOn(1n, 10)), "applied");
    const second = await join(other, "a", "one");
    assertEquals(await whereIs(store, 1n), "a");
    assertEquals(await tell(store, first, edgeOn(2n, 20)), "refused");
    assertEquals(await whereIs(store, 2n), undefined);
    await store.release(first, 0);
    assertEquals((await store.frontier("a"))?.edges, 1);
    assertEquals(await tell(other, second, edgeOn(2n, 20)), "applied");
  },
  "a renewed lease lasts, one that has ended begins again": async (world) => {
    const { store, advance } = world;
    const a = await join(store, "a");
    for (let i = 0; i < 3; i++) {
      await advance(20_000);
      assert(await store.renew(a));
      assertEquals((await store.frontiers()).length, 1);
    }
    await advance(31_000);
    assertEquals((await store.frontiers()).length, 0);
    assert(await store.renew(a));
    assertEquals((await store.frontiers()).length, 1);
  },
  "a farewell ends a gateway at once": async ({ store }) => {
    const a = await join(store, "a", "one");
    await tell(store, a, edgeOn(1n, 10));
    await store.release(a, 0);
    assertEquals(await store.frontier("a"), undefined);
    assertEquals(await store.frontiers(), []);
    assertEquals(await whereIs(store, 1n), undefined);
    assertEquals(await store.edges([1n]), []);
    assertEquals((await allEdges(store)).size, 0);
    assertEquals(await store.counts(), { edges: 0, services: 0 });
    assertEquals(await tell(store, a, edgeOn(2n, 20)), "refused");
    assert(!await store.renew(a));
    await join(store, "a", "two");
  },
  "a lost link leaves a gateway alive for its grace": async (world) => {
    const { store, other, advance } = world;
    const a = await join(store, "a", "one");
    await tell(store, a, edgeOn(1n, 10));
    await store.release(a, 5_000);
    assertEquals(await whereIs(other, 1n), "a");
    const back = await join(other, "a", "one");
    await advance(6_000);
    assertEquals(await whereIs(store, 1n), "a");
    await other.release(back, 5_000);
    await advance(6_000);
    assertEquals(await whereIs(store, 1n), undefined);
    assertEquals(await store.frontier("a"), undefined);
  },
  "another process gets in during the grace of the first": async (world) => {
    const { store, other } = world;
    const a = await join(store, "a", "one");
    await tell(store, a, edgeOn(1n, 10));
    await store.release(a, 5_000);
    const b = await join(other, "a", "two");
    assertEquals(await whereIs(store, 1n), undefined);
    assertEquals(await store.counts(), { edges: 0, services: 0 });
    assertEquals((await store.members("a", "edge", "0")).members, []);
    await tell(other, b, edgeOn(2n, 20));
    await removeAllDead(store);
    assertEquals(await whereIs(store, 2n), "a");
    assertEquals(await store.counts(), { edges: 1, services: 0 });
  },
  "what a dead gateway held counts no more, and is removed": async (world) => {
    const { store, other, advance } = world;
    const dead = await join(store, "dead");
    const alive = await join(store, "alive");
    const ids = Array.from({ length: 1_200 }, (_, i) => BigInt(i + 1));
    await tell(store, dead, ...ids.map((id) => edgeOn(id, 10)));
    await tell(store, alive, edgeOn(9_999n, 10));
    await advance(20_000);
    await store.renew(alive);
    await tell(store, alive, edgeOn(9_999n, 10));
    await advance(11_000);
    assertEquals(await whereIs(store, 1n), undefined);
    assertEquals([...(await allEdges(store)).keys()], [9_999n]);
    assertEquals(await store.counts(), { edges: 1, services: 0 });
    const first = await store.removeDead(500);
    assert(first.more);
    assert(first.removed <= 600);
    await Promise.all([removeAllDead(store), removeAllDead(other)]);
    assertEquals((await store.members("dead", "edge", "0")).members, []);
    assertEquals(await whereIs(store, 9_999n), "alive");
    assertEquals(await store.removeDead(500), { removed: 0, more: false });
    // It was cut off, not dead: it tells the same as before.
    assert(await store.renew(dead));
    assertEquals(await tell(store, dead, edgeOn(1n, 10)), "applied");
    assertEquals(await whereIs(store, 1n), "dead");
    assertEquals((await store.frontier("dead"))?.edges, 1);
  },
  "members are listed part by part": async ({ store }) => {
    const a = await join(store, "a");
    const ids = Array.from({ length: 2_500 }, (_, i) => BigInt(i + 1));
    for (let at = 0; at < ids.length; at += 1_000) {
      const part = ids.slice(at, at + 1_000);
      await tell(store, a, ...part.map((id) => edgeOn(id, Number(id), 7)));
    }
    const seen = new Map<bigint, unknown>();
    let cursor = "0";
    do {
      const part = await store.members("a", "edge", cursor);
      for (const member of part.members) seen.set(member.id, member.stamp);
      cursor = part.cursor;
    } while (cursor !== "0");
    assertEquals(seen.size, ids.length);
    assertEquals(seen.get(17n), stamp(17, 7));
    assertEquals((await store.members("a", "service", "0")).members, []);
    assertEquals((await store.members("nobody", "edge", "0")).members, []);
    assertEquals((await store.frontier("a"))?.edges, ids.length);
  },
  "evictions wait for their gateway": async ({ store, other }) => {
    await join(store, "a");
    const left = [
      { edgeId: 1n, stamp: stamp(10, 4_294_967_295) },
      { edgeId: 9_223_372_036_854_775_807n, stamp: stamp(20) },
    ];
    await store.leaveEvictions("a", left.slice(0, 1));
    await other.leaveEvictions("a", left.slice(1));
    await store.leaveEvictions("a", []);
    assertEquals(await store.takeEvictions("b"), []);
    assertEquals(await other.takeEvictions("a"), left);
    assertEquals(await store.takeEvictions("a"), []);
    const many = Array.from(
      { length: 10_100 },
      (_, i) => ({ edgeId: BigInt(i), stamp: stamp(i) }),
    );
    await store.leaveEvictions("a", many);
    const taken = await store.takeEvictions("a");
    assertEquals(taken.length, 10_000);
    assertEquals(taken.at(-1), many.at(-1));
  },
};
