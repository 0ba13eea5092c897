import { assert, assertEquals } from "@std/assert";
import type { Link } from "@frontier/proto";
import { EdgePeer, ServicePeer } from "./peer.ts";
import { Directory } from "./directory.ts";

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

function byMethod(directory: Directory, name: string): bigint[] {
  const key = utf8.encode(btoa(name));
  return (directory.byMethod(key, 0, key.length) ?? []).map(({ id }) => id);
}

function byTopic(directory: Directory, topic: string): bigint[] {
  const key = utf8.encode(JSON.stringify(topic).slice(1, -1));
  return (directory.byTopic(key, 0, key.length) ?? []).map(({ id }) => id);
}

Deno.test("edges that share half of their id are different", () => {
  const directory = new Directory();
  const ids = [1n, 2n, 1n << 32n, (1n << 32n) + 1n, 2n ** 64n - 1n];
  const edges = ids.map(edge);
  for (const one of edges) directory.addEdge(one);
  assertEquals(directory.edgeCount, 5);
  assertEquals(
    [...directory.edges()].map(({ id }) => id).sort(),
    [...ids].sort(),
  );
  for (const one of edges) {
    assert(directory.edge(one.idHi, one.idLo) === one);
    assert(directory.removeEdge(one));
    assertEquals(directory.edge(one.idHi, one.idLo), undefined);
    assert(!directory.removeEdge(one), "only once");
  }
  assertEquals(directory.edgeCount, 0);
});

Deno.test("B19: removing an edge whose id was taken over removes nothing", () => {
  const directory = new Directory();
  const [older, newer] = [edge(7n), edge(7n)];
  directory.addEdge(older);
  directory.removeEdge(older);
  directory.addEdge(newer);
  assert(!directory.removeEdge(older));
  assert(directory.edge(0, 7) === newer);
  assert(newer.online && !older.online);
});

Deno.test("B6: a service's end takes away its own entries only", () => {
  const directory = new Directory();
  const base = 2n ** 62n;
  const all = [0n, 1n, 2n].map((i) => service(base + i, "S", ["t", "*"]));
  for (const one of all) {
    directory.addService(one);
    directory.addMethod(one, utf8.encode("m"));
    directory.addMethod(one, utf8.encode("edge_online"));
  }
  assert(directory.removeService(all[1]!));
  assert(!directory.removeService(all[1]!));
  const left = [base, base + 2n];
  assertEquals(byMethod(directory, "m"), left);
  assertEquals(byTopic(directory, "t"), left);
  assertEquals(byTopic(directory, "else"), left);
  assertEquals(directory.byName("S").map(({ id }) => id), left);
  assertEquals(directory.byHook("edge_online").map(({ id }) => id), left);
  for (const one of all) directory.removeService(one);
  assertEquals(byMethod(directory, "m"), []);
  assertEquals(byTopic(directory, "else"), []);
  assertEquals(directory.byName("S"), []);
  assertEquals(directory.serviceCount, 0);
});

Deno.test("candidates for a method and a hook are in the order of their ids' text, others in that of connecting", () => {
  const directory = new Directory();
  const ids = [9n, 100n, 12n, 7_405_239_014_619_127_057n];
  for (const id of ids) {
    const one = service(id, "S", ["t"]);
    directory.addService(one);
    directory.addMethod(one, utf8.encode("m"));
    directory.addMethod(one, utf8.encode("edge_offline"));
  }
  const byText = [100n, 12n, 7_405_239_014_619_127_057n, 9n];
  assertEquals(byMethod(directory, "m"), byText);
  assertEquals(directory.byHook("edge_offline").map(({ id }) => id), byText);
  assertEquals(byTopic(directory, "t"), ids);
  assertEquals(directory.byName("S").map(({ id }) => id), ids);
});

Deno.test("hook methods are no methods", () => {
  const directory = new Directory();
  const one = service(1n);
  directory.addService(one);
  for (const hook of ["get_edge_id", "edge_online", "edge_offline"]) {
    directory.addMethod(one, utf8.encode(hook));
    assertEquals(byMethod(directory, hook), []);
  }
  directory.addMethod(one, utf8.encode("Edge_online"));
  assertEquals(byMethod(directory, "Edge_online"), [1n]);
});

Deno.test("a list of candidates stays as it is while somebody holds it", () => {
  const directory = new Directory();
  const [one, two] = [service(1n, "S", ["t"]), service(2n, "S", ["t"])];
  directory.addService(one);
  const held = directory.byName("S");
  directory.addService(two);
  directory.removeService(one);
  assertEquals(held, [one]);
});
