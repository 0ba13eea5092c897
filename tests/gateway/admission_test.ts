/** How edges and services come and go. */

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type { DataPacket } from "@frontier/proto";
import type { EdgePeer } from "../../server/directory/peer.ts";
import { SimGateway, type SimPeer } from "./simulation.ts";
import { bytes, tail, text } from "../support/test_peer.ts";

/** The events a service heard, such as `edge_online 5`. */
function events(service: SimPeer): string[] {
  return service.all("request").map(describe);
}

function describe({ body }: DataPacket): string {
  const method = text(body.key);
  if (method === "get_edge_id") return method;
  const id = /"EdgeID":(\d+)/.exec(text(body.value))![1];
  return `${method} ${id}`;
}

/** A service that assigns ids and hears events; it answers at once. */
function hookService(gateway: SimGateway, id: bigint): SimPeer {
  const service = gateway.service("hooks", {
    methods: ["get_edge_id", "edge_online", "edge_offline"],
  });
  service.onRequest = ({ body }) =>
    text(body.key) === "get_edge_id" ? { value: tail(id) } : {};
  return service;
}

Deno.test("an edge gets a fresh 64-bit id when nobody assigns ids", () => {
  const gateway = new SimGateway();
  const one = gateway.edge();
  const two = gateway.edge();
  assertEquals(one.connAck.returnCode, 0);
  assertEquals(one.connAck.body.error, "");
  assert(one.id > 0n && two.id > 0n && one.id !== two.id);
  assertEquals(gateway.directory.edgeCount, 2);
});

Deno.test("without allocation and without get_edge_id an edge is refused", () => {
  const gateway = new SimGateway({ allocateEdgeIds: false });
  const edge = gateway.edge();
  assertEquals(edge.connAck.returnCode, 1);
  assertEquals(edge.connAck.clientId, 0n);
  assertEquals(edge.connAck.body.error, "service not online");
  gateway.run(3_000);
  assert(edge.closed !== undefined);
  assertEquals(gateway.directory.edgeCount, 0);
  assert(gateway.log.has("no service answers get_edge_id", "warn"));
  assert(gateway.log.has("edgeid_alloc_when_no_idservice_on", "warn"));
});

Deno.test("where consent is required and nobody can give it, the log says who is missing", () => {
  const gateway = new SimGateway({ requireEdgeOnline: true });
  const edge = gateway.edge();
  assertEquals(edge.connAck.body.error, "service not online");
  assert(gateway.log.has("no service answers edge_online", "warn"));
  assert(gateway.log.has("require_edge_online", "warn"));
});

Deno.test("get_edge_id gets the meta verbatim and its id is used", () => {
  const gateway = new SimGateway({ allocateEdgeIds: false });
  const service = gateway.service("S", { methods: ["get_edge_id"] });
  service.onRequest = () => ({ value: tail(0xfedc_ba98_7654_3210n) });
  const edge = gateway.edge({ meta: bytes("who I am") });
  assertEquals(edge.id, 0xfedc_ba98_7654_3210n);
  const { body } = service.last("request");
  assertEquals(text(body.value), "who I am");
  assertEquals(body.custom, undefined);
  const silent = gateway.edge();
  assertEquals(silent.connAck.returnCode, 0);
  assertEquals(service.last("request").body.value, undefined);
});

Deno.test("an id of 0 from get_edge_id lets the gateway make one, even without allocation", () => {
  const gateway = new SimGateway({ allocateEdgeIds: false });
  const service = gateway.service("S", { methods: ["get_edge_id"] });
  service.onRequest = () => ({ value: new Uint8Array(8) });
  const edge = gateway.edge();
  assertEquals(edge.connAck.returnCode, 0);
  assert(edge.id > 0n);
});

Deno.test("an id that is not 8 bytes is illegal edgeID", () => {
  const gateway = new SimGateway();
  const service = gateway.service("S", { methods: ["get_edge_id"] });
  for (const length of [0, 7, 9, 16]) {
    service.onRequest = () => ({ value: new Uint8Array(length).fill(1) });
    const edge = gateway.edge();
    assertEquals(edge.connAck.returnCode, 1);
    assertEquals(edge.connAck.body.error, "illegal edgeID");
  }
});

