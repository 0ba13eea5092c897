/** What happens when memory becomes scarce. */

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type { EdgePeer } from "../../server/directory/peer.ts";
import { READING } from "../../server/quota/kinds.ts";
import { SimGateway, type SimPeer } from "./simulation.ts";
import { tail } from "../support/test_peer.ts";

/** A gateway whose memory is used up by edges that never read. */
function flooded(deaf: number) {
  const gateway = new SimGateway({
    maxMemory: 8_000_000,
    capacity: 20_000,
    limits: { forwardTimeoutMs: 600_000 },
  });
  const service = gateway.service("S", { ours: true });
  const edges = Array.from(
    { length: deaf },
    () => gateway.edge({ flags: 0x38, paused: false }),
  );
  for (const edge of edges) edge.paused = true;
  const value = new Uint8Array(30_000);
  const flood = () => {
    for (const edge of edges) {
      service.call("m", { value, custom: tail(edge.id) });
    }
    gateway.run(5);
  };
  return { gateway, service, edges, flood };
}

Deno.test("no one peer that does not read gets more than its part of the memory", () => {
  const { gateway, service, edges, flood } = flooded(1);
  for (let i = 0; i < 100; i++) flood();
  assertEquals(gateway.ledger.level, 0);
  assert(gateway.ledger.memory < 8_000_000 / 5);
  assertEquals(edges[0]!.closed, undefined);
  assertEquals(service.closed, undefined);
});

Deno.test("when many do not read, the biggest yields first, and whoever has little is served", () => {
  const { gateway, service, edges, flood } = flooded(40);
  const other = gateway.edge({ flags: 0x38 });
  other.onRequest = () => ({});
  const one = gateway.service("T", { methods: ["m"] });
  one.onRequest = () => ({});
  let asked = 0;
  const served = (from: SimPeer, id: bigint) => {
    gateway.run(20);
    assertEquals(from.outcome(id), "ok: ");
    asked++;
  };
  for (let i = 0; i < 400; i++) {
    flood();
    assert(gateway.ledger.memory <= 8_000_000, `${gateway.ledger.memory}`);
    if (i % 20 > 0) continue;
    served(service, service.call("m", { custom: tail(other.id) }));
    served(other, other.call("m"));
  }
  assert(asked > 30);
  assert(gateway.log.has("nothing more is stored for a peer", "warn"));
  assertEquals(service.closed, undefined);
  for (const edge of edges) edge.cut();
  service.cut();
  one.cut();
  other.cut();
  gateway.run(100);
  assertEquals([gateway.ledger.memory, gateway.ledger.accounts], [0, 0]);
});

Deno.test("whoever fills the memory is refused, then loses its streams, then its connection, each with a logged reason", () => {
  const gateway = new SimGateway({ maxMemory: 4_000_000 });
  const service = gateway.service("S", { ours: true });
  const big = gateway.edge({ ours: true });
  const small = gateway.edge({ ours: true });
  const opens = [big, small].map((edge) => edge.open("S"));
  gateway.run(30);
  const streams = opens.map((open, i) =>
    [big, small][i]!.sessionAck(open)!.sessionId
  );
  const { ledger } = gateway;
  const { holder } = big.link.user as EdgePeer;
  ledger.force(READING, holder, ledger.process, 3_700_000);
  gateway.run(300);
  assert(gateway.log.has("nothing more is stored for a peer", "warn"));
  assertEquals(big.all("dismiss").length, 0);
  gateway.run(250);
  assert(gateway.log.has("the streams of a peer end", "warn"));
  assertEquals(big.last("dismiss").sessionId, streams[0]);
  assertStringIncludes(big.last("dismiss").body.error, "short of memory");
  assertStringIncludes(service.last("dismiss").body.error, "short of memory");
  assertEquals(big.closed, undefined);
  gateway.run(250);
  assert(gateway.log.has("the connection of a peer ends", "warn"));
  assert(big.closed !== undefined);
  gateway.run(2_000);
  assertEquals([small.closed, service.closed], [undefined, undefined]);
  assertEquals(small.all("dismiss").length, 0);
});

