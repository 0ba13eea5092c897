/** The context of traces on its way through a gateway. */

import { assertEquals } from "@std/assert";
import { FEATURES, PEER_FEATURES } from "@frontier/proto/internal";
import { RecordedSpans } from "../support/recorded_spans.ts";
import { tail } from "../support/test_peer.ts";
import { SimGateway, type SimPeerOptions } from "./simulation.ts";

const TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
const TRACED = { ext: PEER_FEATURES };

/** Peers by what they know. */
const PEERS: Readonly<Record<string, SimPeerOptions>> = {
  "ours with trace": TRACED,
  "ours without": { ext: FEATURES },
  "original": {},
};

for (const [from, fromOptions] of Object.entries(PEERS)) {
  for (const [to, toOptions] of Object.entries(PEERS)) {
    const passes = from === "ours with trace" && to === "ours with trace";
    const expected = passes ? TRACE : undefined;

    Deno.test(`from a peer ${from} to one ${to} a gateway that does not trace passes the context ${passes ? "on" : "not on"}`, () => {
      const gateway = new SimGateway();
      const service = gateway.service("S", {
        ...toOptions,
        methods: ["m"],
        topics: ["t"],
      });
      const edge = gateway.edge(fromOptions);
      service.onRequest = () => ({});
      const call = edge.call("m", { trace: TRACE });
      const message = edge.publish("t", { trace: TRACE });
      gateway.run(100);
      assertEquals(edge.outcome(call), "ok: ");
      assertEquals(edge.outcome(message), "ok: ");
      assertEquals(service.last("request").body.trace, expected);
      assertEquals(service.last("message").body.trace, expected);
    });

    Deno.test(`the same holds from a service ${from} to an edge ${to}, and for streams`, () => {
      const gateway = new SimGateway();
      const service = gateway.service("S", fromOptions);
      const edge = gateway.edge(toOptions);
      edge.onRequest = () => ({});
      const call = service.call("m", { trace: TRACE, custom: tail(edge.id) });
      const open = service.open(`${edge.id}`, 77n, TRACE);
      gateway.run(100);
      assertEquals(service.outcome(call), "ok: ");
      assertEquals(service.sessionAck(open)!.body.error, "");
      assertEquals(edge.last("request").body.trace, expected);
      assertEquals(edge.last("session").body.trace, expected);
    });
  }
}

Deno.test("a gateway that traces is child of its caller and parent of its target, which hears of nothing it does not know", () => {
  for (const [from, fromOptions] of Object.entries(PEERS)) {
    for (const [to, toOptions] of Object.entries(PEERS)) {
      const tracer = new RecordedSpans();
      const gateway = new SimGateway({ tracer });
      const service = gateway.service("S", {
        ...toOptions,
        methods: ["m"],
        topics: ["t"],
      });
      const edge = gateway.edge(fromOptions);
      service.onRequest = () => ({});
      edge.call("m", { trace: TRACE });
      edge.publish("t", { trace: TRACE });
      const open = edge.open("S", 77n, TRACE);
      gateway.run(100);
      assertEquals(edge.sessionAck(open)!.body.error, "");
      assertEquals(tracer.said, [
        "server call m: ok",
        "server message t: ok",
        "server stream S: ok",
      ], `${from} to ${to}`);
      const parent = fromOptions === TRACED ? TRACE : "";
      const knows = toOptions === TRACED;
      const told = [
        service.last("request").body.trace,
        service.last("message").body.trace,
        service.last("session").body.trace,
      ];
      for (const [i, span] of tracer.all.entries()) {
        assertEquals([span.parent, span.ends], [parent, 1]);
        assertEquals(told[i], knows ? span.traceparent : undefined);
      }
    }
  }
});

Deno.test("every span ends once, with what went wrong", () => {
  const tracer = new RecordedSpans();
  const gateway = new SimGateway({ tracer });
  const service = gateway.service("S", {
    ...TRACED,
    methods: ["fail", "silent", "m"],
    topics: ["t"],
  });
  const edge = gateway.edge(TRACED);
  service.onRequest = ({ body }) =>
    new TextDecoder().decode(body.key) === "fail"
      ? { error: "not today" }
      : undefined;
  service.onMessage = () => ({ error: "no room" });
  service.accepts = false;
  edge.call("fail");
  edge.call("nobody");
  edge.publish("t");
  edge.publish("nowhere");
  edge.open("nobody");
  const canceled = edge.call("silent");
  edge.call("silent", { timeoutNs: 50_000_000n });
  gateway.run(10);
  edge.cancel(canceled);
  gateway.run(100);
  // The edge leaves while it waits for a call and for a stream.
  edge.call("m");
  edge.open("S");
  gateway.run(10);
  edge.cut();
  gateway.run(100);
  assertEquals(tracer.said, [
    "server call fail: remote",
    "server call nobody: rpc-not-online",
    "server message t: remote",
    "server message nowhere: topic-not-online",
    "server stream nobody: service-not-online",
    "server call silent: canceled",
    "server call silent: timeout",
    "server call m: canceled",
    "server stream S: canceled",
  ]);
  assertEquals(tracer.all.map(({ ends }) => ends), tracer.all.map(() => 1));
});