Deno.test("an error of get_edge_id is the refusal, without a fallback", () => {
  const gateway = new SimGateway();
  const service = gateway.service("S", { methods: ["get_edge_id"] });
  service.onRequest = () => ({ error: "who are you" });
  const edge = gateway.edge();
  assertEquals(edge.connAck.body.error, "who are you");
  assertEquals(edge.connAck.clientId, 0n);
});

Deno.test("edge_online gets the event as Go peers read it, and admits", () => {
  const gateway = new SimGateway();
  const service = gateway.service("S", { methods: ["edge_online"] });
  service.onRequest = () => ({});
  const edge = gateway.edge({
    meta: bytes("hi"),
    addr: { hostname: "2001:db8::7", port: 51_234 },
  });
  assertEquals(
    text(service.last("request").body.value),
    `{"EdgeID":${edge.id},"Meta":"aGk=","Net":"tcp","Str":"[2001:db8::7]:51234"}`,
  );
  const other = gateway.edge({ addr: { hostname: "192.0.2.7", port: 1 } });
  assertEquals(
    text(service.last("request").body.value),
    `{"EdgeID":${other.id},"Meta":null,"Net":"tcp","Str":"192.0.2.7:1"}`,
  );
});

Deno.test("edge_online vetoes with its text and the edge's id, and no offline follows", () => {
  const gateway = new SimGateway();
  const service = hookService(gateway, 77n);
  service.onRequest = ({ body }) =>
    text(body.key) === "get_edge_id"
      ? { value: tail(77n) }
      : { error: "not today" };
  const edge = gateway.edge();
  assertEquals(edge.connAck.returnCode, 1);
  assertEquals(edge.connAck.clientId, 77n);
  assertEquals(edge.connAck.body.error, "not today");
  gateway.run(3_000);
  assertEquals(events(service), ["get_edge_id", "edge_online 77"]);
});

Deno.test("an edge is not routable before its verdict, and at once after it", () => {
  const gateway = new SimGateway();
  const service = hookService(gateway, 77n);
  service.onRequest = ({ body }) =>
    text(body.key) === "get_edge_id" ? { value: tail(77n) } : undefined;
  const edge = gateway.edge();
  edge.onRequest = () => ({ value: bytes("here") });
  const early = service.call("m", { custom: tail(77n) });
  gateway.run();
  assertEquals(service.outcome(early), "edge not online");
  // The call follows the verdict in the same segment.
  service.answer(service.last("request"));
  const call = service.call("m", { custom: tail(77n) });
  gateway.run();
  assertEquals(service.outcome(call), "ok: here");
  assertEquals(edge.packets[0]!.type, "conn-ack", "the ack comes first");
});

Deno.test("an edge may call at 0 ms after its ack", () => {
  const gateway = new SimGateway();
  const service = gateway.service("S", { methods: ["m"], topics: ["t"] });
  service.onRequest = () => ({ value: bytes("v") });
  const edge = gateway.dial("edge");
  const ids: bigint[] = [];
  edge.onPacket = (packet) => {
    if (packet.type !== "conn-ack") return;
    ids.push(edge.call("m"), edge.publish("t"), edge.open("S"));
  };
  edge.conn();
  gateway.run(30);
  assertEquals(edge.outcome(ids[0]!), "ok: v");
  assertEquals(edge.outcome(ids[1]!), "ok: ");
  assertEquals(service.all("session").length, 1);
});

Deno.test("a service is routable with its ack, its methods with theirs", () => {
  const gateway = new SimGateway();
  const edge = gateway.edge();
  const service = gateway.dial("service", {
    meta: bytes('{"service":"S","topics":["t"]}'),
  });
  service.onRequest = () => ({ value: bytes("v") });
  const ids: bigint[] = [];
  service.onPacket = (packet) => {
    if (packet.type === "conn-ack") ids.push(edge.publish("t"), edge.open("S"));
    if (packet.type === "register-ack") ids.push(edge.call("m"));
  };
  service.conn();
  gateway.run();
  service.register("m");
  gateway.run();
  assertEquals(edge.outcome(ids[0]!), "ok: ");
  assertEquals(service.all("session").length, 1);
  assertEquals(edge.outcome(ids[2]!), "ok: v");
});