Deno.test("a peer that asks and does not read is cut after half a minute when it holds all it may, after two minutes else", () => {
  for (const [size, ms] of [[2_000_000, 31_000], [90_000, 121_000]] as const) {
    const gateway = new SimGateway({ maxMemory: 8_000_000, capacity: 20_000 });
    const service = gateway.service("S", { methods: ["m"] });
    service.onRequest = ({ body }) => ({ value: body.value });
    const edge = gateway.edge({ flags: 0x38, paused: true });
    const other = gateway.edge({ flags: 0x38 });
    gateway.run(10);
    const value = new Uint8Array(20_000);
    for (let sent = 0; sent < size; sent += 20_000) {
      edge.call("m", { value });
      gateway.run(1);
    }
    const beat = (until: number) => {
      while (gateway.network.now < until) {
        edge.heartbeat();
        gateway.run(1_000);
      }
    };
    const from = gateway.network.now;
    beat(from + ms - 4_000);
    assertEquals(edge.link.state, "open", `${size}`);
    beat(from + ms + 4_000);
    assertEquals(edge.link.state, "closed", `${size}`);
    const call = other.call("m");
    gateway.run(50);
    assertEquals(other.outcome(call), "ok: ");
  }
});

Deno.test("errors for many who ask and do not read stay within the memory, and others are served", () => {
  const maxMemory = 1_000_000;
  const limits = { maxOutboxBytes: 120_000 };
  const gateway = new SimGateway({ maxMemory, limits, capacity: 2_000 });
  gateway.service("S", { methods: ["m"] }).onRequest = () => ({});
  const deaf = Array.from({ length: 40 }, () => gateway.edge());
  for (const edge of deaf) edge.paused = true;
  const other = gateway.edge();
  for (let round = 0; round < 15; round++) {
    for (const edge of deaf) {
      if (edge.closed !== undefined) continue;
      for (let i = 0; i < 100; i++) edge.call("nobody has this method");
    }
    const id = other.call("m");
    gateway.run(5);
    assertEquals(other.outcome(id), "ok: ");
    const { memory } = gateway.ledger;
    assert(memory <= maxMemory, `${memory} bytes are counted`);
  }
  assert(gateway.log.has("Connection does not read its answers", "warn"));
});

Deno.test("a Go service that streams to an edge that takes nothing serves the others while memory is short", () => {
  const gateway = new SimGateway({
    maxMemory: 16_000_000,
    capacity: 20_000,
    link: { streamMark: 20_000 },
  });
  const service = gateway.service("S", { methods: ["m"] });
  service.onRequest = () => ({});
  const slow = Array.from({ length: 8 }, () => gateway.edge());
  const streams = slow.map((edge) => {
    edge.open("S");
    gateway.run(30);
    edge.paused = true;
    return service.last("session").negotiateId;
  });
  // Names, and what nobody reads, fill more than half of the memory.
  const hogs = Array.from({ length: 60 }, () => gateway.edge());
  for (const hog of hogs) hog.paused = true;
  const talker = gateway.service("T", { ours: true });
  for (let round = 0; gateway.ledger.level === 0 && round < 100; round++) {
    for (const hog of hogs) {
      talker.call("m", { value: new Uint8Array(30_000), custom: tail(hog.id) });
    }
    gateway.run(5);
  }
  assert(gateway.ledger.level > 0);
  const other = gateway.edge();
  for (const stream of streams) {
    for (let i = 0; i < 40; i++) service.stream(stream, new Uint8Array(30_000));
  }
  const calls: bigint[] = [];
  for (let i = 0; i < 40; i++) {
    calls.push(other.call("m"));
    gateway.run(100);
  }
  const waited = calls.filter((id) => other.outcome(id) === "none").length;
  assert(waited < 20, `what was asked ${waited * 100} ms ago has no answer`);
  assertEquals(service.closed, undefined);
});

Deno.test("unfinished frames are counted, and whoever holds them lets go of them", () => {
  const gateway = new SimGateway({ maxMemory: 64_000_000 });
  const before = gateway.ledger.memory;
  const edges = Array.from({ length: 4 }, () => gateway.edge({ flags: 0x38 }));
  for (const edge of edges) {
    const head = new Uint8Array(14);
    head.set([1, 0x71]);
    new DataView(head.buffer).setUint32(10, 10_000_000);
    edge.write(head);
    edge.write(new Uint8Array(3_000_000));
  }
  gateway.run(20);
  const held = gateway.ledger.snapshot().kinds["read bytes"]!;
  assert(held >= 12_000_000 && held < 40_000_000, `${held}`);
  for (const edge of edges) edge.cut();
  gateway.run(50);
  assertEquals(gateway.ledger.snapshot().kinds["read bytes"], 0);
  assertEquals(gateway.ledger.memory, before);
});

