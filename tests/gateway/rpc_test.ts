/** Requests from edges to services and back. */

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { emptyDataFields, timeFromMillis } from "@frontier/proto/internal";
import { SimGateway, type SimPeer } from "./simulation.ts";
import { bytes, tail, text } from "../support/test_peer.ts";
import { rawFrame } from "../../proto/testing/raw_frame.ts";

Deno.test("an edge's call reaches the service with its id as tail and comes back", () => {
  const gateway = new SimGateway();
  const service = gateway.service("S", { methods: ["echo"] });
  const edge = gateway.edge();
  service.onRequest = ({ body }) => ({ key: body.key, value: body.value });
  const id = edge.call("echo", "ping");
  gateway.run();
  assertEquals(edge.outcome(id), "ok: ping");
  const { body, sessionId } = service.last("request");
  assertEquals(text(body.key), "echo");
  assertEquals(body.value, bytes("ping"));
  assertEquals(body.custom, tail(edge.id));
  assertEquals(sessionId, 1n);
  assert(edge.id > 2n ** 53n, "ids of real deployments do not fit a number");
});

Deno.test("the tail is appended to custom bytes of every length", () => {
  const gateway = new SimGateway();
  const service = gateway.service("S", { methods: ["m"] });
  const edge = gateway.edge();
  for (let length = 0; length < 20; length++) {
    const custom = crypto.getRandomValues(new Uint8Array(length));
    edge.call("m", { custom });
    gateway.run();
    assertEquals(service.last("request").body.custom, tail(edge.id, custom));
  }
});

Deno.test("a service's call reaches the edge without the tail and comes back", () => {
  const gateway = new SimGateway();
  const service = gateway.service("S");
  const edge = gateway.edge();
  edge.onRequest = ({ body }) => ({ value: body.value });
  for (let length = 0; length < 20; length++) {
    const custom = crypto.getRandomValues(new Uint8Array(length));
    const id = service.call("where", {
      value: bytes(`x${length}`),
      custom: tail(edge.id, custom),
    });
    gateway.run();
    assertEquals(service.outcome(id), `ok: x${length}`);
    const { body } = edge.last("request");
    assertEquals(text(body.key), "where");
    assertEquals(body.custom, length === 0 ? undefined : custom);
  }
});

Deno.test("the custom bytes of a response stay off the wire", () => {
  const gateway = new SimGateway();
  const service = gateway.service("S", { methods: ["m"] });
  const edge = gateway.edge();
  service.onRequest = () => ({ value: bytes("v"), custom: bytes("secret") });
  edge.onRequest = () => ({ value: bytes("v"), custom: bytes("secret") });
  const up = edge.call("m");
  const down = service.call("m", { custom: tail(edge.id) });
  gateway.run();
  assertEquals(edge.outcome(up), "ok: v");
  assertEquals(edge.answers(up)[0]!.body.custom, undefined);
  assertEquals(service.outcome(down), "ok: v");
  assertEquals(service.answers(down)[0]!.body.custom, undefined);
});

Deno.test("an error travels as its text, and the value beside it is dropped", () => {
  const gateway = new SimGateway();
  const service = gateway.service("S", { methods: ["m"] });
  const edge = gateway.edge();
  const error = 'said "no" to <edge> & more: é \u2028';
  service.onRequest = ({ body }) => ({
    key: body.key,
    value: bytes("lost"),
    error,
  });
  edge.onRequest = service.onRequest;
  const up = edge.call("m");
  const down = service.call("m", { custom: tail(edge.id) });
  gateway.run();
  assertEquals(edge.outcome(up), error);
  assertEquals(edge.answers(up)[0]!.body.value, undefined);
  assertEquals(service.outcome(down), error);
});

Deno.test("an unknown method is record not found, in the answer with its key", () => {
  const gateway = new SimGateway();
  gateway.service("S", { methods: ["echo"] });
  const edge = gateway.edge();
  const id = edge.call("nope");
  gateway.run();
  assertEquals(edge.outcome(id), "record not found");
  assertEquals(text(edge.answers(id)[0]!.body.key), "nope");
});

