import { assert, assertEquals } from "@std/assert";
import type { EdgePeer, ServicePeer } from "../directory/peer.ts";
import { SimCluster, type SimDirectory } from "./testing/sim_directory.ts";

const A = "10.0.0.1:40012";
const B = "10.0.0.2:40012";

function known(directory: SimDirectory): string[] {
  return [...directory.records.keys()].sort();
}

Deno.test("a directory is told of everybody who is here, then of everybody who comes and goes", async () => {
  const sim = new SimCluster();
  const lasting = sim.edge();
  sim.service("sensor", ["t1", "t2"]);
  const directory = sim.add(A);
  const membership = sim.join();
  assertEquals(membership.status.state, "connecting");
  await sim.pass(100);
  const { status } = membership;
  assertEquals(status.state, "up");
  assertEquals(status.kind, "frontlas");
  assertEquals(status.synced, true);
  assertEquals(status.serviceAddr, "10.0.0.5:30011");
  assertEquals(status.edgeAddr, "10.0.0.5:30012");
  assertEquals(known(directory), sim.here);
  const texts = [...directory.records.values()].map(({ text }) => text);
  assertEquals(texts.sort(), [
    "10.1.0.1:1 ",
    '10.2.0.1:2 {"service":"sensor","topics":["t1","t2"]}',
  ]);
  const edge = sim.edge();
  await sim.pass(50);
  assertEquals(known(directory), sim.here);
  sim.leave(edge);
  sim.leave(lasting);
  await sim.pass(50);
  assertEquals(known(directory), sim.here);
  assertEquals(membership.status.pending, 0);
  assertEquals(membership.counts.links, 1);
  assertEquals(membership.counts.resyncs, 1);
  assertEquals(membership.counts.events, 5);
  await membership.close(1_000);
  assertEquals(membership.status.state, "closed");
});

Deno.test("a directory knows everybody of a gateway that has nobody", async () => {
  for (const ours of [true, false]) {
    const sim = new SimCluster();
    sim.add(A, ours);
    const membership = sim.join();
    await sim.pass(100);
    assertEquals(membership.status.synced, true);
    await membership.close(0);
  }
});

Deno.test("ids have the number that the cluster gives", async () => {
  const sim = new SimCluster();
  sim.add(A);
  const membership = sim.join();
  await sim.pass(100);
  assertEquals(sim.ids.number, 77);
  await membership.close(0);
});

/** Runs a random history, heals the world, and lets what has to come of it come. */
async function history(seed: number, ours: boolean): Promise<void> {
  const sim = new SimCluster(seed);
  const { random } = sim;
  const directories = [sim.add(A, ours)];
  const peers: (EdgePeer | ServicePeer)[] = [];
  for (let i = 0; i < 10; i++) peers.push(sim.edge());
  const membership = sim.join();
  for (let step = 0; step < 150; step++) {
    const dice = random();
    const { faults } = directories[0]!;
    if (dice < 0.3) peers.push(sim.edge());
    else if (dice < 0.4) peers.push(sim.edge(1 + Math.floor(random() * 5)));
    else if (dice < 0.45) peers.push(sim.service(`s${step}`));
    else if (dice < 0.75) {
      const at = Math.floor(random() * peers.length);
      const [peer] = peers.splice(at, 1);
      if (peer?.online) sim.leave(peer);
    } else if (dice < 0.79) directories[0]!.drop();
    else if (dice < 0.83) faults.away = random() < 0.5;
    else if (dice < 0.87) faults.stopped = random() < 0.5;
    else if (dice < 0.9) faults.storeDown = ours && random() < 0.5;
    else if (dice < 0.94) faults.failing = random() < 0.5 ? 0.3 : 0;
    else if (dice < 0.97) faults.delayMs = random() * 300;
    else if (ours) directories[0]!.resync = true;
    if (random() < 0.02) sim.clusterAhead += (random() - 0.5) * 5_000;
    await sim.pass(random() * 200);
  }
  for (const { faults } of directories) {
    faults.away = faults.stopped = faults.storeDown = false;
    faults.failing = faults.delayMs = 0;
  }
  await sim.pass(25_000);
  const [directory] = directories;
  const { status } = membership;
  assertEquals(status.state, "up", `seed ${seed}`);
  assertEquals(status.pending, 0, `seed ${seed}`);
  assertEquals(status.synced, true, `seed ${seed}`);
  if (ours) assertEquals(known(directory!), sim.here, `seed ${seed}`);
  else {
    // The original forgets what it was not told again.
    const fresh = [...directory!.records]
      .filter(([, { toldAt }]) => sim.now - toldAt < 30_000)
      .map(([key]) => key).sort();
    for (const key of sim.here) assert(fresh.includes(key), `seed ${seed}`);
    await sim.pass(31_000);
    const live = [...directory!.records]
      .filter(([, { toldAt }]) => sim.now - toldAt < 30_000)
      .map(([key]) => key).sort();
    assertEquals(live, sim.here, `seed ${seed}`);
  }
  await membership.close(0);
}

