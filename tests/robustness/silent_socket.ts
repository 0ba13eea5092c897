/** Connections that say nothing any more, or never did. */

import { assert, assertEquals } from "@std/assert";
import { Edge, Service, type Stream } from "../../client/mod.ts";
import { RawPeer } from "../support/raw_peer.ts";
import { GatewayProcess } from "../support/gateway_process.ts";
import { failure, until, within } from "./outcome.ts";

/** First byte of a conn that announces heartbeats every 5 s. */
const EVERY_5_SECONDS = 0x08;
const EXPIRY_MS = 10_000;
const HANDSHAKE_MS = 10_000;
/** Milliseconds the admission of an edge may take. */
const ADMISSION_MS = 8_000;
const GRACE_MS = 2_000 + 2_000;

/**
 * An edge without any extension that neither reads nor writes: what is sent to
 * it gets stuck in the system's buffers, then in the gateway's.
 */
export async function deafEdge(): Promise<void> {
  await using gateway = await GatewayProcess.start();
  const { ports } = gateway;
  await using service = await Service.connect({ port: ports.service });
  const offline = Promise.withResolvers<bigint>();
  await service.registerEdgeOffline(({ edgeId }) => offline.resolve(edgeId));
  const target = { network: "tcp", hostname: "127.0.0.1", port: ports.edge };
  await using edge = await RawPeer.edge(target, { flags: EVERY_5_SECONDS });
  const stream = await service.openStream(edge.id);
  edge.paused = true;

  const limitMs = EXPIRY_MS + GRACE_MS;
  const startedAt = performance.now();
  const codes = Promise.all([
    failure("A call", service.call(edge.id, "x"), limitMs),
    failure("A publish", service.publish(edge.id, "x"), limitMs),
    failure("A write", writeOn(stream), limitMs),
    failure("The stream", stream.closed, limitMs),
  ]);
  const id = await within("edge_offline", offline.promise, limitMs);
  assertEquals(id, edge.id);
  const tookMs = performance.now() - startedAt;
  assert(tookMs > EXPIRY_MS / 2, `It was given up after ${tookMs} ms already`);
  assertEquals(await codes, [
    "force-closed",
    "force-closed",
    "eof",
    "force-closed",
  ]);
  await until("The gateway to forget it", async () => {
    const { connections, streams, inflight } = await gateway.status();
    return connections === 1 && streams === 0 && inflight === 0;
  }, GRACE_MS);
}

async function writeOn(stream: Stream): Promise<void> {
  const chunk = new Uint8Array(65_536);
  while (true) await stream.write(chunk);
}

/** Connections that never complete their handshake, on both ports. */
export async function halfOpenHandshakes(): Promise<void> {
  await using stack = new AsyncDisposableStack();
  const gateway = stack.use(await GatewayProcess.start());
  const { ports } = gateway;
  const peers: RawPeer[] = [];
  for (const port of [ports.edge, ports.service]) {
    const target = { network: "tcp", hostname: "127.0.0.1", port };
    for (let i = 0; i < 20; i++) {
      const peer = stack.use(await RawPeer.dial(target));
      // Some say nothing, some begin a conn and never end it.
      if (i % 2 === 0) peer.write(new Uint8Array([1, 1, 0, 0]));
      peers.push(peer);
    }
  }
  await until(
    "All to be accepted",
    async () => (await gateway.status()).connections === peers.length,
    GRACE_MS,
  );
  const limitMs = HANDSHAKE_MS + GRACE_MS;
  await Promise.all(peers.map((peer) => peer.untilClosed(limitMs)));
  const { connections, timers } = await gateway.status();
  assertEquals({ connections, timers }, { connections: 0, timers: 0 });
}

/** A service that is asked whether edges may come, and says nothing. */
export async function deafDoorkeeper(): Promise<void> {
  await using gateway = await GatewayProcess.start();
  const { ports } = gateway;
  const target = { network: "tcp", hostname: "127.0.0.1", port: ports.service };
  await using _ = await RawPeer.service(target, "doorkeeper", {
    flags: EVERY_5_SECONDS,
    methods: ["edge_online"],
  });
  const early = Edge.connect({ port: ports.edge });
  assertEquals(
    await failure("The early edge", early, ADMISSION_MS + GRACE_MS),
    "refused",
  );
  // Who goes on trying comes in when the service is given up.
  const patient = Edge.connect({
    port: ports.edge,
    waitForFirstConnect: true,
  });
  await using edge = await within("The patient edge", patient, EXPIRY_MS);
  assertEquals(edge.state, "connected");
  assertEquals((await gateway.status()).services, 0);
}