Deno.test("both hooks together have 8 s; the edge is told timeout", () => {
  const gateway = new SimGateway();
  const service = hookService(gateway, 77n);
  service.onRequest = () => undefined;
  const edge = gateway.edge();
  gateway.run(5_000);
  service.answer(service.last("request"), { value: tail(77n) });
  gateway.run(2_900);
  assertEquals(edge.all("conn-ack").length, 0);
  gateway.run(200);
  assertEquals(edge.connAck.body.error, "timeout");
  assertEquals(edge.connAck.clientId, 77n);
});

Deno.test("get_edge_id alone has 8 s", () => {
  const gateway = new SimGateway();
  const service = gateway.service("S", { methods: ["get_edge_id"] });
  const edge = gateway.edge();
  gateway.run(8_100);
  assertEquals(edge.connAck.body.error, "timeout");
  service.answer(service.last("request"), { value: tail(5n) });
  gateway.run(100);
  assertEquals(gateway.directory.edgeCount, 0);
});

Deno.test("a success of edge_online that comes too late is followed by edge_offline", () => {
  const gateway = new SimGateway();
  const service = hookService(gateway, 77n);
  service.onRequest = ({ body }) =>
    text(body.key) === "get_edge_id"
      ? { value: tail(77n) }
      : text(body.key) === "edge_offline"
      ? {}
      : undefined;
  const edge = gateway.edge();
  gateway.run(8_100);
  assertEquals(edge.connAck.body.error, "timeout");
  service.answer(service.last("request"));
  gateway.run(10);
  assertEquals(events(service), [
    "get_edge_id",
    "edge_online 77",
    "edge_offline 77",
  ]);
});

Deno.test("an edge that leaves during its admission is followed by edge_offline once it was announced", () => {
  const gateway = new SimGateway();
  const service = hookService(gateway, 77n);
  let verdict: (() => void) | undefined;
  service.onRequest = (packet) => {
    if (text(packet.body.key) === "get_edge_id") return { value: tail(77n) };
    if (text(packet.body.key) === "edge_offline") return {};
    verdict = () => service.answer(packet);
  };
  const edge = gateway.edge();
  edge.cut();
  gateway.run();
  assertEquals(events(service), ["get_edge_id", "edge_online 77"]);
  verdict!();
  gateway.run();
  assertEquals(events(service).at(-1), "edge_offline 77");
  assertEquals(gateway.directory.edgeCount, 0);
});

Deno.test("a hook's service that vanishes refuses the edge with force closed", () => {
  for (const stage of ["get_edge_id", "edge_online"]) {
    const gateway = new SimGateway();
    const service = hookService(gateway, 77n);
    service.onRequest = ({ body }) =>
      text(body.key) === stage ? undefined : { value: tail(77n) };
    const edge = gateway.edge();
    service.cut();
    gateway.run();
    assertEquals(edge.connAck.body.error, "force closed");
  }
});

Deno.test("an edge gone offline is reported before its connection ends", () => {
  const gateway = new SimGateway();
  const service = hookService(gateway, 77n);
  const edge = gateway.edge({ meta: bytes("m") });
  edge.disconn();
  gateway.run();
  assertEquals(events(service), [
    "get_edge_id",
    "edge_online 77",
    "edge_offline 77",
  ]);
  assertStringIncludes(
    text(service.last("request").body.value),
    `"Meta":"bQ==","Net":"tcp","Str":"127.0.0.1:`,
  );
});

Deno.test("a closed edge is out of routing before its close returns", () => {
  const gateway = new SimGateway();
  const service = gateway.service("S");
  const edge = gateway.edge();
  edge.dismiss(1n);
  let call = 0n;
  edge.onPacket = (packet) => {
    if (packet.type === "dismiss-ack") {
      call = service.call("m", { custom: tail(edge.id) });
    }
  };
  gateway.run();
  assertEquals(service.outcome(call), "edge not online");
});

Deno.test("the id that an edge wants is not used", () => {
  const gateway = new SimGateway();
  const edge = gateway.edge({ wantedId: 12_345n });
  assertEquals(edge.connAck.returnCode, 0);
  assert(edge.id !== 12_345n);
});