Deno.test("an unknown edge is edge not online", () => {
  const gateway = new SimGateway();
  const service = gateway.service("S");
  const edge = gateway.edge();
  // Ids that are equal as 64-bit floats are different edges.
  const ids = [edge.id + 1n, edge.id - 1n, edge.id ^ (1n << 63n), 0n];
  for (const wrong of ids) {
    const id = service.call("m", { custom: tail(wrong) });
    gateway.run();
    assertEquals(service.outcome(id), "edge not online");
  }
  assertEquals(edge.all("request").length, 0);
});

Deno.test("a service's call without a whole edge id gets an error", () => {
  const gateway = new SimGateway();
  const service = gateway.service("S");
  for (let length = 0; length < 8; length++) {
    const id = service.call("m", { custom: new Uint8Array(length) });
    gateway.run();
    assertStringIncludes(service.outcome(id), "illegal custom");
  }
  assertEquals(service.closed, undefined);
});

Deno.test("methods match exactly, in case and in every byte", () => {
  const gateway = new SimGateway();
  const names = ["echo", 'quo"te', "back\\slash", "", "ünï", "a\u0000b"];
  const service = gateway.service("S", { methods: names });
  const edge = gateway.edge();
  service.onRequest = ({ body }) => ({ value: body.key });
  for (const name of names) {
    const id = edge.call(name);
    gateway.run();
    assertEquals(edge.outcome(id), `ok: ${name}`);
  }
  for (const name of ["ECHO", "Echo", "echo ", "ech"]) {
    const id = edge.call(name);
    gateway.run();
    assertEquals(edge.outcome(id), "record not found");
  }
  const raw = new Uint8Array([0xff, 0xfe, 0]);
  service.send({
    type: "register",
    packetId: 900n,
    sessionId: 1n,
    method: raw,
  });
  gateway.run();
  const id = edge.call("", { key: raw });
  gateway.run();
  assertEquals(edge.answers(id)[0]!.body.value, raw);
});

Deno.test("the service's own no such rpc is passed on", () => {
  const gateway = new SimGateway();
  const service = gateway.service("S", { methods: ["m"] });
  const edge = gateway.edge();
  edge.onRequest = ({ body }) => ({ error: `no such rpc: ${text(body.key)}` });
  const id = service.call("gone", { custom: tail(edge.id) });
  gateway.run();
  assertEquals(service.outcome(id), "no such rpc: gone");
});

Deno.test("an unanswered call ends with timeout after the limit, and a late answer is ignored", () => {
  const gateway = new SimGateway({ limits: { forwardTimeoutMs: 300 } });
  const service = gateway.service("S", { methods: ["m"] });
  const edge = gateway.edge();
  const id = edge.call("m");
  gateway.run(290);
  assertEquals(edge.outcome(id), "none");
  gateway.run(30);
  assertEquals(edge.outcome(id), "timeout");
  service.answer(service.last("request"), { value: bytes("late") });
  gateway.run();
  assertEquals(edge.outcome(id), "timeout");
  assertEquals(gateway.exchange.inflight, 0);
});

Deno.test("a target that goes away fails its calls with force closed", () => {
  const gateway = new SimGateway();
  const service = gateway.service("S", { methods: ["m"] });
  const edge = gateway.edge();
  const up = edge.call("m");
  gateway.run();
  service.cut();
  gateway.run();
  assertEquals(edge.outcome(up), "force closed");
  const after = edge.call("m");
  gateway.run();
  assertEquals(edge.outcome(after), "record not found");

  const other = gateway.service("T");
  const down = other.call("m", { custom: tail(edge.id) });
  gateway.run();
  edge.disconn();
  gateway.run();
  assertEquals(other.outcome(down), "force closed");
  assertEquals(gateway.exchange.inflight, 0);
});

Deno.test("the caller going away leaves nothing behind once the target has answered", () => {
  const gateway = new SimGateway();
  const service = gateway.service("S", { methods: ["m"] });
  const edge = gateway.edge();
  edge.call("m");
  gateway.run();
  edge.cut();
  gateway.run();
  service.answer(service.last("request"));
  gateway.run();
  assertEquals(gateway.exchange.inflight, 0);
  assertEquals(service.closed, undefined);
});

