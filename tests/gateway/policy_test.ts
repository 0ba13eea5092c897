/** Rules that an embedder gives a gateway. */

import { assert, assertEquals, assertRejects } from "@std/assert";
import { Edge, Service } from "@frontier/client";
import { type Policy, startFrontier } from "@frontier/server";
import { SimGateway } from "./simulation.ts";
import { bytes, tail } from "../support/test_peer.ts";

/** A rule that refuses some things, and notes what it was asked. */
function rule(
  refused: readonly string[],
  asked: string[] = [],
): Policy & { asked: string[] } {
  const judge = (what: string) => {
    asked.push(what);
    return refused.includes(what) ? `no ${what}` : undefined;
  };
  return {
    name: "test",
    asked,
    register: (_peer, method) => judge(`register ${method}`),
    topic: (_peer, topic) => judge(`topic ${topic}`),
    call: (_peer, { kind, name }) =>
      judge(`call ${kind} ${kind === "edge" ? "" : name}`.trim()),
    publish: (_peer, { kind, name }) =>
      judge(`publish ${kind} ${kind === "edge" ? "" : name}`.trim()),
    stream: (_peer, { kind, name }) =>
      judge(`stream ${kind} ${kind === "edge" ? "" : name}`.trim()),
  };
}

Deno.test("a rule refuses peers at their connect, and its text is what they are told", () => {
  const policy: Policy = {
    name: "addresses",
    connect: ({ kind, address, id }) => {
      assertEquals(id, 0n);
      return address.hostname === "192.0.2.1" ? `no ${kind}` : undefined;
    },
  };
  const gateway = new SimGateway({ policies: [policy] });
  const addr = { hostname: "192.0.2.1" };
  assertEquals(gateway.edge({ addr }).connAck.body.error, "no edge");
  assertEquals(gateway.service("S", { addr }).connAck.body.error, "no service");
  assertEquals(gateway.edge().connAck.body.error, "");
  assertEquals(gateway.service("S").connAck.body.error, "");
});

Deno.test("a rule that takes its time holds up one peer and no other, for 8 s at most", async () => {
  const waiting: ((refusal: string | undefined) => void)[] = [];
  const policy: Policy = {
    name: "slow",
    connect: ({ meta }) =>
      meta === undefined
        ? undefined
        : new Promise((resolve) => waiting.push(resolve)),
  };
  const gateway = new SimGateway({ policies: [policy] });
  const service = gateway.service("S", { methods: ["edge_online"] });
  service.onRequest = () => ({});
  const slow = [0, 1, 2, 3].map(() => gateway.edge({ meta: bytes("slow") }));
  assertEquals(gateway.edge().connAck.returnCode, 0);
  waiting[0]!(undefined);
  waiting[1]!("not you");
  slow[3]!.cut();
  gateway.run();
  waiting[3]!(undefined);
  await new Promise((resolve) => setTimeout(resolve, 0));
  gateway.run();
  assertEquals(slow[0]!.connAck.body.error, "");
  assertEquals(slow[1]!.connAck.body.error, "not you");
  assertEquals(slow[2]!.all("conn-ack").length, 0);
  gateway.run(8_100);
  assertEquals(slow[2]!.connAck.body.error, "timeout");
  waiting[2]!(undefined);
  await new Promise((resolve) => setTimeout(resolve, 0));
  gateway.run(100);
  assertEquals(gateway.directory.edgeCount, 2);
});

Deno.test("a refused edge is not asked about", () => {
  const policy: Policy = { name: "closed", connect: () => "closed" };
  const open: Policy = {
    name: "services",
    connect: ({ kind }) => kind === "service" ? undefined : "closed",
  };
  const gateway = new SimGateway({ policies: [open, policy] });
  assertEquals(gateway.service("S").connAck.body.error, "closed");
  const second = new SimGateway({ policies: [open] });
  const service = second.service("S", {
    methods: ["get_edge_id", "edge_online"],
  });
  assertEquals(second.edge().connAck.body.error, "closed");
  assertEquals(service.all("request").length, 0);
});