Deno.test("an edge cannot claim an id by not asking for one", () => {
  const gateway = new SimGateway();
  const service = hookService(gateway, 77n);
  const victim = gateway.edge();
  service.onRequest = ({ body }) =>
    text(body.key) === "get_edge_id" ? { value: tail(88n) } : {};
  const thief = gateway.edge({ flags: 0x10, wantedId: 77n });
  gateway.run(3_000);
  assertEquals(thief.id, 88n);
  assertEquals(victim.closed, undefined);
  const zero = gateway.edge({ flags: 0x10 });
  assert(zero.id !== 0n);
});

Deno.test("a newer connection takes an edge id over; the older one is closed and out of routing at once", () => {
  const gateway = new SimGateway();
  const service = hookService(gateway, 77n);
  const older = gateway.edge();
  gateway.run(2_000);
  const newer = gateway.edge();
  newer.onRequest = () => ({ value: bytes("newer") });
  older.onRequest = () => ({ value: bytes("older") });
  const call = service.call("m", { custom: tail(77n) });
  gateway.run();
  assertEquals(service.outcome(call), "ok: newer");
  assert(older.all("disconn").length === 1);
  gateway.run(5_000);
  assert(older.closed !== undefined);
  assertEquals(newer.closed, undefined);
  assertEquals(gateway.directory.edgeCount, 1);
  // The id is online all the time: nothing may clear it.
  assertEquals(events(service), [
    "get_edge_id",
    "edge_online 77",
    "get_edge_id",
    "edge_online 77",
  ]);
});

Deno.test("an older connection that is half dead does not hold the newer one up", () => {
  const gateway = new SimGateway();
  const service = hookService(gateway, 77n);
  const older = gateway.edge();
  gateway.run(2_000);
  older.vanish();
  const newer = gateway.edge();
  assertEquals(newer.connAck.returnCode, 0);
  service.onRequest = ({ body }) =>
    text(body.key) === "get_edge_id" ? { value: tail(78n) } : {};
  const stranger = gateway.edge();
  assertEquals(stranger.connAck.returnCode, 0);
  gateway.run(2_100);
  assertEquals(gateway.ended, [older.link]);
  assertEquals(gateway.directory.edgeCount, 2);
});

Deno.test("the offline event of an older connection never follows the online event of a newer one", () => {
  // The older connection ends while the newer one is being announced.
  for (const verdict of ["admit", "refuse", "late"] as const) {
    const gateway = new SimGateway();
    const service = hookService(gateway, 77n);
    const older = gateway.edge();
    let decide: () => void = () => {};
    service.onRequest = (packet) => {
      const method = text(packet.body.key);
      if (method === "get_edge_id") return { value: tail(77n) };
      if (method === "edge_offline") return {};
      decide = () =>
        service.answer(packet, verdict === "refuse" ? { error: "no" } : {});
    };
    const newer = gateway.edge();
    older.cut();
    gateway.run();
    const before = [
      "get_edge_id",
      "edge_online 77",
      "get_edge_id",
      "edge_online 77",
    ];
    assertEquals(events(service), before);
    if (verdict === "late") gateway.run(8_100);
    decide();
    gateway.run();
    // Admitted it is online, else it is not, and the service hears so.
    assertEquals(
      events(service),
      verdict === "admit" ? before : [...before, "edge_offline 77"],
    );
    assertEquals(newer.connAck.returnCode, verdict === "admit" ? 0 : 1);
  }
});

Deno.test("an online event waits for the offline event of the same id", () => {
  const gateway = new SimGateway();
  const service = hookService(gateway, 77n);
  const older = gateway.edge();
  service.onRequest = (packet) => {
    const method = text(packet.body.key);
    if (method === "get_edge_id") return { value: tail(77n) };
    return method === "edge_offline" ? undefined : {};
  };
  older.cut();
  gateway.run();
  const offline = service.last("request");
  const newer = gateway.edge();
  gateway.run(1_000);
  assertEquals(events(service).at(-1), "get_edge_id");
  service.answer(offline);
  gateway.run();
  assertEquals(events(service).at(-1), "edge_online 77");
  assertEquals(newer.connAck.returnCode, 0);
  // A service that never confirms delays it by seconds only.
  newer.cut();
  gateway.run();
  const third = gateway.edge();
  gateway.run(3_100);
  assertEquals(third.connAck.returnCode, 0);
});