for (
  const [what, ours] of [["ours", true], ["the original's", false]] as const
) {
  Deno.test(`whatever is lost, late or repeated, a directory of ${what} knows who is here in the end`, async () => {
    for (let seed = 1; seed <= 60; seed++) await history(seed, ours);
  });
}

Deno.test("a directory of the original's counts nobody twice, and nobody less than once", async () => {
  for (let seed = 1; seed <= 20; seed++) {
    const sim = new SimCluster(seed);
    const directory = sim.add(A, false);
    const membership = sim.join();
    const peers: EdgePeer[] = [];
    for (let step = 0; step < 300; step++) {
      if (sim.random() < 0.55) peers.push(sim.edge());
      else if (peers.length > 0) {
        const at = Math.floor(sim.random() * peers.length);
        sim.leave(peers.splice(at, 1)[0]!);
      }
      if (sim.random() < 0.02) {
        directory.drop();
        // What it does when a gateway connects.
        directory.counted.edge = 0;
      }
      directory.faults.delayMs = sim.random() * 60;
      await sim.pass(sim.random() * 40);
    }
    await sim.pass(10_000);
    assertEquals(directory.counted.edge, peers.length, `seed ${seed}`);
    await membership.close(0);
  }
});

Deno.test("while no directory is there nothing is kept, and it is tried for ever", async () => {
  const sim = new SimCluster();
  const directory = sim.add(A);
  directory.faults.away = true;
  const membership = sim.join();
  for (let round = 0; round < 10; round++) {
    const peers = Array.from({ length: 10_000 }, () => sim.edge());
    for (const peer of peers) sim.leave(peer);
    assertEquals(membership.status.pending, 0);
    await sim.pass(60_000);
  }
  assertEquals(membership.status.state, "connecting");
  assert(membership.status.problem.includes("refused"));
  // Ten minutes, with pauses of 50 ms to 5 s.
  const { length } = sim.dialled;
  assert(length > 120 && length < 600, `${length} attempts`);
  directory.faults.away = false;
  await sim.pass(5_100);
  assertEquals(membership.status.state, "up");
  await membership.close(0);
});

for (const ours of [true, false]) {
  Deno.test(`what waits for a directory that stands still is bounded by who is here (${ours ? "ours" : "the original's"})`, async () => {
    const sim = new SimCluster();
    const directory = sim.add(A, ours);
    const lasting = Array.from({ length: 1_000 }, () => sim.edge());
    const membership = sim.join();
    await sim.pass(2_000);
    directory.faults.stopped = true;
    for (let round = 0; round < 20; round++) {
      const peers = Array.from({ length: 10_000 }, () => sim.edge());
      await sim.pass(16);
      for (const peer of peers) sim.leave(peer);
    }
    // Those that went out before it was full, and are to go again.
    assert(membership.status.pending < 6_000, `${membership.status.pending}`);
    for (const peer of lasting.splice(0, 500)) sim.leave(peer);
    directory.faults.stopped = false;
    await sim.pass(5_000);
    assertEquals(known(directory), sim.here);
    assertEquals(directory.records.size, 500);
    await membership.close(0);
  });
}

