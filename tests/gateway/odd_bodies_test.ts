/** Bodies in another shape than the usual one, which take the full parse. */

import { assert, assertEquals } from "@std/assert";
import type { EdgePeer } from "../../server/directory/peer.ts";
import { SimGateway } from "./simulation.ts";
import { bytes, tail, text } from "../support/test_peer.ts";
import { rawFrame } from "../../proto/testing/raw_frame.ts";

/** A request for `m` with its members in an odd order, of about this length. */
function odd(method: string, length: number): string {
  const value = btoa("v".repeat(Math.ceil(length * 3 / 4)));
  return `{"value":"${value}", "key":"${btoa(method)}"}`;
}

Deno.test("a long odd request is parsed in parts and passed on, what follows it stays behind it", () => {
  const gateway = new SimGateway();
  const service = gateway.service("S", { methods: ["m"] });
  service.onRequest = ({ body }) => ({ value: bytes(`${body.value!.length}`) });
  const edge = gateway.edge({ flags: 0x38 });
  const other = gateway.edge({ flags: 0x38 });
  edge.write(rawFrame(0x71, 77n, 1n, odd("m", 3_000_000)));
  const after = edge.call("m", "after");
  const parsing = () => gateway.ledger.snapshot().kinds["parse bytes"]!;
  for (let i = 0; i < 10 && parsing() === 0; i++) gateway.run(1);
  assert(parsing() > 5_000_000, "it is counted");
  assertEquals(edge.outcome(after), "none");
  const meanwhile = other.call("m", "other");
  gateway.run(2);
  assertEquals(other.outcome(meanwhile), "ok: 5", "others go on");
  gateway.run(3_000);
  const [first, ...rest] = service.all("request").filter(({ body }) =>
    text(body.value) !== "other"
  );
  assertEquals(first!.body.value!.length, 2_250_000);
  assertEquals(rest.map(({ body }) => text(body.value)), ["after"]);
  assertEquals(edge.outcome(after), "ok: 5");
  assertEquals(parsing(), 0);
});

Deno.test("a long odd message, stream request and answer take the same way", () => {
  const gateway = new SimGateway();
  const service = gateway.service("S", { methods: ["m"], topics: ["t"] });
  const edge = gateway.edge({ flags: 0x38 });
  const value = btoa("v".repeat(300_000));
  edge.write(rawFrame(0x51, 70n, 1n, `{"topic":"t", "value":"${value}"}`));
  gateway.run(3_000);
  assertEquals(service.last("message").body.value!.length, 300_000);
  const call = edge.call("m");
  gateway.run();
  const { packetId } = service.last("request");
  service.write(rawFrame(0x72, packetId, 1n, odd("m", 400_000)));
  gateway.run(3_000);
  const [answer] = edge.answers(call);
  assertEquals(answer!.body.value!.length, 300_000);
  const custom = btoa(String.fromCharCode(...tail(edge.id)));
  service.write(
    rawFrame(0x71, 71n, 1n, `{"custom":"${custom}", "value":"${value}"}`),
  );
  gateway.run(3_000);
  assertEquals(edge.last("request").body.value!.length, 300_000);
});

Deno.test("a long odd answer that comes while its caller gives up is nobody's, and what follows it is read right", () => {
  const gateway = new SimGateway({ limits: { forwardTimeoutMs: 100 } });
  const service = gateway.service("S", { methods: ["m"] });
  const edge = gateway.edge({ flags: 0x38 });
  const call = edge.call("m");
  gateway.run(88);
  const { packetId } = service.last("request");
  service.write(rawFrame(0x72, packetId, 1n, odd("m", 8_000_000)));
  const custom = tail(edge.id);
  edge.onRequest = ({ body }) => ({ value: body.value });
  const down = service.call("x", { value: bytes("down"), custom });
  gateway.run(5_000);
  assertEquals(edge.outcome(call), "timeout");
  assertEquals(service.outcome(down), "ok: down");
});