Deno.test("a Go peer is not closed within 1.5 s of its connect, one of ours is", () => {
  for (const ours of [false, true]) {
    const gateway = new SimGateway();
    hookService(gateway, 77n);
    const older = gateway.edge({ ours });
    gateway.edge();
    gateway.run(1_000);
    assertEquals(older.all("disconn").length, ours ? 1 : 0);
    gateway.run(600);
    assertEquals(older.all("disconn").length, 1);
  }
});

Deno.test("a Go peer's own close during that time is served at once", () => {
  const gateway = new SimGateway();
  hookService(gateway, 77n);
  const older = gateway.edge();
  gateway.edge();
  older.disconn();
  gateway.run();
  assert(older.closed !== undefined);
  gateway.run(3_000);
  assertEquals(gateway.network.wheel.size, 2, "one timer per open connection");
});

Deno.test("a service id taken twice replaces the older service without a deadlock", () => {
  const gateway = new SimGateway();
  const older = gateway.service("S", {
    wantedId: 9n,
    methods: ["m", "get_edge_id"],
    topics: ["t"],
  });
  assertEquals(older.id, 9n);
  const newer = gateway.service("S", { wantedId: 9n, methods: ["m"] });
  assertEquals(newer.id, 9n);
  newer.onRequest = () => ({ value: bytes("newer") });
  const edge = gateway.edge();
  assertEquals(edge.connAck.returnCode, 0, "get_edge_id went with the older");
  const call = edge.call("m");
  const message = edge.publish("t");
  gateway.run();
  assertEquals(edge.outcome(call), "ok: newer");
  assertEquals(edge.outcome(message), "topic not online");
  gateway.run(3_000);
  assert(older.closed !== undefined);
  assertEquals(gateway.directory.serviceCount, 1);
  const third = gateway.service("T");
  assertEquals(third.connAck.returnCode, 0);
});

Deno.test("what an ousted service registers is not routed to", () => {
  const gateway = new SimGateway();
  const older = gateway.service("S", { wantedId: 9n });
  gateway.service("S", { wantedId: 9n });
  older.register("m");
  const edge = gateway.edge();
  const call = edge.call("m");
  gateway.run();
  assertEquals(edge.outcome(call), "record not found");
});

Deno.test("the end of one service takes nothing away from others with near ids", () => {
  const gateway = new SimGateway();
  const base = 2n ** 62n;
  const services = [0n, 1n, 2n].map((i) =>
    gateway.service("S", { wantedId: base + i, methods: [`m${i}`] })
  );
  for (const service of services) service.onRequest = () => ({});
  const edge = gateway.edge();
  services[0]!.cut();
  gateway.run();
  const ids = ["m0", "m1", "m2"].map((method) => edge.call(method));
  gateway.run();
  assertEquals(ids.map((id) => edge.outcome(id)), [
    "record not found",
    "ok: ",
    "ok: ",
  ]);
});

Deno.test("the meta of a service is read in any letter case, unknown keys ignored", () => {
  const gateway = new SimGateway();
  const edge = gateway.edge();
  const metas = [
    '{"service":"A","topics":["a"]}',
    '{"Service":"B","Topics":["b"],"Version":{"x":[1]}}',
    '{"SERVICE":"C","tOPICS":["c"]}',
    '{"service":"D","topics":null}',
    '{"service":"E"}',
    "{}",
  ];
  for (const meta of metas) {
    const service = gateway.dial("service", { meta: bytes(meta) });
    service.conn();
    gateway.run();
    assertEquals(service.connAck.returnCode, 0, meta);
  }
  const ids = ["a", "b", "c"].map((topic) => edge.publish(topic));
  gateway.run();
  for (const id of ids) assertEquals(edge.outcome(id), "ok: ");
});

Deno.test("a service with invalid meta is refused and leaves nothing behind", () => {
  const gateway = new SimGateway();
  const metas = [
    undefined,
    "",
    "nope",
    "[]",
    "null",
    '"S"',
    '{"service":1}',
    '{"topics":"t"}',
    '{"topics":[1]}',
    '{"service":"S"',
  ];
  for (const meta of metas) {
    const service = gateway.dial("service", {
      meta: meta === undefined ? undefined : bytes(meta),
    });
    service.conn();
    service.register("m");
    gateway.run();
    assertEquals(service.connAck.returnCode, 1, meta);
    assertStringIncludes(service.connAck.body.error, "illegal service meta");
    gateway.run(3_000);
    assert(service.closed !== undefined);
  }
  assertEquals(gateway.directory.serviceCount, 0);
  const edge = gateway.edge();
  const call = edge.call("m");
  gateway.run();
  assertEquals(edge.outcome(call), "record not found");
});