Deno.test("everybody is told of again in time, and nobody much too often", async () => {
  for (const ours of [true, false]) {
    const sim = new SimCluster();
    const directory = sim.add(A, ours);
    for (let i = 0; i < 500; i++) sim.edge();
    sim.service("s");
    const membership = sim.join();
    await sim.pass(1_000);
    const before = membership.counts.events;
    for (let i = 0; i < 30; i++) {
      await sim.pass(2_000);
      for (const [key, { toldAt }] of directory.records) {
        const limit = ours ? 11_000 : 16_000;
        assert(sim.now - toldAt < limit, `${key}: ${sim.now - toldAt} ms`);
      }
    }
    if (ours) {
      const told = membership.counts.events - before;
      assert(told < 501 * 7.5, `${told} in six periods`);
    } else {
      const beats = directory.calls["edge_heartbeat"]!;
      assert(beats < 500 * 5.5, `${beats} in five periods`);
    }
    await membership.close(0);
  }
});

Deno.test("everybody is told of again in time, also where more batches than usual are needed for it", async () => {
  const sim = new SimCluster();
  const directory = sim.add(A);
  directory.renewMs = 1_000;
  for (let i = 0; i < 20_000; i++) sim.edge();
  const membership = sim.join();
  await sim.pass(3_000);
  for (let i = 0; i < 5; i++) {
    await sim.pass(300);
    let oldest = Infinity;
    for (const { toldAt } of directory.records.values()) {
      oldest = Math.min(oldest, toldAt);
    }
    assert(sim.now - oldest < 1_200, `${sim.now - oldest} ms`);
  }
  await membership.close(0);
});

Deno.test("a gateway without peers gives a sign of life within the time that is asked of it", async () => {
  const sim = new SimCluster();
  const directory = sim.add(A);
  const membership = sim.join();
  await sim.pass(100);
  for (let i = 0; i < 10; i++) {
    const before = directory.calls["presence"]!;
    await sim.pass(5_000);
    const count = directory.calls["presence"]! - before;
    assert(count >= 1 && count <= 3, `${count} in 5 s`);
  }
  await membership.close(0);
});

Deno.test("batches stay within what a directory takes", async () => {
  const sim = new SimCluster();
  const directory = sim.add(A);
  for (let i = 0; i < 20_000; i++) sim.edge();
  sim.service("s".repeat(200_000));
  directory.faults.delayMs = 30;
  const membership = sim.join();
  await sim.pass(3_000);
  assertEquals(directory.records.size, 20_001);
  const { records, inFlight } = directory.largest;
  assert(records > 500 && records <= 1_000);
  assert(inFlight <= 4);
  await membership.close(0);
});

Deno.test("an edge that is connected elsewhere is closed, a newer connection of it is not", async () => {
  const sim = new SimCluster();
  const directory = sim.add(A);
  const edge = sim.edge(7);
  const other = sim.edge(8);
  const membership = sim.join();
  await sim.pass(100);
  const { stamp } = directory.records.get("edge 7")!;
  directory.evictions = [
    { edgeId: 7n, stamp: { since: stamp.since - 1, seq: stamp.seq } },
    { edgeId: 7n, stamp: { since: stamp.since, seq: stamp.seq + 1 } },
    { edgeId: 9n, stamp },
  ];
  await sim.pass(6_000);
  assertEquals(sim.evicted, []);
  directory.evictions = [{ edgeId: 7n, stamp }];
  await sim.pass(6_000);
  assertEquals(sim.evicted, [7n]);
  assertEquals(membership.counts.evictions, 1);
  assertEquals([edge.online, other.online], [false, true]);
  // The same once more, when the edge is back.
  sim.edge(7);
  await sim.pass(100);
  directory.evictions = [{ edgeId: 7n, stamp }];
  await sim.pass(6_000);
  assertEquals(sim.evicted, [7n]);
  await membership.close(0);
});