Deno.test("a long malformed body ends its sender, others are not hurt", () => {
  const gateway = new SimGateway();
  const service = gateway.service("S", { methods: ["m"] });
  const edge = gateway.edge({ flags: 0x38 });
  edge.write(rawFrame(0x71, 77n, 1n, odd("m", 300_000).slice(0, -2)));
  gateway.run(3_000);
  assert(edge.closed !== undefined);
  assertEquals(service.all("request").length, 0);
  assertEquals(service.closed, undefined);
  const next = gateway.edge({ flags: 0x38 });
  next.call("m");
  gateway.run();
  assertEquals(service.all("request").length, 1);
});

Deno.test("a peer that goes while its body is parsed leaves nothing behind", () => {
  const gateway = new SimGateway();
  gateway.service("S", { methods: ["m"] });
  const edge = gateway.edge({ flags: 0x38 });
  const before = gateway.ledger.memory;
  edge.write(rawFrame(0x71, 77n, 1n, odd("m", 9_000_000)));
  gateway.run(2);
  const peer = edge.link.user as EdgePeer;
  edge.tear();
  gateway.run(5_000);
  assertEquals(peer.holder.account, undefined);
  assertEquals(gateway.ledger.memory, before);
  assertEquals(gateway.exchange.inflight, 0);
});

Deno.test("whoever sends nothing but odd bodies waits for its turns, others do not", () => {
  const gateway = new SimGateway();
  const service = gateway.service("S", { methods: ["m"] });
  service.onRequest = () => ({});
  const flood = Array.from({ length: 5 }, () => gateway.edge({ flags: 0x38 }));
  const other = gateway.edge({ flags: 0x38 });
  for (let i = 0; i < 100; i++) {
    for (const edge of flood) {
      edge.write(rawFrame(0x71, BigInt(1_000 + i), 1n, odd("m", 60_000)));
    }
  }
  let longest = 0;
  for (let i = 0; i < 50; i++) {
    const at = gateway.network.now;
    const call = i % 2 === 0
      ? other.call("m")
      : (other.write(rawFrame(0x71, BigInt(5_000 + i), 1n, odd("m", 500))), 0n);
    while (call > 0n && other.outcome(call) === "none") gateway.run(1);
    longest = Math.max(longest, gateway.network.now - at);
    gateway.run(5);
  }
  assert(longest < 50, `${longest} ms`);
  const taken = service.all("request").length;
  assert(taken < 400, `${taken} are through already`);
  gateway.run(60_000);
  assertEquals(service.all("request").length, 550);
});

Deno.test("edges that come anew with bodies that wait for their parse fill nobody else's memory", () => {
  const maxMemory = 33_554_432;
  const gateway = new SimGateway({ maxMemory });
  const service = gateway.service("S", { methods: ["m"] });
  service.onRequest = () => ({});
  gateway.run();
  const before = gateway.ledger.memory;
  const old = gateway.edge({ flags: 0x38 });
  const other = gateway.edge({ flags: 0x38 });
  const body = odd("m", 200_000);
  let most = 0;
  const calls: bigint[] = [];
  const anew = Array.from({ length: 300 }, (_, i) => {
    const edge = gateway.edge({ flags: 0x38 });
    edge.write(rawFrame(0x71, 7n, 1n, body));
    if (i % 50 === 0) old.write(rawFrame(0x71, BigInt(i), 1n, body));
    if (i % 20 === 0) {
      calls.push(other.call("m", { value: new Uint8Array(400_000) }));
    }
    gateway.run(1);
    most = Math.max(most, gateway.ledger.memory);
    return edge;
  });
  assert(most < maxMemory * 3 / 4, `${most} bytes`);
  gateway.run(20_000);
  assertEquals([old.closed, other.closed], [undefined, undefined]);
  assertEquals(old.all("response").length, 6);
  for (const call of calls) assertEquals(other.outcome(call), "ok: ");
  const ended = anew.filter(({ closed }) => closed !== undefined).length;
  assert(ended > 10 && ended < 250, `${ended} ended`);
  for (const edge of anew) edge.tear();
  gateway.run(5_000);
  old.tear();
  other.tear();
  gateway.run(1_000);
  assertEquals(gateway.ledger.memory, before);
});
