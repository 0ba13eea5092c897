/** Which of several services gets a call, a message, a stream or an event. */

import { assert, assertEquals } from "@std/assert";
import type { HashBy } from "../../server/exchange/choose.ts";
import { SimGateway, type SimPeer } from "./simulation.ts";
import { bytes, tail, text } from "../support/test_peer.ts";

/** Ids of 1, 3 and 19 digits: their order as text is not their order as numbers. */
const IDS = [
  7_710_919_756_154_753_889n,
  9n,
  100n,
  12n,
  7_405_239_014_619_127_057n,
];
/** The order of their decimal texts. */
const BY_TEXT = [
  100n,
  12n,
  7_405_239_014_619_127_057n,
  7_710_919_756_154_753_889n,
  9n,
];

interface Crowd {
  gateway: SimGateway;
  /** In the order they connected. */
  services: SimPeer[];
}

function crowd(hashBy: HashBy = "edgeid"): Crowd {
  const gateway = new SimGateway({ hashBy });
  const services = IDS.map((wantedId) => {
    const service = gateway.service("S", {
      wantedId,
      topics: ["t"],
      methods: ["m"],
    });
    service.onRequest = () => ({ value: bytes(`${wantedId}`) });
    return service;
  });
  return { gateway, services };
}

/** Where a call, a message and a stream of an edge went. */
function targets({ gateway, services }: Crowd, edge: SimPeer): bigint[] {
  const before = services.map((one) => [
    one.all("message").length,
    one.all("session").length,
  ]);
  const call = edge.call("m");
  edge.publish("t");
  edge.open("S");
  gateway.run(30);
  const grown = (kind: 0 | 1): bigint => {
    const index = services.findIndex((one, i) =>
      (kind === 0 ? one.all("message") : one.all("session")).length >
        before[i]![kind]!
    );
    return services[index]!.id;
  };
  return [BigInt(edge.outcome(call).slice(4)), grown(0), grown(1)];
}

Deno.test("edgeid: id modulo count, methods in the order of the ids' text, topics and names in that of connecting", () => {
  const all = crowd();
  for (let i = 0; i < 40; i++) {
    const edge = all.gateway.edge({ flags: 0x38 });
    const index = Number(edge.id % 5n);
    assertEquals(targets(all, edge), [
      BY_TEXT[index]!,
      IDS[index]!,
      IDS[index]!,
    ]);
  }
});

Deno.test("srcip: the IPv4 address, or the last four bytes of an IPv6 address, modulo count", () => {
  const addresses: [string, number][] = [
    ["10.1.2.3", 0x0a010203],
    ["255.255.255.255", 0xffffffff],
    ["2001:db8::1:2", 0x00010002],
    ["fe80::a1b2:c3d4%eth0", 0xa1b2c3d4],
    ["::ffff:10.1.2.3", 0x0a010203],
    ["1:2:3:4:5:6:7:8", 0x00070008],
    ["::", 0],
  ];
  for (const [hostname, number] of addresses) {
    const all = crowd("srcip");
    const edge = all.gateway.edge({ flags: 0x38, addr: { hostname } });
    const index = number % 5;
    assertEquals(targets(all, edge), [
      BY_TEXT[index]!,
      IDS[index]!,
      IDS[index]!,
    ], hostname);
  }
  const all = crowd("srcip");
  const memory = all.gateway.edge({
    addr: { network: "memory", hostname: "1.2.3.4" },
  });
  assertEquals(targets(all, memory)[1], IDS[0]);
});

Deno.test("random: calls and streams go to every candidate sometimes, messages of one edge stay with one", () => {
  const all = crowd("random");
  const taken = new Set<bigint>();
  for (let n = 0; n < 30; n++) {
    const edge = all.gateway.edge({ flags: 0x38 });
    const seen: Set<bigint>[] = [new Set(), new Set(), new Set()];
    for (let i = 0; i < (n === 0 ? 100 : 3); i++) {
      targets(all, edge).forEach((id, kind) => seen[kind]!.add(id));
    }
    if (n === 0) assertEquals(seen.map((one) => one.size), [5, 1, 5]);
    assertEquals(seen[1]!.size, 1);
    for (const id of seen[1]!) taken.add(id);
  }
  assertEquals(taken.size, 5, "edges are spread");
});

