/**
 * How long it takes until all edges of a gateway that was killed are elsewhere, and a Frontlas knows where.
 *
 * `deno run -A bench/failover.ts [EDGES] [ROUNDS]`, 10 000 edges at three gateways and 3 rounds by default. All parts are
 * processes of their own; edges come back with the pauses of `tests/cluster/swarm.ts`, the first within half a second.
 *
 * @module
 */

import { Stage } from "../tests/cluster/stage.ts";

const [edges = 10_000, rounds = 3] = Deno.args.map(Number);
const times: number[] = [];
for (let round = 0; round < rounds; round++) {
  await using stage = await Stage.start({ edges, everyMs: Infinity });
  const places = await stage.places();
  const lost = [...places.values()].filter((name) => name === "g0").length;
  await stage.gateways.get("g0")!.kill();
  const ms = await stage.knowledge();
  console.log(
    `${lost} of ${edges} edges were elsewhere, and known, after ${ms / 1000} s`,
  );
  times.push(ms);
}
times.sort((a, b) => a - b);
console.log(
  `fail-over of a third of ${edges} edges: median ${
    times[times.length >> 1]! / 1000
  } s, ${times[0]! / 1000} to ${times.at(-1)! / 1000} s`,
);
