import { assertEquals } from "@std/assert";
import type { ComplianceCases } from "./compliance_case.ts";
import {
  allServices,
  join,
  removeAllDead,
  serviceOff,
  serviceOn,
  tell,
} from "./store_world.ts";

/** Services are connected to many gateways under one id. */
export const serviceCases: ComplianceCases = {
  "a service is recorded at each of its gateways": async ({ store, other }) => {
    const a = await join(store, "a");
    const b = await join(other, "b");
    const meta = '{"service":"s, addr: x, update_time: 1","topics":["ü, 温"]}';
    assertEquals(await tell(store, a, serviceOn(5n, 10_000, meta)), "applied");
    assertEquals(await tell(other, b, serviceOn(5n, 20_000)), "applied");
    assertEquals(await store.service(6n), []);
    const records = [
      {
        serviceId: 5n,
        service: meta,
        addr: "10.0.0.2:1",
        updateTime: 10,
        frontierId: "a",
      },
      {
        serviceId: 5n,
        service: '{"service":"s"}',
        addr: "10.0.0.2:1",
        updateTime: 20,
        frontierId: "b",
      },
    ];
    assertEquals(await allServices(store), records);
    const found = [...await store.service(5n)];
    found.sort((x, y) => x.updateTime - y.updateTime);
    assertEquals(found, records);
    assertEquals(await store.counts(), { edges: 0, services: 2 });
    assertEquals(await tell(store, a, serviceOff(5n, 10_000)), "applied");
    assertEquals(await allServices(store), records.slice(1));
    assertEquals((await store.frontier("a"))?.services, 0);
    assertEquals((await store.frontier("b"))?.services, 1);
  },
  "a service's old connection ends nothing": async ({ store }) => {
    const a = await join(store, "a");
    await tell(store, a, serviceOn(5n, 10), serviceOn(5n, 20));
    assertEquals(await tell(store, a, serviceOff(5n, 10)), "superseded");
    assertEquals(await tell(store, a, serviceOn(5n, 10)), "superseded");
    assertEquals((await store.service(5n)).length, 1);
    assertEquals(await tell(store, a, serviceOff(5n, 20)), "applied");
    assertEquals(await tell(store, a, serviceOn(5n, 20)), "superseded");
    assertEquals(await store.service(5n), []);
    assertEquals(await store.counts(), { edges: 0, services: 0 });
  },
  "a service dies with its gateway": async ({ store, other, advance }) => {
    const dead = await join(store, "dead");
    await tell(store, dead, serviceOn(5n, 10), serviceOn(6n, 10));
    await advance(20_000);
    const b = await join(other, "b");
    await tell(other, b, serviceOn(5n, 10));
    await advance(11_000);
    assertEquals(
      (await allServices(store)).map((r) => `${r.serviceId} ${r.frontierId}`),
      ["5 b"],
    );
    await removeAllDead(store);
    assertEquals((await store.service(5n)).length, 1);
    assertEquals(await store.service(6n), []);
    assertEquals((await store.members("dead", "service", "0")).members, []);
    assertEquals(await store.counts(), { edges: 0, services: 1 });
  },
  "many services are read in parts": async ({ store }) => {
    const sessions = [];
    for (const id of ["a", "b", "c"]) sessions.push(await join(store, id));
    const ids = Array.from({ length: 300 }, (_, i) => BigInt(i + 1));
    for (const session of sessions) {
      await tell(store, session, ...ids.map((id) => serviceOn(id, 10)));
    }
    for (const count of [1_000, 50, 0]) {
      assertEquals((await allServices(store, count)).length, 900);
    }
    assertEquals(await store.counts(), { edges: 0, services: 900 });
  },
};
