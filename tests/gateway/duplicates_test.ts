/** Several connections with one id. */

import { assert, assertEquals } from "@std/assert";
import type { DataPacket } from "@frontier/proto";
import { SimGateway, type SimPeer } from "./simulation.ts";
import { bytes, tail, text } from "../support/test_peer.ts";

const HOOKS = ["get_edge_id", "edge_online", "edge_offline"];

/** All orders of some things. */
function orders<T>(things: readonly T[]): T[][] {
  if (things.length === 0) return [[]];
  return things.flatMap((thing, i) =>
    orders(things.toSpliced(i, 1)).map((rest) => [thing, ...rest])
  );
}

/** A service that names every edge 7 and leaves its answers to the test. */
function silentService(gateway: SimGateway): {
  service: SimPeer;
  ids: DataPacket[];
  verdicts: Map<string, DataPacket>;
  events: string[];
} {
  const ids: DataPacket[] = [];
  const verdicts = new Map<string, DataPacket>();
  const events: string[] = [];
  const service = gateway.service("hooks", { methods: HOOKS });
  service.onRequest = (packet) => {
    const method = text(packet.body.key);
    if (method === "get_edge_id") {
      ids.push(packet);
      return undefined;
    }
    const meta = /"Meta":"([^"]*)"/.exec(text(packet.body.value))![1]!;
    events.push(`${method} ${atob(meta)}`);
    if (method === "edge_offline") return {};
    verdicts.set(atob(meta), packet);
    return undefined;
  };
  return { service, ids, verdicts, events };
}

function farewells(peer: SimPeer): string[] {
  return peer.all("farewell").map(({ reason }) => reason);
}

Deno.test("of several connections with one id the newest that is admitted wins, in whichever order services answer", () => {
  const names = ["b", "c", "d"];
  for (const idOrder of orders(names)) {
    for (const verdictOrder of orders(names)) {
      for (let granted = 0; granted < 8; granted++) {
        const what = `${idOrder} ${verdictOrder} ${granted}`;
        const gateway = new SimGateway();
        const { service, ids, verdicts } = silentService(gateway);
        const connect = (meta: string) =>
          gateway.edge({ ours: true, meta: bytes(meta), flags: 0x38 });
        const name = (meta: string) => {
          const packet = ids.find(({ body }) => text(body.value) === meta)!;
          service.answer(packet, { value: tail(7n) });
          gateway.run();
        };
        const a = connect("a");
        name("a");
        service.answer(verdicts.get("a")!);
        gateway.run(2_000);
        assertEquals(a.id, 7n);
        const newer = new Map(names.map((meta) => [meta, connect(meta)]));
        for (const meta of idOrder) name(meta);
        const accepted = names.filter((_, i) => (granted & (1 << i)) !== 0);
        for (const meta of verdictOrder) {
          // One that a newer one overtook at its id is not asked about.
          const packet = verdicts.get(meta);
          if (packet === undefined) continue;
          const fields = accepted.includes(meta) ? {} : { error: "no" };
          service.answer(packet, fields);
          gateway.run();
        }
        gateway.run(3_000);
        const winner = accepted.at(-1);
        const expected = winner === undefined ? a : newer.get(winner)!;
        for (const [meta, peer] of [["a", a] as const, ...newer]) {
          const holds = peer === expected;
          assertEquals(peer.closed === undefined, holds, `${meta}: ${what}`);
          // Whoever had the id and lost it is told so.
          const had = peer.connAck.returnCode === 0;
          assertEquals(
            farewells(peer),
            had && !holds ? ["replaced"] : [],
            `${meta}: ${what}`,
          );
        }
        assertEquals(gateway.directory.edgeCount, 1, what);
        const call = service.call("m", { custom: tail(7n) });
        expected.onRequest = () => ({ value: bytes("here") });
        gateway.run();
        assertEquals(service.outcome(call), "ok: here", what);
      }
    }
  }
});

Deno.test("an edge that a newer one has overtaken is refused, and no offline event clears the newer one", () => {
  const gateway = new SimGateway();
  const { service, ids, verdicts, events } = silentService(gateway);
  const older = gateway.edge({ meta: bytes("older") });
  const newer = gateway.edge({ meta: bytes("newer") });
  for (const packet of ids) service.answer(packet, { value: tail(7n) });
  gateway.run();
  service.answer(verdicts.get("newer")!);
  gateway.run();
  assertEquals(newer.connAck.returnCode, 0);
  service.answer(verdicts.get("older")!);
  gateway.run(3_000);
  assertEquals(older.connAck.returnCode, 1);
  assertEquals(older.connAck.body.error, "replaced by a newer connection");
  assertEquals(events.filter((event) => event.startsWith("edge_offline")), []);
  newer.cut();
  gateway.run();
  assertEquals(events.at(-1), "edge_offline newer");
});

Deno.test("an edge of Go that is replaced hears no farewell, and a service that is replaced does", () => {
  const gateway = new SimGateway();
  const { service, ids, verdicts } = silentService(gateway);
  const older = gateway.edge({ meta: bytes("older") });
  gateway.run(2_000);
  gateway.edge({ meta: bytes("newer") });
  for (const packet of ids) service.answer(packet, { value: tail(7n) });
  gateway.run();
  service.answer(verdicts.get("older")!);
  gateway.run();
  service.answer(verdicts.get("newer")!);
  gateway.run(3_000);
  assert(older.closed !== undefined);
  assertEquals(farewells(older), []);
  const first = gateway.service("S", { ours: true, wantedId: 9n });
  gateway.service("S", { ours: true, wantedId: 9n });
  gateway.run(100);
  assertEquals(farewells(first), ["replaced"]);
});