Deno.test("whoever says that it is of the other kind is refused, who says nothing goes by its meta", () => {
  const gateway = new SimGateway();
  const meta = bytes('{"service":"S","topics":null}');
  for (const at of ["edge", "service"] as const) {
    const own = at;
    const other = at === "edge" ? "service" : "edge";
    for (const ext of [[], ["cancel"], ["cancel", own], [own, "unknown"]]) {
      const peer = gateway.dial(at, { meta, ext });
      peer.conn();
      gateway.run();
      assertEquals(peer.connAck.returnCode, 0, `${ext} at ${at}`);
      const agreed = ext.filter((name) => name === "cancel");
      assertEquals(peer.connAck.body.ext, agreed);
    }
    for (const ext of [[other], ["cancel", other]]) {
      const peer = gateway.dial(at, { meta, ext });
      peer.conn();
      gateway.run();
      assertEquals(peer.connAck.returnCode, 1);
      assertStringIncludes(peer.connAck.body.error, "wrong port: ");
      gateway.run(3_000);
      assert(peer.closed !== undefined);
    }
  }
  assertEquals(gateway.directory.edgeCount, 4);
  assertEquals(gateway.directory.serviceCount, 4);
});

Deno.test("after a service with hooks has gone, edges come and go without it", () => {
  const gateway = new SimGateway();
  const service = hookService(gateway, 77n);
  service.cut();
  gateway.run();
  const edge = gateway.edge();
  assertEquals(edge.connAck.returnCode, 0);
  edge.cut();
  gateway.run();
  assertEquals(gateway.directory.edgeCount, 0);
});

Deno.test("a silent peer is closed after twice its heartbeat and a bounded grace", () => {
  // Code 0 announces 5 s.
  const gateway = new SimGateway();
  const service = hookService(gateway, 77n);
  const edge = gateway.edge({ flags: 0x08 });
  edge.polite = false;
  gateway.run(9_900);
  assertEquals(edge.all("disconn").length, 0);
  gateway.run(200);
  assertEquals(edge.all("disconn").length, 1);
  assertEquals(events(service).at(-1), "edge_offline 77");
  gateway.run(2_100);
  assert(edge.closed !== undefined);
  assertEquals(gateway.ended.length, 1);
});

Deno.test("a vanished peer is offline after the heartbeat limit, also when nothing can be sent to it", () => {
  const gateway = new SimGateway();
  const service = hookService(gateway, 77n);
  const edge = gateway.edge();
  edge.vanish();
  gateway.run(39_000);
  assertEquals(gateway.directory.edgeCount, 1);
  gateway.run(2_000);
  assertEquals(gateway.directory.edgeCount, 0);
  assertEquals(events(service).at(-1), "edge_offline 77");
  gateway.run(3_000);
  assertEquals(gateway.ended.length, 1);
});

Deno.test("any packet keeps a peer alive", () => {
  const gateway = new SimGateway();
  const edge = gateway.edge({ flags: 0x08 });
  for (let i = 0; i < 5; i++) {
    gateway.run(8_000);
    if (i % 2 === 0) edge.heartbeat();
    else edge.call("m");
  }
  gateway.run(8_000);
  assertEquals(edge.closed, undefined);
  assertEquals(edge.all("heartbeat-ack").length, 3);
});

Deno.test("a half-open handshake is dropped after its limit", () => {
  const gateway = new SimGateway({ limits: { handshakeTimeoutMs: 500 } });
  const silent = gateway.dial("edge");
  const half = gateway.dial("service");
  half.write(new Uint8Array([1, 1, 0, 0, 0]));
  gateway.run(490);
  assertEquals([silent.closed, half.closed], [undefined, undefined]);
  gateway.run(30);
  assert(silent.closed !== undefined && half.closed !== undefined);
});