Deno.test("a caller that goes cancels its requests, its messages go on", () => {
  for (const ours of [true, false]) {
    const gateway = new SimGateway();
    const options = { methods: ["m"], topics: ["t"], ours };
    const service = gateway.service("S", options);
    service.onMessage = () => undefined;
    const edge = gateway.edge();
    edge.call("m");
    edge.publish("t");
    gateway.run();
    edge.cut();
    gateway.run();
    const asked = service.all("request").map(({ packetId }) => packetId);
    const canceled = service.all("request-cancel").map((one) => one.packetId);
    assertEquals(canceled, ours ? asked : []);
    assertEquals(service.all("message").length, 1);
  }
});

Deno.test("a caller's timeout is relative, carried on, and wins over the gateway's", () => {
  const gateway = new SimGateway();
  const service = gateway.service("S", { methods: ["m"] });
  const edge = gateway.edge();
  const id = edge.call("m", { timeoutNs: 200_000_000n });
  gateway.run();
  const { body } = service.last("request");
  assertEquals(body.timeoutNs, 200_000_000n);
  gateway.run(220);
  assertEquals(edge.outcome(id), "context deadline exceeded");
});

Deno.test("a caller's own limit reaches a Go service as a deadline by the gateway's clock, edges and our own do without", () => {
  const cases = [
    ["services", true, false],
    ["all", true, true],
    ["none", false, false],
  ] as const;
  for (const [forwardDeadlines, toService, toEdge] of cases) {
    for (const ours of [false, true]) {
      const gateway = new SimGateway({ forwardDeadlines });
      const service = gateway.service("S", { methods: ["m"], ours });
      const edge = gateway.edge({ ours });
      const now = () => gateway.network.now + gateway.wallOffset;
      const custom = tail(edge.id);
      for (const timeoutNs of [250_000_000n, 0n, 40_000_000_000n]) {
        const call = { timeoutNs };
        edge.call("m", call);
        service.call("m", { ...call, custom });
        gateway.run();
        const reached = (peer: SimPeer, told: boolean) => {
          const { deadline, contextDeadline } = peer.last("request").body;
          assertEquals(contextDeadline.unixMillis, "zero");
          if (ours || !told || timeoutNs !== 250_000_000n) {
            assertEquals(deadline.unixMillis, "zero");
          } else {
            const left = Number(deadline.unixMillis) - now();
            assert(left > 240 && left <= 250, `${left} ms`);
          }
        };
        reached(service, toService);
        reached(edge, toEdge);
      }
    }
  }
});

Deno.test("the gateway's own errors say whether the call was done, to those who know verdicts", () => {
  const limits = { forwardTimeoutMs: 500, maxFrameBytes: 4_096 };
  for (const ours of [true, false]) {
    const gateway = new SimGateway({ limits });
    const service = gateway.service("S", {
      ours: true,
      methods: ["big", "mute", "odd", "gone"],
      topics: ["mute"],
    });
    service.onMessage = () => undefined;
    service.onRequest = ({ body, packetId }) => {
      const key = text(body.key);
      if (key === "big") {
        // It fits its frame, and no longer once the times are written.
        const value = "A".repeat(4_068);
        service.write(rawFrame(0x72, packetId, 1n, `{"value":"${value}"}`));
      }
      return key === "odd" ? { error: "edge not online" } : undefined;
    };
    const edge = gateway.edge({ ours });
    const verdict = (id: bigint) => {
      const { error, verdict } = edge.answers(id)[0]!.body;
      return `${error}: ${verdict}`;
    };
    const none = edge.call("none");
    const lost = edge.call("big");
    const late = edge.call("mute");
    const odd = edge.call("odd");
    const topic = edge.publish("none");
    const unacked = edge.publish("mute");
    gateway.run(600);
    const gone = edge.call("gone");
    gateway.run();
    service.cut();
    gateway.run();
    const all = [none, lost, late, odd, topic, unacked, gone].map(verdict);
    assertEquals(
      all,
      ours
        ? [
          "record not found: not-run",
          "answer lost: unknown",
          "timeout: unknown",
          "edge not online: ",
          "topic not online: not-run",
          "timeout: unknown",
          "force closed: unknown",
        ]
        : [
          "record not found: ",
          "packet payload too large: ",
          "timeout: ",
          "edge not online: ",
          "topic not online: ",
          "timeout: ",
          "force closed: ",
        ],
    );
  }
});

