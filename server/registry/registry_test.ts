import { assert, assertEquals } from "@std/assert";
import type { Link } from "@frontier/proto";
import { EdgePeer, ServicePeer } from "./peer.ts";
import { Registry } from "./registry.ts";

const ADDR = { network: "tcp", hostname: "127.0.0.1", port: 1 };
const utf8 = new TextEncoder();

function edge(id: bigint): EdgePeer {
  const peer = new EdgePeer({} as Link, ADDR);
  peer.idHi = Number(id >> 32n);
  peer.idLo = Number(id & 0xffff_ffffn);
  return peer;
}

function service(id: bigint, name = "", topics: string[] = []): ServicePeer {
  const peer = new ServicePeer({} as Link, ADDR);
  peer.idHi = Number(id >> 32n);
  peer.idLo = Number(id & 0xffff_ffffn);
  peer.name = name;
  peer.topics = topics;
  return peer;
}

function byMethod(registry: Registry, name: string): bigint[] {
  const key = utf8.encode(btoa(name));
  return (registry.byMethod(key, 0, key.length) ?? []).map(({ id }) => id);
}

function byTopic(registry: Registry, topic: string): bigint[] {
  const key = utf8.encode(JSON.stringify(topic).slice(1, -1));
  return (registry.byTopic(key, 0, key.length) ?? []).map(({ id }) => id);
}

Deno.test("edges that share half of their id are different", () => {
  const registry = new Registry();
  const ids = [1n, 2n, 1n << 32n, (1n << 32n) + 1n, 2n ** 64n - 1n];
  const edges = ids.map(edge);
  for (const one of edges) registry.addEdge(one);
  assertEquals(registry.edgeCount, 5);
  assertEquals(
    [...registry.edges()].map(({ id }) => id).sort(),
    [...ids].sort(),
  );
  for (const one of edges) {
    assert(registry.edge(one.idHi, one.idLo) === one);
    assert(registry.removeEdge(one));
    assertEquals(registry.edge(one.idHi, one.idLo), undefined);
    assert(!registry.removeEdge(one), "only once");
  }
  assertEquals(registry.edgeCount, 0);
});

Deno.test("B19: removing an edge whose id was taken over removes nothing", () => {
  const registry = new Registry();
  const [older, newer] = [edge(7n), edge(7n)];
  registry.addEdge(older);
  registry.removeEdge(older);
  registry.addEdge(newer);
  assert(!registry.removeEdge(older));
  assert(registry.edge(0, 7) === newer);
  assert(newer.online && !older.online);
});

Deno.test("B6: a service's end takes away its own entries only", () => {
  const registry = new Registry();
  const base = 2n ** 62n;
  const all = [0n, 1n, 2n].map((i) => service(base + i, "S", ["t", "*"]));
  for (const one of all) {
    registry.addService(one);
    registry.addMethod(one, utf8.encode("m"));
    registry.addMethod(one, utf8.encode("edge_online"));
  }
  assert(registry.removeService(all[1]!));
  assert(!registry.removeService(all[1]!));
  const left = [base, base + 2n];
  assertEquals(byMethod(registry, "m"), left);
  assertEquals(byTopic(registry, "t"), left);
  assertEquals(byTopic(registry, "else"), left);
  assertEquals(registry.byName("S").map(({ id }) => id), left);
  assertEquals(registry.byHook("edge_online").map(({ id }) => id), left);
  for (const one of all) registry.removeService(one);
  assertEquals(byMethod(registry, "m"), []);
  assertEquals(byTopic(registry, "else"), []);
  assertEquals(registry.byName("S"), []);
  assertEquals(registry.serviceCount, 0);
});

Deno.test("candidates for a method and a hook are in the order of their ids' text, others in that of connecting", () => {
  const registry = new Registry();
  const ids = [9n, 100n, 12n, 7_405_239_014_619_127_057n];
  for (const id of ids) {
    const one = service(id, "S", ["t"]);
    registry.addService(one);
    registry.addMethod(one, utf8.encode("m"));
    registry.addMethod(one, utf8.encode("edge_offline"));
  }
  const byText = [100n, 12n, 7_405_239_014_619_127_057n, 9n];
  assertEquals(byMethod(registry, "m"), byText);
  assertEquals(registry.byHook("edge_offline").map(({ id }) => id), byText);
  assertEquals(byTopic(registry, "t"), ids);
  assertEquals(registry.byName("S").map(({ id }) => id), ids);
});

Deno.test("hook methods are no methods", () => {
  const registry = new Registry();
  const one = service(1n);
  registry.addService(one);
  for (const hook of ["get_edge_id", "edge_online", "edge_offline"]) {
    registry.addMethod(one, utf8.encode(hook));
    assertEquals(byMethod(registry, hook), []);
  }
  registry.addMethod(one, utf8.encode("Edge_online"));
  assertEquals(byMethod(registry, "Edge_online"), [1n]);
});

Deno.test("a list of candidates stays as it is while somebody holds it", () => {
  const registry = new Registry();
  const [one, two] = [service(1n, "S", ["t"]), service(2n, "S", ["t"])];
  registry.addService(one);
  const held = registry.byName("S");
  registry.addService(two);
  registry.removeService(one);
  assertEquals(held, [one]);
});