Deno.test("what a hasty client sends before its ack does no harm", () => {
  const gateway = new SimGateway();
  const service = hookService(gateway, 77n);
  service.onRequest = ({ body }) =>
    text(body.key) === "get_edge_id" ? { value: tail(77n) } : undefined;
  const edge = gateway.edge();
  const early = edge.call("m");
  gateway.run();
  service.answer(service.last("request"));
  gateway.run();
  assertEquals(edge.connAck.returnCode, 0);
  assertEquals(edge.outcome(early), "none");
  const later = edge.call("m");
  gateway.run();
  assertEquals(edge.outcome(later), "record not found");
});

Deno.test("each id is used, and logged as it is", () => {
  const gateway = new SimGateway();
  const ids = [1, 2, 3].map(() => gateway.edge().id);
  assertEquals([ids[1]! - ids[0]!, ids[2]! - ids[1]!], [1n, 1n]);
  for (const id of ids) assert(gateway.log.has(`edge ${id} `));
});

Deno.test("no payload, meta or custom bytes are logged", () => {
  const gateway = new SimGateway();
  const service = gateway.service("S", {
    methods: ["m", "edge_online"],
    topics: ["t"],
  });
  service.onRequest = ({ body }) => ({ value: body.value });
  const secret = bytes("SECRET");
  const edge = gateway.edge({ meta: secret });
  edge.call("m", { value: secret, custom: secret });
  edge.call("nope", { value: secret });
  edge.publish("t", { value: secret });
  service.publish("t", { value: secret, custom: tail(edge.id, secret) });
  const open = edge.open("S");
  gateway.run(30);
  edge.stream(edge.sessionAck(open)!.sessionId, secret);
  gateway.run();
  edge.write(bytes("SECRET garbage"));
  gateway.run(3_000);
  assert(!gateway.log.has("SECRET") && !gateway.log.has("U0VDUkVU"));
});

Deno.test("nothing is sent on a default session that was dismissed", () => {
  const gateway = new SimGateway();
  const service = gateway.service("S", { topics: ["t"], methods: ["m"] });
  const edge = gateway.edge();
  service.dismiss(1n);
  gateway.run();
  const { length } = service.packets;
  for (let i = 0; i < 50; i++) {
    edge.publish("t");
    edge.call("m");
  }
  service.call("m", { custom: tail(edge.id) });
  gateway.run(100);
  assertEquals(service.packets.length, length);
});

Deno.test("no ack is sent that nobody waits for", () => {
  const gateway = new SimGateway();
  const edge = gateway.edge();
  edge.dismiss(1n);
  edge.dismiss(1n);
  gateway.run();
  assertEquals(edge.all("dismiss-ack").length, 1);
  edge.disconn();
  edge.disconn();
  gateway.run();
  assertEquals(edge.all("disconn-ack").length, 1);
  assert(edge.closed !== undefined);
});

Deno.test("an offline event that a service does not take is logged, and blocks nothing", () => {
  for (const how of ["error", "mute", "full"] as const) {
    const limits = how === "full" ? { maxInflightRequests: 1 } : {};
    const gateway = new SimGateway({ limits });
    const service = hookService(gateway, 77n);
    const edge = gateway.edge();
    service.onRequest = ({ body }) => {
      const method = text(body.key);
      if (method === "get_edge_id") return { value: tail(77n) };
      if (method === "edge_online") return {};
      return how === "error" ? { error: "not now" } : undefined;
    };
    if (how === "full") service.register("m");
    gateway.run();
    if (how === "full") edge.call("m");
    gateway.run();
    if (how === "full") service.onRequest = () => undefined;
    edge.disconn();
    gateway.run(31_000);
    assert(gateway.log.has("offline event", "warn"), how);
    assertEquals(gateway.edgebound.leaving, 0);
  }
});

Deno.test("the buffer that a long meta came in is given back when it was read", () => {
  const gateway = new SimGateway();
  for (const hooks of [false, true]) {
    // It is asked, and does not answer.
    if (hooks) gateway.service("hooks", { methods: ["edge_online"] });
    const edge = gateway.edge({ meta: new Uint8Array(1_000_000) });
    gateway.run(1_000);
    const { readBytes } = edge.link.user as EdgePeer;
    assert(readBytes <= 65_536, `${readBytes} bytes`);
    edge.tear();
    gateway.run(1_000);
  }
});