Deno.test("a verdict of the callee's library is passed on, one of a peer that negotiated none is not", () => {
  for (const callee of [true, false]) {
    for (const caller of [true, false]) {
      const gateway = new SimGateway();
      const service = gateway.service("S", { methods: ["m"], ours: callee });
      const edge = gateway.edge({ ours: caller });
      const id = edge.call("m");
      gateway.run();
      const { packetId } = service.last("request");
      const said = '{"error":"no such rpc: m","verdict":"not-run"}';
      service.write(rawFrame(0x72, packetId, 1n, said));
      gateway.run();
      const { error, verdict } = edge.answers(id)[0]!.body;
      assertEquals(error, "no such rpc: m");
      assertEquals(verdict, callee && caller ? "not-run" : "");
    }
  }
});

Deno.test("after a limit of its own the gateway cancels the request at a target that knows cancels", () => {
  for (const ours of [true, false]) {
    const gateway = new SimGateway({ limits: { forwardTimeoutMs: 500 } });
    const service = gateway.service("S", { methods: ["m"], ours });
    const edge = gateway.edge();
    edge.call("m");
    edge.call("m", { timeoutNs: 200_000_000n });
    gateway.run();
    const asked = service.all("request").map(({ packetId }) => packetId);
    gateway.run(600);
    const canceled = service.all("request-cancel").map((one) => one.packetId);
    assertEquals(canceled, ours ? asked.toReversed() : []);
  }
});

Deno.test("deadlines of clocks an hour off in either direction fail no call", () => {
  const hour = 3_600_000;
  for (const skew of [-hour, 0, hour]) {
    for (const field of ["deadline", "contextDeadline"] as const) {
      const gateway = new SimGateway();
      const service = gateway.service("S", { methods: ["m"] });
      const edge = gateway.edge();
      edge.onRequest = service.onRequest = () => ({ value: bytes("ok") });
      const at = timeFromMillis(
        gateway.network.now + gateway.wallOffset + skew + 5_000,
      );
      const up = edge.call("m", { [field]: at });
      const down = service.call("m", { [field]: at, custom: tail(edge.id) });
      gateway.run();
      assertEquals(edge.outcome(up), "ok: ok");
      assertEquals(service.outcome(down), "ok: ok");
      // What is passed on depends on the gateway's clock alone.
      const passed = service.last("request").body;
      const { unixMillis } = passed.deadline;
      if (skew !== 0) assertEquals(unixMillis, "zero");
      else assert(Math.abs(Number(unixMillis) - Number(at.unixMillis)) < 10);
      assertEquals(passed.contextDeadline.unixMillis, "zero");
    }
  }
});

Deno.test("an absolute deadline ahead limits the call", () => {
  const gateway = new SimGateway();
  gateway.service("S", { methods: ["m"] });
  const edge = gateway.edge();
  const id = edge.call("m", {
    contextDeadline: timeFromMillis(
      gateway.network.now + gateway.wallOffset + 400,
    ),
  });
  gateway.run(380);
  assertEquals(edge.outcome(id), "none");
  gateway.run(40);
  assertEquals(edge.outcome(id), "context deadline exceeded");
});

Deno.test("a cancel is answered at once and relayed to peers of ours only", () => {
  for (const ours of [true, false]) {
    const gateway = new SimGateway();
    const service = gateway.service("S", { methods: ["m"], ours });
    const edge = gateway.edge({ ours: true });
    const id = edge.call("m");
    const kept = edge.call("m");
    gateway.run();
    edge.cancel(id);
    gateway.run();
    assertEquals(edge.outcome(id), "context canceled");
    assertEquals(edge.outcome(kept), "none");
    const request = service.all("request")[0]!;
    const cancels = service.all("request-cancel");
    assertEquals(cancels.length, ours ? 1 : 0);
    if (ours) {
      assertEquals(cancels[0]!.packetId, request.packetId);
      assertEquals(cancels[0]!.sessionId, request.sessionId);
    }
    service.answer(request, { error: "context canceled" });
    service.answer(service.all("request")[1]!, { value: bytes("kept") });
    gateway.run();
    assertEquals(edge.outcome(id), "context canceled");
    assertEquals(edge.outcome(kept), "ok: kept");
    assertEquals(gateway.exchange.inflight, 0);
  }
});