Deno.test("one taker gets each message and call, whatever it is called", () => {
  const gateway = new SimGateway();
  const one = gateway.service("A", { topics: ["t"], methods: ["m"] });
  const two = gateway.service("B", { topics: ["t"], methods: ["m"] });
  for (const service of [one, two]) service.onRequest = () => ({});
  const edge = gateway.edge();
  const ids = [edge.call("m"), edge.publish("t")];
  gateway.run();
  for (const id of ids) assertEquals(edge.outcome(id), "ok: ");
  const count = (peer: SimPeer) =>
    peer.all("request").length + peer.all("message").length;
  assertEquals(count(one) + count(two), 2);
});

Deno.test("a topic listed twice and a method registered twice count once", () => {
  const gateway = new SimGateway();
  const one = gateway.service("A", { topics: ["t", "t"], methods: ["m", "m"] });
  const two = gateway.service("B", { topics: ["t"], methods: ["m"] });
  const edges = [0, 1, 2, 3].map(() => gateway.edge());
  for (const edge of edges) edge.publish("t");
  gateway.run();
  const expected = edges.filter((edge) => edge.id % 2n === 0n).length;
  assertEquals(one.all("message").length, expected);
  assertEquals(two.all("message").length, 4 - expected);
});

Deno.test("when a candidate leaves the others take over, when it comes back it is last for topics", () => {
  const { gateway, services } = crowd();
  const edge = gateway.edge({ flags: 0x38 });
  services[0]!.cut();
  gateway.run();
  edge.publish("t");
  gateway.run();
  const index = 1 + Number(edge.id % 4n);
  assertEquals(services[index]!.all("message").length, 1);
});

Deno.test("edge_online and edge_offline go to the candidate that the hash names, in the order of methods", () => {
  const gateway = new SimGateway();
  const services = IDS.map((wantedId) => {
    const service = gateway.service("S", {
      wantedId,
      methods: ["edge_online", "edge_offline"],
    });
    service.onRequest = () => ({});
    return service;
  });
  for (let i = 0; i < 20; i++) {
    const edge = gateway.edge();
    const expected = BY_TEXT[Number(edge.id % 5n)];
    const before = services.map((one) => one.all("request").length);
    edge.cut();
    gateway.run();
    services.forEach((service, j) => {
      const events = service.all("request").slice(before[j]! - 1);
      if (service.id !== expected) return;
      assertEquals(
        events.map(({ body }) => text(body.key)).slice(-2),
        ["edge_online", "edge_offline"],
      );
      assert(text(service.last("request").body.value).includes(`${edge.id}`));
    });
  }
});

Deno.test("get_edge_id goes to any of those who answer it", () => {
  const gateway = new SimGateway();
  const services = [1, 2, 3].map(() =>
    gateway.service("S", { methods: ["get_edge_id"] })
  );
  let next = 1n;
  for (const service of services) {
    service.onRequest = () => ({ value: tail(next++) });
  }
  for (let i = 0; i < 60; i++) gateway.edge();
  for (const service of services) assert(service.all("request").length > 0);
  assertEquals(gateway.directory.edgeCount, 60);
});

Deno.test("a kick is over when the connection is closed", async () => {
  const gateway = new SimGateway();
  const edge = gateway.edge({ ours: true });
  const service = gateway.service("svc", { ours: true });
  const ids = [edge, service].map(({ link }) => link.clientId);
  for (const [i, peer] of [edge, service].entries()) {
    let kicked: boolean | undefined;
    const kick = gateway.routing.kick(ids[i]!).then((there) => kicked = there);
    await Promise.resolve();
    assertEquals(kicked, undefined);
    assertEquals(peer.link.state, "closing");
    gateway.run(5_000);
    await kick;
    assertEquals(kicked, true);
    assertEquals(peer.link.state, "closed");
    assertEquals(await gateway.routing.kick(ids[i]!), false);
  }
});
