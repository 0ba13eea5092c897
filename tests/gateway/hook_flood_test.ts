/** Edges that are not admitted yet, in great numbers. */

import { assert, assertEquals } from "@std/assert";
import type { DataPacket } from "@frontier/proto";
import { SimGateway, type SimPeer } from "./simulation.ts";
import { bytes, tail, text } from "../support/test_peer.ts";

const MEBIBYTE = 1_048_576;

/** A service that takes a while to answer hooks, and answers calls at once. */
function slowService(
  gateway: SimGateway,
  methods: readonly string[],
  delayMs: number,
): { service: SimPeer; most: () => { asks: number; bytes: number } } {
  const service = gateway.service("S", { methods: [...methods, "m"] });
  const open = new Set<DataPacket>();
  let asks = 0;
  let most = 0;
  service.onRequest = (packet) => {
    const method = text(packet.body.key);
    if (method === "m") return { value: bytes("done") };
    open.add(packet);
    asks = Math.max(asks, open.size);
    let sum = 0;
    for (const { body } of open) sum += body.value?.length ?? 0;
    most = Math.max(most, sum);
    gateway.network.after(delayMs, () => {
      open.delete(packet);
      if (service.closed !== undefined) return;
      service.answer(packet, {
        value: method === "get_edge_id" ? tail(0n) : undefined,
      });
    });
    return undefined;
  };
  return { service, most: () => ({ asks, bytes: most }) };
}

Deno.test("edges with very long metas that wait for a slow service fail nobody's calls", () => {
  for (const hook of ["get_edge_id", "edge_online"]) {
    const gateway = new SimGateway();
    const victim = gateway.edge({ flags: 0x38 });
    const { most } = slowService(gateway, [hook], 1_000);
    const meta = new Uint8Array(MEBIBYTE).fill(0x61);
    const flood = Array.from(
      { length: 60 },
      () => gateway.dial("edge", { meta, addr: { hostname: "192.0.2.1" } }),
    );
    for (const edge of flood) edge.conn();
    const calls: bigint[] = [];
    for (let i = 0; i < 100; i++) {
      calls.push(victim.call("m"));
      gateway.run(20);
    }
    for (const call of calls) assertEquals(victim.outcome(call), "ok: done");
    gateway.run(10_000);
    assert(most().bytes <= 8 * MEBIBYTE, `${most().bytes}`);
    // Each was admitted in turn, or told that its time was over.
    for (const { connAck } of flood) {
      assert(["", "timeout"].includes(connAck.body.error), connAck.body.error);
    }
    assert(flood.some(({ connAck }) => connAck.returnCode === 0));
    assertEquals(gateway.routing.hooks.waiting, 0);
    assertEquals(gateway.routing.hooks.unanswered, 0);
  }
});

Deno.test("an edge of another address waits for its turn, not for thousands of others", () => {
  for (const hook of ["get_edge_id", "edge_online"]) {
    const gateway = new SimGateway();
    const { most } = slowService(gateway, [hook], 500);
    const flood = Array.from(
      { length: 4_000 },
      () => gateway.dial("edge", { addr: { hostname: "192.0.2.1" } }),
    );
    for (const edge of flood) edge.conn();
    gateway.run(100);
    const since = gateway.network.now;
    const victim = gateway.dial("edge", { addr: { hostname: "192.0.2.2" } });
    victim.conn();
    while (victim.all("conn-ack").length === 0) gateway.run(10);
    assertEquals(victim.connAck.returnCode, 0);
    const waited = gateway.network.now - since;
    assert(waited < 1_200, `${waited} ms`);
    // And one place on top, for the other address.
    assertEquals(most().asks, 1_025);
  }
});

Deno.test("edges of one address have all places while nobody else wants them", () => {
  const gateway = new SimGateway();
  const { most } = slowService(gateway, ["edge_online"], 100);
  const edges = Array.from({ length: 1_000 }, () => gateway.dial("edge"));
  for (const edge of edges) edge.conn();
  gateway.run(200);
  assertEquals(most().asks, 1_000);
  for (const edge of edges) assertEquals(edge.connAck.returnCode, 0);
});

Deno.test("an admission that has its id goes before those that have none yet", () => {
  const gateway = new SimGateway();
  slowService(gateway, ["get_edge_id", "edge_online"], 300);
  const edges = Array.from({ length: 3_000 }, () => gateway.dial("edge"));
  for (const edge of edges) edge.conn();
  gateway.run(700);
  // Two questions each, 1 024 at a time: the first thousand is through.
  assertEquals(gateway.directory.edgeCount, 1_024);
});

Deno.test("an admission that waits when its service leaves is asked of another, or of nobody", () => {
  for (const other of [true, false]) {
    const gateway = new SimGateway();
    const first = gateway.service("S", { methods: ["edge_online"] });
    first.onRequest = () => undefined;
    const edges = Array.from({ length: 1_500 }, () => gateway.dial("edge"));
    for (const edge of edges) edge.conn();
    gateway.run(10);
    const second = other
      ? gateway.service("S", { methods: ["edge_online"] })
      : undefined;
    if (second !== undefined) second.onRequest = () => ({});
    first.cut();
    gateway.run(100);
    const lost = edges.filter((edge) =>
      edge.connAck.body.error === "force closed"
    );
    // What it was asked about may have been acted upon; the rest was not asked.
    assertEquals(lost.length, 1_024);
    assertEquals(gateway.directory.edgeCount, 1_500 - 1_024);
    assertEquals(second?.all("request").length ?? 0, other ? 1_500 - 1_024 : 0);
  }
});

