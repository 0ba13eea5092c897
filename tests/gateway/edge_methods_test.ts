/** What is noted of the methods that edges register, for those who list them. */

import { assert, assertEquals } from "@std/assert";
import type { EdgePeer } from "../../server/directory/peer.ts";
import { SimGateway, type SimPeer } from "./simulation.ts";

function peerOf(gateway: SimGateway, edge: SimPeer): EdgePeer {
  const { id } = edge;
  return gateway.directory.edge(
    Number(id >> 32n),
    Number(id & 0xffff_ffffn),
  )!;
}

/** Subscribes to the methods of edges. */
function listen(gateway: SimGateway): string[] {
  const heard: string[] = [];
  gateway.directory.subscribe({
    edgeMethod: (edge, name) => heard.push(`${edge.id} ${name}`),
  });
  return heard;
}

Deno.test("a method of an edge is noted once, and forgotten with the edge", () => {
  const gateway = new SimGateway();
  const heard = listen(gateway);
  const edge = gateway.edge();
  const peer = peerOf(gateway, edge);
  const before = gateway.ledger.memory;
  for (const method of ["a", "b", "a"]) edge.register(method);
  gateway.run(10);
  assertEquals(edge.all("register-ack").length, 3);
  assertEquals(heard, [`${edge.id} a`, `${edge.id} b`]);
  assertEquals(peer.methods, ["a", "b"]);
  assert(gateway.ledger.memory > before);
  edge.cut();
  gateway.run(10);
  assertEquals(gateway.directory.edgeCount, 0);
  assertEquals(peer.registered?.bytes, 0);
});

Deno.test("methods of edges are not kept where nobody wants to know them", () => {
  const gateway = new SimGateway();
  const edge = gateway.edge();
  edge.register("a");
  gateway.run(10);
  assertEquals(edge.all("register-ack").length, 1);
  assertEquals(peerOf(gateway, edge).registered, undefined);
  assertEquals(peerOf(gateway, edge).methods, []);
});

Deno.test("what an edge registers on a stream is not its own method", () => {
  const gateway = new SimGateway();
  const heard = listen(gateway);
  gateway.service("S");
  const edge = gateway.edge();
  const open = edge.open("S");
  gateway.run(30);
  edge.register("of the stream", edge.sessionAck(open)!.sessionId);
  gateway.run(10);
  assertEquals(edge.all("register-ack").length, 1);
  assertEquals(heard, []);
});

Deno.test("only so many methods of an edge are noted; all are acknowledged", () => {
  const gateway = new SimGateway({ limits: { maxMethodsPerConnection: 5 } });
  const heard = listen(gateway);
  const edge = gateway.edge();
  for (let i = 0; i < 20; i++) edge.register(`m${i}`);
  gateway.run(10);
  assertEquals(edge.all("register-ack").length, 20);
  assertEquals(heard.length, 5);
  assert(edge.closed === undefined);
});