Deno.test("a Go peer's cancel is taken; an unknown or late one is ignored", () => {
  const gateway = new SimGateway();
  const service = gateway.service("S", { methods: ["m"] });
  const edge = gateway.edge();
  const id = edge.call("m");
  edge.cancel(id);
  edge.cancel(id);
  edge.cancel(12_345n);
  edge.cancel(id, 77n);
  gateway.run();
  assertEquals(edge.outcome(id), "context canceled");
  assertEquals(edge.closed, undefined);
  assertEquals(service.all("request-cancel").length, 0);
});

Deno.test("equal packet ids in flight are each answered", () => {
  const gateway = new SimGateway();
  const service = gateway.service("S", { methods: ["m"] });
  const edge = gateway.edge();
  service.onRequest = ({ body }) => ({ value: body.value });
  for (let i = 0; i < 3; i++) {
    edge.send({
      type: "request",
      packetId: 7n,
      sessionId: 1n,
      body: {
        ...emptyDataFields(),
        key: bytes("m"),
        value: bytes(`${i}`),
      },
    });
  }
  gateway.run();
  assertEquals(
    edge.answers(7n).map(({ body }) => text(body.value)),
    ["0", "1", "2"],
  );
});

Deno.test("an edge cannot call the hook methods of a service", () => {
  const gateway = new SimGateway();
  const hooks = ["get_edge_id", "edge_online", "edge_offline"];
  const service = gateway.service("S", { methods: hooks });
  service.onRequest = ({ body }) =>
    text(body.key) === "get_edge_id" ? { value: tail(5n) } : {};
  const edge = gateway.edge();
  const asked = service.all("request").length;
  for (const hook of hooks) {
    const id = edge.call(hook);
    gateway.run();
    assertEquals(edge.outcome(id), "record not found");
  }
  assertEquals(service.all("request").length, asked);
});

Deno.test("too many requests to one peer are answered short buffer at once", () => {
  const gateway = new SimGateway({ limits: { maxInflightRequests: 10 } });
  const service = gateway.service("S", { methods: ["m"] });
  const edge = gateway.edge();
  const ids = Array.from({ length: 25 }, () => edge.call("m"));
  gateway.run();
  const outcomes = ids.map((id) => edge.outcome(id));
  assertEquals(outcomes.filter((one) => one === "short buffer").length, 15);
  assertEquals(outcomes.filter((one) => one === "none").length, 10);
  for (const request of service.all("request")) service.answer(request);
  gateway.run();
  assertEquals(ids.filter((id) => edge.outcome(id) === "ok: ").length, 10);
});

Deno.test("a peer that does not read gets no more than its outbox holds", () => {
  const limits = { maxOutboxBytes: 200_000, forwardTimeoutMs: 1_000 };
  const gateway = new SimGateway({ limits, capacity: 10_000 });
  const service = gateway.service("S", { methods: ["m"] });
  service.paused = true;
  const edge = gateway.edge();
  const value = new Uint8Array(10_000);
  const ids = Array.from({ length: 60 }, () => edge.call("m", { value }));
  gateway.run(5);
  assert(service.link.outbox.unwritten < 300_000);
  const refused = ids.filter((id) => edge.outcome(id) === "short buffer");
  assert(refused.length > 30, `${refused.length} refused`);
  gateway.run(1_100);
  for (const id of ids) assert(edge.outcome(id) !== "none");
});

Deno.test("of 30 000 calls at once every one has exactly one answer", () => {
  const gateway = new SimGateway({ capacity: 1_048_576 });
  const service = gateway.service("S", { methods: ["m"] });
  const edge = gateway.edge();
  service.onRequest = ({ body }) => ({ value: body.value });
  const ids = Array.from({ length: 30_000 }, (_, i) => edge.call("m", `${i}`));
  gateway.run(1_000);
  const seen = new Map<bigint, string>();
  for (const { packetId, body } of edge.all("response")) {
    assert(!seen.has(packetId), "answered twice");
    seen.set(packetId, body.error || text(body.value));
  }
  assertEquals(ids.filter((id, i) => seen.get(id) !== `${i}`).length, 0);
  assertEquals(gateway.exchange.inflight, 0);
});

