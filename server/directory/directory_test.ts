import { assert, assertEquals } from "@std/assert";
import type { Link } from "@frontier/proto/internal";
import { EdgePeer, ServicePeer } from "./peer.ts";
import { Directory } from "./directory.ts";
import type { Route, RouteSet } from "./route.ts";
import { NULL_LOGGER } from "@frontier/platform/log";

const LINK = { features: ["cancel"] } as unknown as Link;
const ADDR = { network: "tcp", hostname: "127.0.0.1", port: 1 };
const utf8 = new TextEncoder();

function edge(id: bigint): EdgePeer {
  const peer = new EdgePeer(LINK, ADDR, 0);
  peer.idHi = Number(id >> 32n);
  peer.idLo = Number(id & 0xffff_ffffn);
  return peer;
}

function service(id: bigint, name = "", topics: string[] = []): ServicePeer {
  const peer = new ServicePeer(LINK, ADDR, 0);
  peer.idHi = Number(id >> 32n);
  peer.idLo = Number(id & 0xffff_ffffn);
  peer.name = name;
  peer.topics = topics;
  return peer;
}

function owners(set: RouteSet | undefined): bigint[] {
  return (set?.routes ?? []).map(({ owner }) => owner!.id);
}

function byMethod(directory: Directory, name: string): bigint[] {
  const key = utf8.encode(btoa(name));
  return owners(directory.byMethod(key, 0, key.length));
}

function byTopic(directory: Directory, topic: string): bigint[] {
  const key = utf8.encode(JSON.stringify(topic).slice(1, -1));
  return owners(directory.byTopic(key, 0, key.length));
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

Deno.test("removing an edge whose id was taken over removes nothing", () => {
  const directory = new Directory();
  const [older, newer] = [edge(7n), edge(7n)];
  directory.addEdge(older);
  directory.removeEdge(older);
  directory.addEdge(newer);
  assert(!directory.removeEdge(older));
  assert(directory.edge(0, 7) === newer);
  assert(newer.online && !older.online);
});

Deno.test("a service's end takes away its own entries only", () => {
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
  assertEquals(owners(directory.byName("S")), left);
  assertEquals(directory.byHook("edge_online").map(({ id }) => id), left);
  for (const one of all) directory.removeService(one);
  assertEquals(byMethod(directory, "m"), []);
  assertEquals(byTopic(directory, "else"), []);
  assertEquals(directory.byName("S"), undefined);
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
  assertEquals(owners(directory.byName("S")), ids);
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

Deno.test("a set of routes is the same object as long as there is one, and its list is never changed in place", () => {
  const directory = new Directory();
  const [one, two] = [service(1n, "S", ["t"]), service(2n, "S", ["t"])];
  directory.addService(one);
  const set = directory.byName("S")!;
  const { routes } = set;
  directory.addService(two);
  directory.removeService(one);
  assertEquals(routes.map(({ owner }) => owner), [one]);
  assert(directory.byName("S") === set);
  assertEquals(owners(set), [2n]);
  directory.removeService(two);
  assertEquals(directory.byName("S"), undefined);
});

Deno.test("subscribers hear everything while it happens, until they end it", () => {
  const directory = new Directory();
  const heard: string[] = [];
  const name = ({ kind, name, owner }: Route) => `${kind} ${name} ${owner!.id}`;
  const end = directory.subscribe({
    online: (peer) => heard.push(`online ${peer.id} ${peer.online}`),
    offline: (peer, reason) => {
      const found = directory.edge(peer.idHi, peer.idLo) ??
        directory.service(peer.id);
      heard.push(`offline ${peer.id} ${reason.text} ${found}`);
    },
    registered: (route) => heard.push(`+ ${name(route)}`),
    unregistered: (route) => heard.push(`- ${name(route)}`),
    heartbeat: (peer) => heard.push(`heartbeat ${peer.id}`),
    draining: () => heard.push("draining"),
  });
  const one = service(1n, "S", ["t"]);
  directory.addService(one);
  directory.addMethod(one, utf8.encode("größe"));
  directory.addMethod(one, utf8.encode("größe"));
  directory.addMethod(one, utf8.encode("edge_online"));
  const two = edge(2n);
  directory.addEdge(two);
  directory.heartbeat(two);
  directory.removeEdge(two);
  directory.removeEdge(two);
  directory.draining();
  directory.removeService(one, { kind: "lost", text: "gone" });
  const expected = [
    "online 1 true",
    "+ name S 1",
    "+ topic t 1",
    "+ method größe 1",
    "+ hook edge_online 1",
    "online 2 true",
    "heartbeat 2",
    "offline 2 closed undefined",
    "draining",
    "- name S 1",
    "- topic t 1",
    "- method größe 1",
    "- hook edge_online 1",
    "offline 1 gone undefined",
  ];
  assertEquals(heard, expected);
  end();
  directory.addEdge(two);
  directory.heartbeat(two);
  assertEquals(heard, expected);
});

Deno.test("a subscriber that throws is reported, and keeps nobody from hearing", () => {
  const errors: unknown[] = [];
  const directory = new Directory({
    ...NULL_LOGGER,
    error: (_message, fields) => errors.push(fields?.error),
  });
  let heard = 0;
  directory.subscribe({
    online: () => {
      throw new Error("full");
    },
  });
  directory.subscribe({ online: () => heard++ });
  directory.addEdge(edge(1n));
  assertEquals([heard, errors], [1, ["full"]]);
});

Deno.test("a snapshot holds a record of everybody, and changes no more", () => {
  const directory = new Directory();
  const one = service(1n, "S", ["t"]);
  directory.addService(one);
  directory.addMethod(one, utf8.encode("größe"));
  const two = edge(2n);
  two.meta = utf8.encode("m");
  two.identity = {
    subject: "CN=two",
    sans: ["DNS:two.example"],
    fingerprint256: "AA:BB",
    issuer: "CN=authority",
  };
  directory.addEdge(two);
  const records = directory.snapshot();
  directory.removeService(one);
  assertEquals(records, [
    {
      id: 1n,
      kind: "service",
      name: "S",
      meta: undefined,
      address: ADDR,
      identity: undefined,
      created: 0,
      methods: ["größe"],
      topics: ["t"],
      features: ["cancel"],
    },
    {
      id: 2n,
      kind: "edge",
      name: "",
      meta: utf8.encode("m"),
      address: ADDR,
      identity: two.identity,
      created: 0,
      methods: [],
      topics: [],
      features: ["cancel"],
    },
  ]);
});