Deno.test("unfinished frames of many do not fill the memory, and others are served", () => {
  const maxMemory = 64_000_000;
  const gateway = new SimGateway({ maxMemory, capacity: 1_048_576 });
  const service = gateway.service("S", { methods: ["m"], ours: true });
  service.onRequest = () => ({});
  const victim = gateway.edge({ flags: 0x38 });
  const edges = Array.from({ length: 40 }, () => gateway.edge({ flags: 0x38 }));
  for (const edge of edges) {
    const head = new Uint8Array(14);
    head.set([1, 0x71]);
    new DataView(head.buffer).setUint32(10, 10_000_000);
    edge.write(head);
  }
  for (let round = 0; round < 9; round++) {
    for (const edge of edges) {
      if (edge.closed === undefined) edge.write(new Uint8Array(1_000_000));
      gateway.run(15);
      assert(
        gateway.ledger.memory <= maxMemory,
        `${gateway.ledger.memory} bytes`,
      );
    }
    const call = victim.call("m");
    const open = victim.open("S");
    gateway.run(50);
    assertEquals(victim.outcome(call), "ok: ");
    assert(victim.sessionAck(open)!.sessionId !== 0n);
  }
  const left = edges.filter(({ closed }) => closed === undefined).length;
  assert(left > 0 && left < 40, `${left} left`);
  assert(gateway.log.has("a frame does not fit", "warn"));
  assertEquals([service.closed, victim.closed], [undefined, undefined]);
});

Deno.test("what peers were granted on streams that nobody reads stays within the memory, also when they come back again and again", () => {
  const gateway = new SimGateway({
    maxMemory: 8_000_000,
    capacity: 20_000,
    link: { streamMark: 20_000 },
  });
  const service = gateway.service("S", { ours: true });
  service.paused = true;
  const other = gateway.service("T", { methods: ["m"] });
  other.onRequest = () => ({});
  const victim = gateway.edge({ flags: 0x38 });
  for (let round = 0; round < 12; round++) {
    const edge = gateway.edge({ ours: true, flags: 0x38 });
    service.paused = false;
    const opens = Array.from({ length: 20 }, () => edge.open("S"));
    gateway.run(30);
    service.paused = true;
    for (const open of opens) {
      const up = edge.sessionAck(open)?.sessionId;
      if (up === undefined) continue;
      const window = 16_384 + (edge.credit.get(up) ?? 0);
      for (let sent = 0; sent < window; sent += 8_192) {
        edge.stream(up, new Uint8Array(8_192));
      }
    }
    gateway.run(50);
    assert(gateway.ledger.memory <= 8_000_000, `${gateway.ledger.memory}`);
    const call = victim.call("m");
    gateway.run(20);
    assertEquals(victim.outcome(call), "ok: ");
    edge.cut();
    gateway.run(20);
  }
  assertEquals([service.closed, other.closed], [undefined, undefined]);
  service.cut();
  gateway.run(12_000);
  assertEquals(gateway.ledger.snapshot().kinds["held bytes"], 0);
});

Deno.test("names and routes of services are counted, and given back when they leave", () => {
  const gateway = new SimGateway({ maxMemory: 4 * 1_048_576 });
  const metas = () => gateway.ledger.snapshot().kinds["meta bytes"]!;
  const methods = Array.from({ length: 10 }, (_, i) => `method ${i}`);
  const service = gateway.service("S", { methods });
  const once = metas();
  assert(once > 10 * 500 && once < 10_000, `${once}`);
  service.register("method 1");
  gateway.run(1);
  assertEquals(metas(), once);
  // Very many of them do not take the memory of all.
  const greedy = gateway.service("greedy");
  const acks: string[] = [];
  greedy.onPacket = (packet) => {
    if (packet.type === "register-ack") acks.push(packet.error);
  };
  for (let i = 0; i < 4_000; i++) {
    greedy.register(`${i}${"x".repeat(200)}`);
  }
  gateway.run(10);
  assertEquals(acks.length, 4_000);
  const refused = acks.filter((error) => error !== "");
  assert(refused.length > 500 && refused.length < 3_900, `${refused.length}`);
  assertEquals(new Set(refused), new Set(["short buffer"]));
  const late = gateway.service("late", { methods: ["m"] });
  assertEquals(late.closed, undefined);
  for (const peer of [service, greedy, late]) peer.cut();
  gateway.run(10);
  assertEquals(metas(), 0);
});