Deno.test("a request that does not fit the frame once the tail is added is refused, and nobody is hurt", () => {
  const gateway = new SimGateway({ limits: { maxFrameBytes: 4_096 } });
  const service = gateway.service("S", { methods: ["m"], topics: ["t"] });
  service.onRequest = () => ({ value: bytes("ok") });
  // A minimal body of just the cap: what the gateway adds does not fit.
  const room = 4_096 - 8 - '{"key":"bQ==","value":""}'.length;
  const value = "A".repeat(room & ~3);
  const body = `{"key":"bQ==","value":"${value}"}`;
  assert(body.length + 8 <= 4_096);
  const raw = gateway.edge();
  raw.write(rawFrame(0x71, 9n, 1n, body));
  raw.write(rawFrame(0x51, 10n, 1n, `{"value":"${value}","topic":"t"}`));
  gateway.run();
  assertEquals(raw.outcome(9n), "packet payload too large");
  assertEquals(raw.outcome(10n), "packet payload too large");
  const small = raw.call("m");
  gateway.run();
  assertEquals(raw.outcome(small), "ok: ok");
  assertEquals([raw.closed, service.closed], [undefined, undefined]);
});

Deno.test("an answer that is too large becomes an error for the caller", () => {
  const gateway = new SimGateway({ limits: { maxFrameBytes: 4_096 } });
  const service = gateway.service("S", { methods: ["m"] });
  const edge = gateway.edge();
  const id = edge.call("m");
  gateway.run();
  const { packetId } = service.last("request");
  const value = "A".repeat(4_068);
  service.write(rawFrame(0x72, packetId, 1n, `{"value":"${value}"}`));
  gateway.run();
  assertEquals(edge.outcome(id), "packet payload too large");
  assertEquals(gateway.exchange.inflight, 0);
});

Deno.test("base64 that Go accepts though it is not canonical finds its method", () => {
  const gateway = new SimGateway();
  const service = gateway.service("S", { methods: ["m"] });
  const edge = gateway.edge();
  service.onRequest = () => ({ value: bytes("ok") });
  const bodies = [
    '{"key":"bQ=="}',
    '{"key":"bR=="}', // unused bits set
    '{"key":"b\\nQ=="}',
    '{"KEY":[109]}',
    ' { "key" : "bQ==" , "x" : [ { } ] } ',
    '{"key":"eA==","key":"bQ=="}',
    '{"key":"b\\u0051=="}',
  ];
  bodies.forEach((body, i) =>
    edge.write(rawFrame(0x71, 100n + BigInt(i), 1n, body))
  );
  gateway.run();
  bodies.forEach((body, i) =>
    assertEquals(edge.outcome(100n + BigInt(i)), "ok: ok", body)
  );
});

Deno.test("many who call faster than a service reads have an eighth of the places of one alone, and whoever has few gets in", () => {
  const gateway = new SimGateway({
    limits: { maxInflightRequests: 2_000, maxOutboxBytes: 20_000_000 },
  });
  const value = new Uint8Array(1_500);
  const flood = (count: number) => {
    const service = gateway.service("S", { methods: [`m${count}`] });
    service.paused = true;
    const edges = Array.from({ length: count }, () => gateway.edge());
    for (let i = 0; i < 3_000; i++) {
      edges[i % count]!.call(`m${count}`, { value });
    }
    gateway.run(5);
    const late = gateway.edge();
    const calls = Array.from({ length: 4 }, () => late.call(`m${count}`));
    gateway.run(5);
    for (const id of calls) assertEquals(late.outcome(id), "none");
    return gateway.exchange.inflight;
  };
  const alone = flood(1);
  assert(alone > 1_900 && alone <= 2_004, `${alone}`);
  const together = flood(20) - alone;
  // Each of them has eight whatever the others have.
  assert(together > 240 && together <= 250 + 20 * 8 + 4, `${together}`);
});