Deno.test("a connection keeps its stamp, whatever the cluster's clock does", async () => {
  const sim = new SimCluster();
  const directory = sim.add(A);
  sim.edge(7);
  const membership = sim.join();
  await sim.pass(100);
  const { stamp } = directory.records.get("edge 7")!;
  for (const jump of [90_000, -45_000, 300, -86_400_000]) {
    sim.clusterAhead += jump;
    await sim.pass(6_000);
    directory.drop();
    await sim.pass(6_000);
    assertEquals(directory.records.get("edge 7")!.stamp, stamp);
  }
  // A connection that comes later is the newer one, though that clock was set back by a day.
  sim.edge(7);
  await sim.pass(100);
  const later = directory.records.get("edge 7")!.stamp;
  assert(later.since >= stamp.since && later.seq > stamp.seq);
  await membership.close(0);
});

Deno.test("a gateway whose id is taken comes back until it is free, and says what to do", async () => {
  const sim = new SimCluster();
  const directory = sim.add(A, false);
  directory.refusal = "frontier already set";
  const membership = sim.join();
  await sim.pass(60_000);
  assertEquals(membership.status.state, "connecting");
  assert(sim.dialled.length >= 12);
  assert(sim.lines.some((line) => line.includes('own "daemon.frontier_id"')));
  directory.refusal = "";
  await sim.pass(5_100);
  assertEquals(membership.status.state, "up");
  assertEquals(membership.status.problem, "");
  await membership.close(0);
});

Deno.test("after a loss another directory is taken", async () => {
  const sim = new SimCluster();
  const directories = [sim.add(A), sim.add(B)];
  const membership = sim.join();
  for (let i = 0; i < 100; i++) sim.edge();
  await sim.pass(200);
  for (let i = 0; i < 10; i++) {
    const current = directories.find(({ link }) => link !== undefined)!;
    if (i % 2 === 0) current.drop();
    else current.link!.leave();
    await sim.pass(2_000);
    const next = directories.find(({ link }) => link !== undefined)!;
    assert(next !== current);
    assertEquals(known(next), sim.here);
    await sim.pass(5_000);
  }
  assertEquals(membership.counts.links, 11);
  await membership.close(0);
});

Deno.test("the first directory is one of them at random", async () => {
  const first = new Set<string>();
  for (let seed = 1; seed <= 30; seed++) {
    const sim = new SimCluster(seed);
    sim.add(A);
    sim.add(B);
    const membership = sim.join();
    await sim.pass(50);
    first.add(sim.dialled[0]!);
    await membership.close(0);
  }
  assertEquals(first.size, 2);
});

Deno.test("a store that comes back is told everything, and meanwhile that the gateway lives", async () => {
  const sim = new SimCluster();
  const directory = sim.add(A);
  const membership = sim.join();
  for (let i = 0; i < 50; i++) sim.edge();
  await sim.pass(200);
  directory.faults.storeDown = true;
  sim.edge();
  await sim.pass(200);
  directory.records.clear();
  const before = directory.calls["presence"]!;
  for (let i = 0; i < 5_000; i++) sim.leave(sim.edge());
  await sim.pass(20_000);
  const beats = directory.calls["presence"]! - before;
  assert(beats >= 4 && beats <= 12, `${beats} in 20 s`);
  assertEquals(membership.status.synced, false);
  assertEquals(
    membership.status.problem,
    "the directory cannot reach its store",
  );
  directory.faults.storeDown = false;
  await sim.pass(5_000);
  assertEquals(known(directory), sim.here);
  assertEquals(membership.status.synced, true);
  assertEquals(membership.status.problem, "");
  await membership.close(0);
});

Deno.test("reports that a directory does not take are repeated until it does", async () => {
  const sim = new SimCluster();
  const directory = sim.add(A);
  // Nobody's turn comes to be told of again.
  directory.renewMs = 3_600_000;
  const membership = sim.join();
  const peers = Array.from({ length: 300 }, () => sim.edge());
  await sim.pass(1_000);
  directory.faults.failing = 0.7;
  for (let i = 0; i < 100; i++) {
    sim.leave(peers.splice(Math.floor(sim.random() * peers.length), 1)[0]!);
    peers.push(sim.edge());
    if (i % 3 === 0) sim.leave(peers.pop()!);
    await sim.pass(100);
  }
  assert(membership.counts.refusals > 3);
  assertEquals(membership.counts.resyncs, 1);
  directory.faults.failing = 0;
  await sim.pass(6_000);
  assertEquals(known(directory), sim.here);
  assertEquals(membership.counts.resyncs, 1);
  await membership.close(0);
});

