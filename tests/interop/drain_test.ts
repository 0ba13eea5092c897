/** A gateway that stops under load, with edges of both kinds and another gateway to go to. */

import { assert, assertEquals } from "@std/assert";
import { Edge } from "@frontier/client";
import { TwoGateways } from "../support/two_gateways.ts";
import { startGateway } from "../support/gateway.ts";
import { GoPeer } from "./go_peer.ts";
import { GoSwarm } from "./go_swarm.ts";
import { interopTest } from "./interop_test_case.ts";

const OURS = 250;
const GO = 250;
/** What a refused call reads at a Go edge: that nothing was done. */
const REFUSED = ["service not online", "record not found"];
/** What Go says of a call whose connection has ended. */
const CUT = "force closed";
/** A Go edge is back for a second before it has its methods again. */
const NOT_YET = "no such rpc: echo";

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

interopTest(
  "500 edges under load, half of them Go, lose no call when their gateway stops, and are all at another one",
  async () => {
    await using scene = await TwoGateways.start();
    const { first, second } = scene;
    await using swarm = await GoSwarm.start({
      count: GO,
      ports: scene.edgePorts,
      meta: "go",
    });
    await scene.connect(OURS);
    assertEquals(first.online.size, OURS + GO);
    await swarm.load();
    scene.load();
    await sleep(4_000);
    first.program.tell("SIGTERM");
    const begun = performance.now();
    const { code, out } = await first.program.end();
    const took = performance.now() - begun;
    assertEquals(code, 0);
    assert(took < 25_000, `${took}`);
    assert(!/not everything|not sent|ERROR/.test(out), out);
    await scene.arrived(OURS + GO, 60_000);
    assertEquals(first.online.size, 0, "every edge was said to be offline");
    // Go edges register their methods a second after they are back.
    await sleep(2_000);
    const { outcomes: theirs, cut } = await swarm.stop();
    await scene.stop();
    const calls = Deno.inspect([theirs, scene.up, scene.down]);
    assert(theirs[""]! > 1_000, calls);
    for (const outcome of Object.keys(theirs)) {
      assert(["", CUT, ...REFUSED].includes(outcome), calls);
    }
    // A Go edge that calls again while its connection is closing is not heard any more.
    assert(cut.length <= GO, calls);
    assert(!cut.some((call) => scene.handled.has(call)), calls);
    for (const outcomes of [scene.up, scene.down]) {
      assert(outcomes.ok! > 1_000, calls);
      for (const outcome of Object.keys(outcomes)) {
        const fine = outcome === "ok" || outcome === NOT_YET ||
          outcome.startsWith("refused");
        assert(fine, calls);
      }
    }
    // None of ours was without a connection.
    assertEquals(scene.states, { connected: OURS });
    assertEquals(await scene.reach(), OURS + GO);
    assertEquals(second.online.size, OURS + GO);
  },
);

interopTest(
  "what a Go service has begun to work on is answered before it is closed, and what its callers are refused never reached it",
  async () => {
    await using gateway = await startGateway();
    await using service = await GoPeer.start({
      role: "service",
      port: gateway.serviceAddr.port,
      name: "S",
    });
    await service.register("slow", { mode: "slow", delayMs: 300 });
    await using theirs = await GoPeer.start({
      role: "edge",
      port: gateway.edgeAddr.port,
    });
    await using ours = await Edge.connect({
      port: gateway.edgeAddr.port,
      reconnect: false,
    });
    const many = theirs.callMany("slow", 2_000, { concurrency: 32 });
    await sleep(2_000);
    const calls = Array.from({ length: 50 }, () => ours.call("slow", "x"));
    await sleep(100);
    await gateway.drain();
    for (const call of calls) assertEquals((await call).text(), "x");
    const { good, errors } = await many;
    assert(good >= 100, Deno.inspect([good, errors]));
    assertEquals(service.pending("called"), good + calls.length);
    assert((errors?.["force closed"] ?? 0) <= 32, Deno.inspect(errors));
    await service.event("offline");
    assertEquals(gateway.drainProgress?.cut, 0);
    assertEquals(gateway.status.connections, 0);
  },
);
