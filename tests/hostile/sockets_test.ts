/** Many hostile peers at once on real sockets, while others work. */

import { assert, assertEquals } from "@std/assert";
import { type Frontier, startFrontier } from "../../server/mod.ts";
import { RawPeer } from "../support/raw_peer.ts";
import { RawSocket } from "../support/raw_socket.ts";
import { Lines } from "../gateway/simulation.ts";
import { bytes, tail } from "../support/test_peer.ts";
import { rawFrame } from "../../proto/testing/raw_frame.ts";

const CONN = Uint8Array.fromHex(
  "010100000000000000010000000c180000000000000000007b7d",
);

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

function repeat(frame: Uint8Array, count: number): Uint8Array {
  const all = new Uint8Array(frame.length * count);
  for (let i = 0; i < count; i++) all.set(frame, i * frame.length);
  return all;
}

type Attack = (to: RawSocket) => Promise<void>;

/** Milliseconds after which it is enough: the gateway need not take what it is sent. */
const PUSH_MS = 1_000;

async function push(to: RawSocket, data: Uint8Array): Promise<void> {
  await to.send(data, PUSH_MS);
}

const random = (size: number): Uint8Array =>
  crypto.getRandomValues(new Uint8Array(size));

const ATTACKS: Record<string, Attack> = {
  silence: () => Promise.resolve(),
  noise: (to) => push(to, random(10_000)),
  "noise after the handshake": async (to) => {
    await push(to, CONN);
    await push(to, random(10_000));
  },
  "killer frame": (to) =>
    push(to, Uint8Array.fromHex("0102000000000000000300000000")),
  "half a header": (to) => push(to, CONN.subarray(0, 9)),
  "4 GiB declared": async (to) => {
    await push(to, CONN);
    await push(to, Uint8Array.fromHex("01710000000000000003ffffffff"));
  },
  "10 MB declared, little sent": async (to) => {
    await push(to, CONN);
    await push(to, Uint8Array.fromHex("0171000000000000000300a00000"));
    await push(to, random(1_000));
  },
  "calls without reading": async (to) => {
    await push(to, CONN);
    await push(to, repeat(rawFrame(0x71, 1n, 1n, '{"key":"ZWNobw=="}'), 1_000));
  },
  "unknown calls without reading": async (to) => {
    await push(to, CONN);
    await push(
      to,
      repeat(rawFrame(0x71, 1n, 1n, '{"key":"bm9wZQ=="}'), 20_000),
    );
  },
  "registers without reading": async (to) => {
    await push(to, CONN);
    await push(to, repeat(rawFrame(0x81, 1n, 1n, "m"), 40_000));
  },
  poison: async (to) => {
    await push(to, CONN);
    await push(to, rawFrame(0x71, 1n, 1n, '{"key":"ZWNobw==","value":"x"}'));
  },
  "sessions without end": async (to) => {
    await push(to, CONN);
    const open = Uint8Array.fromHex(
      "0131000000000000000400000016001000000000000003e87b2270656572223a2253227d",
    );
    await push(to, repeat(open, 10_000));
  },
  "stream to nowhere": async (to) => {
    await push(to, CONN);
    await push(to, repeat(rawFrame(0x61, 1n, 99n, random(10_000)), 300));
  },
};

async function begin(log: Lines): Promise<Frontier> {
  return await startFrontier({
    logger: log,
    edgebound: { hostname: "127.0.0.1", port: 0 },
    servicebound: { hostname: "127.0.0.1", port: 0 },
    limits: { handshakeTimeoutMs: 1_500, maxOutboxBytes: 2_000_000 },
  });
}

Deno.test("hostile sockets of every kind at once: others work, memory stays, all are gone at the end", async () => {
  const log = new Lines();
  await using gateway = await begin(log);
  await using service = await RawPeer.service(gateway.serviceAddr, "S", {
    ours: true,
    methods: ["echo"],
  });
  service.onRequest = ({ body }) => ({ value: body.value });
  // What is flooded is busy; everything else must not notice.
  await using other = await RawPeer.service(gateway.serviceAddr, "W", {
    ours: true,
    methods: ["work"],
  });
  other.onRequest = service.onRequest;
  await using edge = await RawPeer.edge(gateway.edgeAddr, { ours: true });
  edge.onRequest = ({ body }) => ({ value: body.value });

  let over = false;
  let calls = 0;
  let longest = 0;
  const work = (async () => {
    while (!over) {
      const begun = performance.now();
      const up = edge.call("work", `${calls}`);
      const down = other.call("m", {
        value: bytes(`${calls}`),
        custom: tail(edge.id),
      });
      assertEquals(await edge.outcomeOf(up), `ok: ${calls}`);
      assertEquals(await other.outcomeOf(down), `ok: ${calls}`);
      calls++;
      longest = Math.max(longest, performance.now() - begun);
      await sleep(2);
    }
  })();

  const sockets: RawSocket[] = [];
  const attacks = Object.values(ATTACKS).flatMap((attack) => [
    { attack, port: gateway.edgeAddr.port },
    { attack, port: gateway.serviceAddr.port },
    { attack, port: gateway.edgeAddr.port },
  ]);
  await Promise.all(attacks.map(async ({ attack, port }) => {
    const socket = await RawSocket.dial(port);
    // Whoever floods does not read.
    socket.pause();
    sockets.push(socket);
    await attack(socket);
  }));
  await sleep(1_700);
  // A machine with other work to do needs longer for as many.
  for (let i = 0; i < 3_000 && calls <= 20; i++) await sleep(10);
  // One line for the address, whoever of them comes first.
  assert(log.has('address: "127.0.0.1"', "warn"));
  for (const socket of sockets) socket[Symbol.dispose]();
  for (let i = 0; i < 300 && gateway.status.connections > 3; i++) {
    await sleep(10);
  }
  over = true;
  await work;
  assertEquals(gateway.status.connections, 3);
  assertEquals(gateway.status.edges, 1);
  assertEquals(gateway.status.services, 2);
  assert(
    calls > 20,
    `only ${calls} calls were made meanwhile, one took ${longest} ms`,
  );
  assertEquals([edge.closed, service.closed, other.closed], [
    undefined,
    undefined,
    undefined,
  ]);
});