Deno.test("rules about methods, topics, calls, messages and streams are obeyed, and asked once per peer and route", () => {
  const refused = [
    "register bad",
    "call method closed",
    "publish topic closed",
    "stream name Closed",
  ];
  const policy = rule(refused);
  const gateway = new SimGateway({ policies: [policy] });
  const service = gateway.service("Open", {
    topics: ["open", "closed"],
    methods: ["open", "closed", "bad"],
  });
  gateway.service("Closed");
  service.onRequest = () => ({ value: bytes("done") });
  assertEquals(policy.asked.splice(0), [
    "topic open",
    "topic closed",
    "register open",
    "register closed",
    "register bad",
  ]);
  const edge = gateway.edge({ ours: true });
  edge.onRequest = () => ({ value: bytes("done") });
  const outcomes = () => {
    const calls = [
      edge.call("open"),
      edge.call("closed"),
      edge.call("bad"),
      edge.publish("open"),
      edge.publish("closed"),
    ];
    const toEdge = [
      service.call("m", { custom: tail(edge.id) }),
      service.publish("t", { custom: tail(edge.id) }),
    ];
    const streams = [edge.open("Open"), edge.open("Closed")];
    gateway.run(50);
    return [
      ...calls.map((id) => edge.outcome(id)),
      ...toEdge.map((id) => service.outcome(id)),
      ...streams.map((id) => edge.sessionAck(id)!.body.error),
    ];
  };
  const expected = [
    "ok: done",
    "no call method closed",
    "record not found",
    "ok: ",
    "no publish topic closed",
    "ok: done",
    "ok: ",
    "",
    "no stream name Closed",
  ];
  assertEquals(outcomes(), expected);
  assertEquals(policy.asked.splice(0).toSorted(), [
    "call edge",
    "call method closed",
    "call method open",
    "publish edge",
    "publish topic closed",
    "publish topic open",
    "stream name Closed",
    "stream name Open",
  ]);
  assertEquals(outcomes(), expected);
  assertEquals(policy.asked, []);
  // Another peer is another question.
  const other = gateway.edge();
  const call = other.call("closed");
  gateway.run();
  assertEquals(other.outcome(call), "no call method closed");
  assertEquals(policy.asked, ["call method closed"]);
});

Deno.test("a service that takes a topic it may not take is refused", () => {
  const gateway = new SimGateway({ policies: [rule(["topic secret"])] });
  const service = gateway.service("S", { topics: ["open", "secret"] });
  assertEquals(service.connAck.body.error, "no topic secret");
  assertEquals(gateway.directory.serviceCount, 0);
});

Deno.test("a rule that throws about a call refuses it, and the connection goes on", () => {
  const policy: Policy = {
    name: "broken",
    call: () => {
      throw new Error("oops");
    },
  };
  const gateway = new SimGateway({ policies: [policy] });
  const service = gateway.service("S", { methods: ["m"], topics: ["t"] });
  service.onRequest = () => ({});
  const edge = gateway.edge();
  const call = edge.call("m");
  const message = edge.publish("t");
  gateway.run();
  assertEquals(edge.outcome(call), "refused");
  assertEquals(edge.outcome(message), "ok: ");
  assert(gateway.log.has("failed, which refuses", "error"));
});

Deno.test("an embedder gives rules to a real gateway, and our peers are told what they say", async () => {
  await using gateway = await startFrontier({
    edgebound: { hostname: "127.0.0.1", port: 0, allocateEdgeIds: true },
    servicebound: { hostname: "127.0.0.1", port: 0 },
  }, { policies: [rule(["register bad", "call method closed"])] });
  await using service = await Service.connect({
    port: gateway.serviceAddr.port,
    name: "S",
  });
  await service.register("closed", () => "x");
  await assertRejects(
    () => service.register("bad", () => "x"),
    Error,
    "no register bad",
  );
  await using edge = await Edge.connect({ port: gateway.edgeAddr.port });
  await assertRejects(
    () => edge.call("closed"),
    Error,
    "no call method closed",
  );
});
