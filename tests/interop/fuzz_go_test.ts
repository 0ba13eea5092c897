/** Whatever a hostile peer sends, the Go peers behind the same gateway stay connected and are served. */

import { assert, assertEquals, assertRejects } from "@std/assert";
import { GatewayProcess } from "../support/gateway_process.ts";
import { GoError, GoPeer } from "./go_peer.ts";
import { LINES } from "./go_pair.ts";
import type { GoLine, GoTally } from "./go_peer_types.ts";
import { HostilePeer, type Targets } from "./hostile_peer.ts";
import { interopTest } from "./interop_test_case.ts";
import { SeededRandom } from "./seeded_random.ts";

const SECONDS = Number(Deno.env.get("FRONTIER_FUZZ_SECONDS") ?? 10);
const SEED = Number(Deno.env.get("FRONTIER_FUZZ_SEED") ?? 20261122);

/** A method and topic of the victims. No vector names it, so no hostile service registers it by chance. */
const VICTIM = "victim";

interface Victims {
  line: GoLine;
  service: GoPeer;
  edge: GoPeer;
}

async function startVictims(
  gateway: GatewayProcess,
  stack: AsyncDisposableStack,
): Promise<Victims[]> {
  const victims: Victims[] = [];
  for (const line of LINES) {
    const name = `${VICTIM}-${line}`;
    const service = stack.use(
      await GoPeer.start({
        line,
        role: "service",
        port: gateway.ports.service,
        name,
        topics: [name],
      }),
    );
    const edge = stack.use(
      await GoPeer.start({ line, role: "edge", port: gateway.ports.edge }),
    );
    for (const peer of [service, edge]) {
      await peer.register(name, { quiet: true });
      await peer.consume({ quiet: true });
      await peer.acceptAll({ mode: "echo" });
    }
    victims.push({ line, service, edge });
  }
  return victims;
}

/** Calls and messages between victims for as long as the attack lasts. */
async function workUntil(
  over: () => boolean,
  { line, service, edge }: Victims,
): Promise<number> {
  const name = `${VICTIM}-${line}`;
  let done = 0;
  while (!over()) {
    const load = { concurrency: 4, bytes: 60, timeoutMs: 5000 };
    const down = { ...load, edge: edge.clientId };
    const tallies: GoTally[] = await Promise.all([
      edge.callMany(name, 25, load),
      service.callMany(name, 25, down),
      edge.publishMany(name, 25, load),
      service.publishMany(name, 25, down),
    ]);
    for (const { good, errors } of tallies) {
      assertEquals([good, errors], [25, null], `${line} peers, seed ${SEED}`);
      done += good;
    }
  }
  return done;
}

interopTest(
  `Go peers are unharmed by ${SECONDS} s of random frames (seed ${SEED})`,
  async () => {
    await using stack = new AsyncDisposableStack();
    const gateway = stack.use(await GatewayProcess.start());
    const victims = await startVictims(gateway, stack);
    const end = performance.now() + SECONDS * 1000;
    let failed = false;
    const over = () => failed || performance.now() > end;

    const names = victims.map(({ line }) => `${VICTIM}-${line}`);
    const asEdge: Targets = {
      port: gateway.ports.edge,
      edges: [],
      names,
      meta: "hostile",
      // Make a service ask the hostile edge something: its answers are hostile, too.
      onConnected: (edge) => {
        for (const { service } of victims) {
          service.call("x", { edge, timeoutMs: 300 }).catch(() => {});
          service.publish("x", { edge, timeoutMs: 300 }).catch(() => {});
          service.open(edge).then(({ stream }) => service.close(stream)).catch(
            () => {},
          );
        }
      },
    };
    const asService: Targets = {
      port: gateway.ports.service,
      edges: victims.map(({ edge }) => edge.clientId),
      names: [...names, "evil"],
      meta: '{"service":"evil","topics":["evil"]}',
      onConnected: () => {
        for (const { edge } of victims) {
          edge.publish("evil", { timeoutMs: 300 }).catch(() => {});
          edge.open("evil").then(({ stream }) => edge.close(stream)).catch(
            () => {},
          );
        }
      },
    };

    const random = new SeededRandom(SEED);
    let frames = 0;
    const attack = async () => {
      while (!over()) {
        frames += await new HostilePeer(
          random,
          random.chance(0.5) ? asEdge : asService,
        ).run();
      }
    };
    const attempts = [
      attack(),
      attack(),
      attack(),
      ...victims.map((victim) => workUntil(over, victim)),
    ];
    try {
      await Promise.all(attempts);
    } catch (error) {
      failed = true;
      await Promise.allSettled(attempts);
      throw error;
    }
    assert(frames > SECONDS * 20, `${frames} frames sent`);
    for (const { line, service, edge } of victims) {
      assertEquals([service.pending("offline"), edge.pending("offline")], [
        0,
        0,
      ]);
      const answer = await edge.call(`${VICTIM}-${line}`, {
        data: "still there",
        timeoutMs: 5000,
      });
      assertEquals(answer.length, 11);
    }
  },
);

interopTest(
  "a body that breaks off inside a number at the very end of a read harms nobody",
  async () => {
    await using stack = new AsyncDisposableStack();
    const gateway = stack.use(await GatewayProcess.start());
    const [{ edge, line }] = await startVictims(gateway, stack) as [Victims];
    const bytes = new TextEncoder().encode('{"timeout":123456');
    // Frames that just fill a read buffer of any likely size.
    for (const size of [256, 512, 1024, 4096, 65_536, 131_072, 100_000]) {
      const conn = await Deno.connect({
        hostname: "127.0.0.1",
        port: gateway.ports.edge,
      });
      const handshake = Uint8Array.fromHex(
        "010100000000000000010000000c180000000000000000007b7d",
      );
      await conn.write(handshake);
      await conn.read(new Uint8Array(200));
      const frame = new Uint8Array(size).fill(0x37); // the number goes on to the end
      frame.set(Uint8Array.fromHex("01710000000000000005"));
      new DataView(frame.buffer).setUint32(10, size - 14);
      frame.set([0, 0, 0, 0, 0, 0, 0, 1], 14);
      frame.set(bytes, 22);
      for (let at = 0; at < size;) at += await conn.write(frame.subarray(at));
      const answer = await edge.call(`${VICTIM}-${line}`, { timeoutMs: 3000 });
      assertEquals(answer.length, 0, `after a frame of ${size} bytes`);
      conn.close();
    }
    await assertRejects(
      () => edge.call("nothing", { timeoutMs: 3000 }),
      GoError,
      "record not found",
    );
  },
);