Deno.test("what nobody waits for any more is not asked", () => {
  const gateway = new SimGateway();
  const service = gateway.service("S", { methods: ["edge_online"] });
  service.onRequest = () => undefined;
  const edges = Array.from({ length: 1_100 }, () => gateway.dial("edge"));
  for (const edge of edges) edge.conn();
  gateway.run(10);
  assertEquals(gateway.routing.hooks.waiting, 76);
  for (const edge of edges.slice(1_024)) edge.cut();
  gateway.run(10);
  assertEquals(gateway.routing.hooks.waiting, 0);
  assertEquals(service.all("request").length, 1_024);
  // A service that answers nothing holds its places for 8 s and no longer.
  gateway.run(3_000);
  const late = gateway.dial("edge");
  late.conn();
  gateway.run(4_000);
  assertEquals(late.all("conn-ack").length, 0);
  service.onRequest = () => ({});
  gateway.run(1_500);
  assertEquals(late.connAck.returnCode, 0);
});

Deno.test("while no service answers edge_online, edges are let in, or refused where that is configured", () => {
  for (const requireEdgeOnline of [false, true]) {
    const gateway = new SimGateway({ requireEdgeOnline });
    const early = gateway.edge();
    assertEquals(
      early.connAck.body.error,
      requireEdgeOnline ? "service not online" : "",
    );
    const service = gateway.service("S", { methods: ["edge_online"] });
    service.onRequest = () => ({});
    assertEquals(gateway.edge().connAck.body.error, "");
    // One that is refused comes again when nobody is there to refuse it.
    service.onRequest = () => ({ error: "unknown device" });
    assertEquals(gateway.edge().connAck.body.error, "unknown device");
    service.cut();
    gateway.run();
    assertEquals(gateway.edge().connAck.returnCode, requireEdgeOnline ? 1 : 0);
  }
});

Deno.test("a service at the port of edges is warned about, once a minute and address", () => {
  const gateway = new SimGateway();
  const warnings = () =>
    gateway.log.lines.filter(({ level, message }) =>
      level === "warn" && message.includes("servicebound")
    ).length;
  for (const meta of ["{}", '{"name":"service"}', "service", '{"service":1}']) {
    gateway.edge({ meta: bytes(meta) });
  }
  assertEquals(warnings(), 0);
  const meta = bytes('{"service":"S","topics":null}');
  for (let i = 0; i < 5; i++) {
    assertEquals(gateway.edge({ meta, flags: 0x38 }).connAck.returnCode, 0);
  }
  assertEquals(warnings(), 1);
  gateway.edge({ meta, addr: { hostname: "192.0.2.1" }, flags: 0x38 });
  assertEquals(warnings(), 2);
  gateway.run(61_000);
  gateway.edge({ meta });
  assertEquals(warnings(), 3);
});

Deno.test("metas of edges that wait are counted, those that do not fit are told to try again, and all comes back", () => {
  const gateway = new SimGateway({ maxMemory: 32 * MEBIBYTE });
  const { ledger } = gateway.routing;
  const service = gateway.service("S", { methods: ["edge_online"] });
  service.onRequest = () => undefined;
  gateway.run();
  const before = ledger.memory;
  const meta = new Uint8Array(MEBIBYTE);
  const flood = Array.from({ length: 60 }, () => gateway.edge({ meta }));
  assert(ledger.memory <= 32 * MEBIBYTE, `${ledger.memory}`);
  const refused = flood.filter((edge) => edge.all("conn-ack").length > 0);
  for (const { connAck } of refused) {
    assertEquals(connAck.body.error, "short buffer");
  }
  // What an edge says of itself also lies in the buffer it was read into.
  assert(refused.length > 20 && refused.length < 58, `${refused.length}`);
  // Somebody with little to say has room all the time.
  const small = gateway.edge({ meta: bytes("small") });
  assertEquals(small.all("conn-ack").length, 0);
  gateway.run(9_000);
  for (const edge of flood) assert(edge.connAck.returnCode === 1);
  gateway.run(30_000);
  assertEquals(ledger.memory, before);
});

Deno.test("where questions are never answered, an address about which nothing is asked is asked about at once", () => {
  for (const hook of ["get_edge_id", "edge_online"]) {
    const gateway = new SimGateway();
    const service = gateway.service("S", { methods: [hook] });
    const asked: string[] = [];
    service.onRequest = (packet) => {
      asked.push(text(packet.body.value ?? new Uint8Array(0)));
      return asked.length > 1_024 ? { value: tail(0n) } : undefined;
    };
    for (let i = 0; i < 1_500; i++) {
      const addr = { hostname: `192.0.2.${i % 50}` };
      gateway.dial("edge", { addr }).conn();
    }
    gateway.run(100);
    assertEquals(asked.length, 1_024);
    for (let i = 0; i < 20; i++) {
      const addr = { hostname: `198.51.100.${i % 2}` };
      const edge = gateway.dial("edge", { addr });
      edge.conn();
      gateway.run(20);
      assertEquals(edge.connAck.body.error, "", hook);
    }
  }
});

Deno.test("a service of ours hears that nobody waits for its answer, and keeps no place from others", () => {
  for (const hook of ["get_edge_id", "edge_online"]) {
    const gateway = new SimGateway();
    const service = gateway.service("S", {
      methods: [hook],
      ext: ["cancel"],
    });
    let asked = 0;
    service.onRequest = () => {
      asked++;
      return undefined;
    };
    for (let round = 0; round < 8; round++) {
      const edges = Array.from({ length: 500 }, (_, i) => {
        const addr = { hostname: `192.0.2.${i % 50}` };
        const edge = gateway.dial("edge", { addr });
        edge.conn();
        return edge;
      });
      gateway.run(100);
      assertEquals(asked, (round + 1) * 500, hook);
      for (const edge of edges) edge.cut();
      gateway.run(1_100);
      assertEquals(service.all("request-cancel").length, asked, hook);
    }
  }
});