Deno.test("calls that were taken back keep their places until their target has read on, and whoever has few gets in", () => {
  const gateway = new SimGateway();
  const service = gateway.service("S", { methods: ["m"] });
  service.onPacket = () => {};
  const greedy = gateway.edge();
  const other = gateway.edge();
  const askAndTakeBack = (count: number) => {
    let sent = 0;
    for (let i = 0; i < count; i++) {
      const call = greedy.call("m");
      greedy.cancel(call);
      gateway.run();
      if (greedy.outcome(call) !== "short buffer") sent++;
    }
    return sent;
  };
  const sent = askAndTakeBack(3_000);
  assert(sent > 700 && sent <= 1_024, `${sent}`);
  assertEquals(service.all("request").length, sent);
  const call = other.call("m");
  gateway.run();
  const [request] = service.all("request").slice(-1);
  // What was sent before has been read now.
  service.answer(request!);
  gateway.run();
  assertEquals(other.outcome(call), "ok: ");
  assertEquals(gateway.ledger.snapshot().kinds.calls, 0);
  assertEquals(askAndTakeBack(100), 100);
  // Nobody asks any more: after a while it has read everything, too.
  gateway.run(6_000);
  assertEquals(gateway.ledger.snapshot().kinds.calls, 0);
});

Deno.test("whoever has no call under way finds a place behind many greedy callers, however small the limit", () => {
  for (const maxInflightRequests of [10, 1_000, 4_096]) {
    const gateway = new SimGateway({ limits: { maxInflightRequests } });
    const service = gateway.service("S", { methods: ["stuck", "quick"] });
    service.onRequest = ({ body }) =>
      text(body.key) === "quick" ? {} : undefined;
    for (let i = 0; i < 60; i++) {
      const greedy = gateway.edge();
      for (let j = 0; j < maxInflightRequests; j += 10) {
        for (let k = 0; k < 10; k++) greedy.call("stuck");
      }
      gateway.run(1);
    }
    const edge = gateway.edge();
    for (let i = 0; i < 10; i++) {
      const call = edge.call("quick");
      gateway.run(2);
      assertEquals(edge.outcome(call), "ok: ", `${maxInflightRequests}`);
    }
  }
});

Deno.test("whoever has had a thousand calls without an answer is answered when the service is not stuck", () => {
  for (const limitMs of [100, 400, 600, 1_000, 10_000]) {
    const gateway = new SimGateway();
    const service = gateway.service("S", { methods: ["stuck", "quick"] });
    service.onRequest = ({ body }) =>
      text(body.key) === "quick" ? {} : undefined;
    const edge = gateway.edge();
    const timeoutNs = BigInt(limitMs) * 1_000_000n;
    const stuck = Array.from(
      { length: 1_024 },
      () => edge.call("stuck", { timeoutNs }),
    );
    gateway.run(limitMs + 100);
    for (const id of stuck) assert(edge.outcome(id) !== "none");
    // One tells that all before it have been read; where that took long they have been anyway.
    const first = edge.call("quick");
    if (limitMs < 500) gateway.run(2);
    const more = Array.from({ length: 100 }, () => edge.call("quick"));
    gateway.run(10);
    for (const id of [first, ...more]) {
      assertEquals(edge.outcome(id), "ok: ", `${limitMs}`);
    }
    assertEquals(gateway.ledger.snapshot().kinds.calls, 0);
  }
});

Deno.test("calls whose time is up keep their places until their target has read on", () => {
  const gateway = new SimGateway();
  const service = gateway.service("S", { methods: ["m"] });
  service.onPacket = () => {};
  const greedy = gateway.edge();
  const calls: bigint[] = [];
  for (let i = 0; i < 3_000; i++) {
    calls.push(greedy.call("m", { timeoutNs: 1_000_000n }));
    gateway.run(3);
  }
  const sent = service.all("request").length;
  // Some are read over and over again in so long a time.
  assert(sent < 2_000, `${sent}`);
  service.cut();
  gateway.run(100);
  assertEquals(gateway.ledger.snapshot().kinds.calls, 0);
});