Deno.test("everything is told once more when a directory asks for it, however many replies say so", async () => {
  const sim = new SimCluster();
  const directory = sim.add(A);
  for (let i = 0; i < 3_000; i++) sim.edge();
  const membership = sim.join();
  await sim.pass(2_000);
  directory.faults.delayMs = 300;
  for (let i = 0; i < 20; i++) {
    sim.edge();
    await sim.pass(20);
    if (i === 3) {
      directory.resync = true;
      directory.records.clear();
    }
  }
  await sim.pass(5_000);
  assertEquals(known(directory), sim.here);
  assertEquals(membership.counts.resyncs, 2);
  directory.link!.requests.resync();
  await sim.pass(5_000);
  assertEquals(membership.counts.resyncs, 3);
  assertEquals(membership.status.synced, true);
  await membership.close(0);
});

Deno.test("a directory of the original's that lacks a method is connected to anew", async () => {
  const sim = new SimCluster();
  const directory = sim.add(A, false);
  directory.unknown = new Set(["edge_heartbeat", "edge_offline"]);
  const membership = sim.join();
  const edge = sim.edge();
  await sim.pass(100);
  sim.leave(edge);
  await sim.pass(100);
  assertEquals(directory.link, undefined);
  directory.unknown.clear();
  await sim.pass(5_000);
  assertEquals(directory.links, 2);
  assertEquals(membership.status.state, "up");
  await membership.close(0);
});

Deno.test("the number of peers is reported as it is, where it is asked for", async () => {
  for (const statsMs of [1_000, Infinity]) {
    const sim = new SimCluster();
    const directory = sim.add(A, false);
    const membership = sim.join(statsMs);
    for (let i = 0; i < 5; i++) sim.edge();
    sim.service("s");
    await sim.pass(500);
    directory.counted.edge = -3;
    await sim.pass(10_000);
    if (statsMs === Infinity) {
      assertEquals(directory.calls["frontier_stats"], undefined);
    } else {
      assertEquals(directory.counted, { edge: 5, service: 1 });
      const calls = directory.calls["frontier_stats"]!;
      assert(calls >= 10 && calls <= 12);
    }
    await membership.close(0);
  }
});

Deno.test("a gateway that closes tells first who has gone, then says farewell", async () => {
  for (const ours of [true, false]) {
    const sim = new SimCluster();
    const directory = sim.add(A, ours);
    const membership = sim.join();
    const peers = Array.from({ length: 3_000 }, () => sim.edge());
    await sim.pass(1_000);
    const { link } = directory;
    for (const peer of peers) sim.leave(peer);
    const closed = membership.close(2_000);
    await sim.pass(2_000);
    await closed;
    assertEquals(directory.records.size, 0);
    assertEquals(link!.farewell, true);
    assertEquals(sim.timers.size, 0);
  }
});

Deno.test("a directory that stands still holds up the end of a gateway for as long as it may", async () => {
  const sim = new SimCluster();
  const directory = sim.add(A);
  const membership = sim.join();
  const edge = sim.edge();
  await sim.pass(100);
  directory.faults.stopped = true;
  sim.leave(edge);
  let over = false;
  const closed = membership.close(2_000).then(() => over = true);
  await sim.pass(1_900);
  assertEquals(over, false);
  await sim.pass(200);
  assertEquals(over, true);
  await closed;
});

Deno.test("a gateway that cannot say where it is says what to set, and comes back", async () => {
  const sim = new SimCluster();
  sim.add(A);
  sim.local = "";
  const membership = sim.join();
  await sim.pass(10_000);
  assertEquals(membership.status.state, "connecting");
  const { problem } = membership.status;
  assert(
    problem.endsWith('set "servicebound.listen.advertised_addr"'),
    problem,
  );
  assert(sim.lines.every((line) => line.includes("advertised_addr")));
  sim.local = "10.0.0.5";
  await sim.pass(5_100);
  assertEquals(membership.status.state, "up");
  await membership.close(0);
});
