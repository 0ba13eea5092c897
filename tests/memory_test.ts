/**
 * What docs/LIMITS.md says about memory, measured on a gateway of its own process.
 */

import { assert, assertEquals, assertLess } from "@std/assert";
import { GatewayProcess } from "./support/gateway_process.ts";

const EDGES = 3_000;
/** Bytes per idle edge: about 8 KB measured with 10 000 edges, and room for a noisy machine. */
const IDLE_CEILING = 12_000;
const MIB = 1_048_576;

async function rss(gateway: GatewayProcess): Promise<number> {
  return (await gateway.figures()).rssBytes;
}

const CONN = Uint8Array.fromHex(
  "010100000000000000010000000c380000000000000000007b7d",
);

async function connect(port: number): Promise<Deno.TcpConn> {
  const conn = await Deno.connect({ hostname: "127.0.0.1", port });
  await conn.write(CONN);
  const ack = new Uint8Array(64);
  const count = await conn.read(ack);
  assert(count !== null && ack[1] === 2 && ack[14] === 0, "not admitted");
  return conn;
}

Deno.test("an idle edge costs what docs/LIMITS.md says", async () => {
  await using gateway = await GatewayProcess.start();
  const port = gateway.ports.edge;
  const warm = await connect(port);
  const before = await rss(gateway);
  const conns = [warm];
  while (conns.length <= EDGES) {
    conns.push(
      ...await Promise.all(Array.from({ length: 50 }, () => connect(port))),
    );
  }
  const perEdge = (await rss(gateway) - before) / (conns.length - 1);
  for (const conn of conns) conn.close();
  assertLess(perEdge, IDLE_CEILING, `${perEdge} bytes per idle edge`);
});

Deno.test("a declared length costs nothing until its bytes arrive", async () => {
  await using gateway = await GatewayProcess.start();
  const port = gateway.ports.edge;
  const conns = await Promise.all(
    Array.from({ length: 200 }, () => connect(port)),
  );
  const before = await rss(gateway);
  // A request of 10 MiB is declared on each of 200 connections: 2 GB, none of it sent.
  const header = Uint8Array.fromHex("0171000000000000000200a00000");
  for (const conn of conns) assertEquals(await conn.write(header), 14);
  const grown = await rss(gateway) - before;
  for (const conn of conns) conn.close();
  assertLess(grown, 32 * MIB, `${grown} bytes for 200 declared lengths`);
});

Deno.test("an edge that never reads its answers stays below its ceiling", async () => {
  await using gateway = await GatewayProcess.start();
  const port = gateway.ports.edge;
  const deaf = await connect(port);
  const before = await rss(gateway);
  // Calls of a method nobody has: each is answered, no answer is read.
  const body = new TextEncoder().encode('{"key":"ZWNobw=="}');
  const frame = new Uint8Array(14 + 8 + body.length);
  frame.set([1, 0x71, 0, 0, 0, 0, 0, 0, 0, 9, 0, 0, 0, 8 + body.length]);
  frame[21] = 1;
  frame.set(body, 22);
  const batch = new Uint8Array(frame.length * 2_000);
  for (let i = 0; i < 2_000; i++) batch.set(frame, i * frame.length);
  let cut = false;
  for (let i = 0; i < 1_000 && !cut; i++) {
    try {
      for (let at = 0; at < batch.length;) {
        at += await deaf.write(batch.subarray(at));
      }
    } catch {
      cut = true;
    }
  }
  const grown = await rss(gateway) - before;
  deaf.close();
  assert(cut, "a peer that does not read is cut");
  // Its outbox twice, and what the collector has not taken back yet.
  assertLess(grown, 160 * MIB, `${grown} bytes for one deaf edge`);
});
