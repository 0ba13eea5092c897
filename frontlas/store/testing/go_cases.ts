import { assertEquals } from "@std/assert";
import type { ComplianceCases } from "./compliance_case.ts";
import {
  allServices,
  edgeOn,
  join,
  removeAllDead,
  serviceOn,
  tell,
  whereIs,
} from "./store_world.ts";

/** Go gateways: no instance, no stamps, one sign of life per peer every 20 seconds. */
export const goCases: ComplianceCases = {
  "peers of a Go gateway live by their signs of life": async (world) => {
    const { store, advance } = world;
    const a = await join(store, "a", "");
    await tell(store, a, edgeOn(1n, 10), edgeOn(2n, 10), serviceOn(3n, 10));
    for (let i = 0; i < 3; i++) {
      await advance(20_000);
      await store.renew(a);
      await store.touch(a, "edge", 1n);
      await store.touch(a, "service", 3n);
    }
    assertEquals(await whereIs(store, 1n), "a");
    assertEquals(await whereIs(store, 2n), undefined);
    assertEquals((await store.service(3n)).length, 1);
    // The one that fell silent is forgotten, although its gateway lives.
    await removeAllDead(store);
    await store.removeDead(500);
    await store.renew(a);
    assertEquals(await store.counts(), { edges: 1, services: 1 });
    await store.touch(a, "edge", 99n);
    await store.touch(a, "service", 99n);
    assertEquals(await whereIs(store, 99n), undefined);
    assertEquals(await store.counts(), { edges: 1, services: 1 });
  },
  "an end without a stamp ends what is at that gateway": async (world) => {
    const { store, other } = world;
    const a = await join(store, "a", "");
    const b = await join(other, "b");
    await tell(store, a, edgeOn(1n, 10), edgeOn(2n, 10), serviceOn(3n, 10));
    await tell(other, b, edgeOn(1n, 20), serviceOn(3n, 10));
    await store.remove(a, "edge", 1n);
    await store.remove(a, "edge", 2n);
    await store.remove(a, "edge", 4n);
    await store.remove(a, "service", 3n);
    assertEquals(await whereIs(store, 1n), "b");
    assertEquals(await whereIs(store, 2n), undefined);
    assertEquals(
      (await allServices(store)).map(({ frontierId }) => frontierId),
      ["b"],
    );
    assertEquals((await store.frontier("a"))?.edges, 0);
    assertEquals(await store.counts(), { edges: 1, services: 1 });
  },
  "an old link of a Go gateway changes nothing": async (world) => {
    const { store, other, advance } = world;
    const old = await join(store, "a", "");
    await tell(store, old, edgeOn(1n, 10));
    assertEquals(
      await other.register({
        frontierId: "a",
        instance: "",
        serviceAddr: "",
        edgeAddr: "",
      }),
      undefined,
    );
    await store.release(old, 5_000);
    const a = await join(other, "a", "");
    // It does not tell again what is connected: that lives on.
    assertEquals(await whereIs(store, 1n), "a");
    await advance(20_000);
    await store.remove(old, "edge", 1n);
    await other.renew(a);
    await other.touch(a, "edge", 1n);
    await advance(20_000);
    await store.touch(old, "edge", 1n);
    await other.renew(a);
    assertEquals(await whereIs(store, 1n), "a");
    await advance(11_000);
    assertEquals(await whereIs(store, 1n), undefined);
  },
};
