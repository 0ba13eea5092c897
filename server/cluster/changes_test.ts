import { assert, assertEquals } from "@std/assert";
import type { Link } from "@frontier/proto/internal";
import { seededRandom } from "../../proto/testing/sim_network.ts";
import { EdgePeer, type Peer } from "../directory/peer.ts";
import { type Change, Changes } from "./changes.ts";

function edge(id: number): EdgePeer {
  const address = { network: "tcp", hostname: "10.0.0.1", port: id };
  const peer = new EdgePeer({} as Link, address, 0);
  peer.idLo = id;
  peer.online = true;
  return peer;
}

function changes(): Changes {
  return new Changes((peer) => ({ since: 1, seq: peer.idLo }));
}

function drain(from: Changes): Change[] {
  const all: Change[] = [];
  for (let one = from.peek(); one !== undefined; one = from.peek()) {
    from.take(one);
    all.push(one);
  }
  return all;
}

function text(all: readonly Change[]): string[] {
  return all.map((one) =>
    one.kind === "online" ? `+${one.peer.id}` : `-${one.id}`
  );
}

Deno.test("departures go before arrivals, each in their order", () => {
  const told = changes();
  const [a, b, c, d] = [edge(1), edge(2), edge(3), edge(4)];
  told.arrive(a);
  told.depart(b);
  told.arrive(c);
  told.depart(d);
  assertEquals(told.size, 4);
  assertEquals(text(drain(told)), ["-2", "-4", "+1", "+3"]);
  assertEquals(told.size, 0);
});

Deno.test("who goes before it was told of is never told of", () => {
  const told = changes();
  const peer = edge(1);
  told.arrive(peer);
  told.depart(peer);
  assertEquals(told.size, 0);
  assertEquals(told.peek(), undefined);
});

Deno.test("a change that may not have arrived is told again, unless it is overtaken", () => {
  const told = changes();
  const peer = edge(1);
  told.arrive(peer);
  const arrival = told.peek()!;
  told.take(arrival);
  told.giveBack(arrival);
  assertEquals(text(drain(told)), ["+1"]);
  peer.online = false;
  told.depart(peer);
  told.giveBack(arrival);
  assertEquals(text(drain(told)), ["-1"]);
});

Deno.test("there are never more changes than connections that are here, or were told of", () => {
  for (let seed = 1; seed <= 50; seed++) {
    const random = seededRandom(seed);
    const told = changes();
    const here = new Set<Peer>();
    /** What the other side believes. */
    const known = new Set<bigint>();
    const under: Change[] = [];
    let ids = 0;
    for (let step = 0; step < 3_000; step++) {
      const dice = random();
      if (dice < 0.35) {
        const peer = edge(++ids);
        here.add(peer);
        told.arrive(peer);
      } else if (dice < 0.68) {
        const peer = [...here][Math.floor(random() * here.size)];
        if (peer !== undefined) {
          peer.online = false;
          here.delete(peer);
          told.depart(peer);
        }
      } else if (dice < 0.9) {
        const change = told.peek();
        if (change !== undefined) {
          told.take(change);
          under.push(change);
        }
      } else {
        // Some arrive, and of some of those that is not known.
        for (const change of under.splice(0)) {
          const { kind } = change;
          if (random() < 0.6) {
            if (kind === "online") known.add(change.peer.id);
            else known.delete(change.id);
          }
          if (random() < 0.6) told.giveBack(change);
          else if (kind === "online") known.add(change.peer.id);
          else known.delete(change.id);
        }
      }
      assert(told.size <= ids);
    }
    for (const change of [...under.splice(0), ...drain(told)]) {
      if (change.kind === "online") known.add(change.peer.id);
      else known.delete(change.id);
    }
    assertEquals(
      [...known].sort(),
      [...here].map(({ id }) => id).sort(),
      `seed ${seed}`,
    );
  }
});

Deno.test("very many changes are taken in a time that grows with their number alone", () => {
  const took = (count: number): number => {
    const told = changes();
    const peers = Array.from({ length: count }, (_, i) => edge(i + 1));
    const began = performance.now();
    for (const peer of peers) told.arrive(peer);
    assertEquals(drain(told).length, count);
    for (const peer of peers) told.depart(peer);
    assertEquals(drain(told).length, count);
    return performance.now() - began;
  };
  took(1_000);
  // Ten thousand times as much would be a minute and more.
  assert(took(200_000) < 10_000);
});
