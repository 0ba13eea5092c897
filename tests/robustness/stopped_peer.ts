/** A peer whose process stands still. */

import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { Edge, Service } from "../../client/mod.ts";
import { GatewayProcess } from "../support/gateway_process.ts";
import { Engagement, toEdge, toService, type Way } from "./engagement.ts";
import { failure, until, within } from "./outcome.ts";
import { PeerProcess } from "./peer_process.ts";
import { Traffic } from "./traffic.ts";

/** Heartbeats every 5 s: a silent peer is given up after twice as long. */
const HEARTBEAT = 5;
const EXPIRY_MS = 10_000;
/** The agreement that an orderly close waits for, and a busy machine. */
const GRACE_MS = 2_000 + 2_000;
const TIMEOUT_MS = 1_000;
/** Milliseconds after which a process that goes on is back: it notices, pauses and connects. */
const BACK_MS = 6_000;

/**
 * Stops a peer in the midst of everything, and lets it go on when it was given up.
 *
 * @param role What kind of peer.
 */
export async function stopPeer(role: "edge" | "service"): Promise<void> {
  await using gateway = await GatewayProcess.start();
  const { ports } = gateway;
  await using service = await Service.connect({
    port: ports.service,
    methods: { echo: (request) => request.data },
  });
  await using edge = await Edge.connect({ port: ports.edge });
  await using traffic = new Traffic("A call between others", async () => {
    assertEquals((await edge.call("echo", "x")).text(), "x");
  });
  const offline = Promise.withResolvers<bigint>();
  await service.registerEdgeOffline(({ edgeId }) => offline.resolve(edgeId));
  await using victim = await PeerProcess.start({
    role,
    port: ports[role],
    name: "victim",
    heartbeatSeconds: HEARTBEAT,
  });
  const way = toWay(role, service, edge, victim.id);
  const engagement = await Engagement.start(way, "victim");

  await victim.stop();
  const stoppedAt = performance.now();
  try {
    const limits = { timeoutMs: TIMEOUT_MS };
    assertEquals(
      await Promise.all([
        failure("A call", way.call("victim.ping", limits), TIMEOUT_MS * 2),
        failure("A publish", way.publish("x", limits), TIMEOUT_MS * 2),
      ]),
      ["timeout", "timeout"],
    );
    const opening = way.openStream();
    opening.catch(() => {});
    await engagement.lost(EXPIRY_MS + GRACE_MS);
    assertNotEquals(
      await failure("A stream being opened", opening, GRACE_MS),
      "timeout",
    );
    if (role === "edge") {
      const id = await within("edge_offline", offline.promise, GRACE_MS);
      assertEquals(id, victim.id);
    }
    const gone = await failure("A later call", way.call("victim.ping"), 1_000);
    assertEquals(gone, role === "edge" ? "edge-not-online" : "rpc-not-online");
    const tookMs = performance.now() - stoppedAt;
    assert(tookMs < EXPIRY_MS + GRACE_MS, `It took ${tookMs} ms`);
    await until("The gateway to forget it", async () => {
      const { connections, streams, inflight } = await gateway.status();
      return connections === 2 && streams === 0 && inflight === 0;
    }, GRACE_MS);
    await traffic.stop();
  } finally {
    victim.kill("SIGCONT");
  }
  await until("It to be back", async () => {
    const { state, id } = await victim.state();
    return state === "connected" && BigInt(id) !== victim.id;
  }, BACK_MS);
  const { id } = await victim.state();
  await toWay(role, service, edge, BigInt(id)).call("victim.ping");
}

function toWay(
  role: "edge" | "service",
  service: Service,
  edge: Edge,
  id: bigint,
): Way {
  return role === "edge" ? toEdge(service, id) : toService(edge, "victim");
}
