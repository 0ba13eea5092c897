import { assert, assertEquals } from "@std/assert";
import type { ComplianceCases } from "./compliance_case.ts";
import {
  allEdges,
  edgeOff,
  edgeOn,
  join,
  readAll,
  stamp,
  tell,
  whereIs,
} from "./store_world.ts";

/** Where edges are: the newest connection counts. */
export const edgeCases: ComplianceCases = {
  "an edge comes and goes": async ({ store, other }) => {
    const a = await join(store, "a");
    assertEquals(await store.edge(7n), undefined);
    assertEquals(
      await tell(store, a, edgeOn(7n, 1_700_000_000_123)),
      "applied",
    );
    assertEquals(await other.edge(7n), {
      edgeId: 7n,
      addr: "10.0.0.1:7",
      updateTime: 1_700_000_000,
      frontierId: "a",
    });
    assertEquals((await other.frontier("a"))?.edges, 1);
    assertEquals(
      await tell(store, a, edgeOff(7n, 1_700_000_000_123)),
      "applied",
    );
    assertEquals(await other.edge(7n), undefined);
    assertEquals((await other.frontier("a"))?.edges, 0);
    assertEquals(
      await tell(store, a, edgeOff(7n, 1_700_000_000_123)),
      "superseded",
    );
    assertEquals(await store.counts(), { edges: 0, services: 0 });
  },
  "told again, an edge is counted once": async ({ store, other }) => {
    const a = await join(store, "a");
    const events = [edgeOn(1n, 10), edgeOn(1n, 10), edgeOn(2n, 10)];
    assertEquals(await tell(store, a, ...events), "applied applied applied");
    assertEquals(await tell(other, a, ...events), "applied applied applied");
    assertEquals(await store.counts(), { edges: 2, services: 0 });
  },
  "an edge moves, and its old place hears of it": async ({ store, other }) => {
    const a = await join(store, "a");
    const b = await join(other, "b");
    await tell(store, a, edgeOn(1n, 10, 3));
    assertEquals(await other.apply(b, [edgeOn(1n, 20)]), [
      { kind: "moved", from: "a", stamp: stamp(10, 3) },
    ]);
    assertEquals(await whereIs(store, 1n), "b");
    assertEquals((await store.frontier("a"))?.edges, 0);
    assertEquals((await store.frontier("b"))?.edges, 1);
    // The late end of the old connection, and its late sign of life.
    assertEquals(await tell(store, a, edgeOff(1n, 10, 3)), "superseded");
    assertEquals(await tell(store, a, edgeOn(1n, 10, 3)), "superseded");
    assertEquals(await whereIs(store, 1n), "b");
    assertEquals((await store.members("a", "edge", "0")).members, []);
    assertEquals(await store.counts(), { edges: 1, services: 0 });
  },
  "whoever's message arrives first, the newer connection counts": async (
    { store, other },
  ) => {
    const a = await join(store, "a");
    const b = await join(other, "b");
    assertEquals(await tell(other, b, edgeOn(1n, 20)), "applied");
    assertEquals(await tell(store, a, edgeOn(1n, 10)), "superseded");
    assertEquals(await whereIs(store, 1n), "b");
    assertEquals((await store.frontier("a"))?.edges, 0);
    assertEquals(await tell(other, b, edgeOff(1n, 20)), "applied");
    // The newer one has been and gone: the older one is still the older one.
    assertEquals(await tell(store, a, edgeOn(1n, 10)), "superseded");
    assertEquals(await whereIs(store, 1n), undefined);
    assertEquals(await tell(store, a, edgeOn(1n, 21)), "applied");
    assertEquals(await whereIs(store, 1n), "a");
  },
  "of connections made in one millisecond one counts": async (
    { store, other },
  ) => {
    const a = await join(store, "a");
    const b = await join(other, "b");
    await tell(store, a, edgeOn(1n, 10, 9));
    assertEquals(await tell(other, b, edgeOn(1n, 10, 1)), "moved");
    assertEquals(await tell(store, a, edgeOn(1n, 10, 9)), "superseded");
    assertEquals(await tell(other, b, edgeOn(1n, 10, 10)), "applied");
    assertEquals(await tell(other, b, edgeOff(1n, 10, 9)), "superseded");
    assertEquals(await whereIs(store, 1n), "b");
    assertEquals(await tell(other, b, edgeOff(1n, 10, 10)), "applied");
    assertEquals(await whereIs(store, 1n), undefined);
  },
  "an end that overtakes its beginning is the end": async ({ store }) => {
    const a = await join(store, "a");
    assertEquals(await tell(store, a, edgeOff(1n, 10)), "superseded");
    assertEquals(await tell(store, a, edgeOn(1n, 10)), "superseded");
    assertEquals(await whereIs(store, 1n), undefined);
    assertEquals(await tell(store, a, edgeOn(1n, 10, 1)), "applied");
    assertEquals(await store.counts(), { edges: 1, services: 0 });
  },
  "events of one batch count in their order": async ({ store }) => {
    const a = await join(store, "a");
    assertEquals(
      await tell(
        store,
        a,
        edgeOn(1n, 10),
        edgeOff(1n, 10),
        edgeOn(1n, 11),
        edgeOn(2n, 11),
        edgeOff(2n, 11),
      ),
      "applied applied applied applied applied",
    );
    assertEquals(await whereIs(store, 1n), "a");
    assertEquals(await whereIs(store, 2n), undefined);
    assertEquals((await store.members("a", "edge", "0")).members, [
      { id: 1n, stamp: stamp(11) },
    ]);
  },
  "the record of a dead gateway stands in nobody's way": async (world) => {
    const { store, other, advance } = world;
    const dead = await join(store, "dead");
    await tell(store, dead, edgeOn(1n, 20));
    await advance(20_000);
    const b = await join(other, "b");
    await advance(11_000);
    assertEquals(await tell(other, b, edgeOn(1n, 10)), "applied");
    assertEquals(await whereIs(store, 1n), "b");
    assertEquals(await store.counts(), { edges: 1, services: 0 });
    // It lives after all, and its connection is the newer one.
    assert(await store.renew(dead));
    assertEquals(await tell(store, dead, edgeOn(1n, 20)), "moved");
    assertEquals(await whereIs(store, 1n), "dead");
    assertEquals((await store.frontier("b"))?.edges, 0);
  },
  "many edges are read at once, in parts, and one by one": async (
    { store, other },
  ) => {
    const a = await join(store, "a");
    const b = await join(other, "b");
    const ids = Array.from({ length: 1_000 }, (_, i) => BigInt(i + 1) << 40n);
    await tell(store, a, ...ids.map((id) => edgeOn(id, 10)));
    await tell(other, b, ...ids.slice(0, 10).map((id) => edgeOn(id, 20)));
    const some = [ids[20]!, 1n, ids[3]!, ids[20]!];
    assertEquals(
      (await store.edges(some)).map(({ frontierId }) => frontierId),
      ["a", "b", "a"],
    );
    assertEquals(await store.edges([]), []);
    for (const count of [1_000, 37, 0]) {
      const all = await allEdges(store, count);
      assertEquals(all.size, ids.length);
      assertEquals(
        [...all.values()].filter(({ frontierId }) => frontierId === "b").length,
        10,
      );
    }
    assertEquals(await store.counts(), { edges: 1_000, services: 0 });
  },
  "an edge that stays is in every list": async ({ store }) => {
    const a = await join(store, "a");
    const stay = Array.from({ length: 50 }, (_, i) => BigInt(i + 1));
    await tell(store, a, ...stay.map((id) => edgeOn(id, 10)));
    let next = 1_000n;
    const listed = await readAll(async (cursor) => {
      await tell(
        store,
        a,
        edgeOn(next++, 10),
        edgeOn(next, 10),
        edgeOff(next - 1n, 10),
      );
      return await store.edgePage(cursor, 7);
    });
    const ids = new Set(listed.map(({ edgeId }) => edgeId));
    for (const id of stay) assert(ids.has(id), `${id} is missing`);
  },
  "all ids and texts come back as they were": async ({ store }) => {
    const fid = 'gate "one" {x}:*?[a]\\ü温<&>';
    const a = await join(store, fid);
    const addr = '[fe80::1%eth0]:1 "\\<&>\u2028ü温';
    for (const id of [0n, 2n ** 53n + 1n, 2n ** 63n - 1n, 2n ** 64n - 1n]) {
      const event = { ...edgeOn(id, 253_402_300_799_999), addr };
      assertEquals(await tell(store, a, event), "applied");
      const record = {
        edgeId: id,
        addr,
        updateTime: 253_402_300_799,
        frontierId: fid,
      };
      assertEquals(await store.edge(id), record);
      assertEquals((await allEdges(store)).get(id), record);
    }
    assertEquals((await store.frontiers()).map((f) => f.frontierId), [fid]);
    assertEquals((await store.members(fid, "edge", "0")).members.length, 4);
  },
};
