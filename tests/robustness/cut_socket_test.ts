import { assertEquals } from "@std/assert";
import { Edge, Service } from "../../client/mod.ts";
import { startFrontier } from "../../server/mod.ts";
import { RawPeer } from "../support/raw_peer.ts";
import { assertHolds } from "./left_over.ts";
import { failure, until, within } from "./outcome.ts";
import { Traffic } from "./traffic.ts";

const NOTICED_MS = 2_000;
const HOST = { hostname: "127.0.0.1", port: 0 };

/** Ways in which a connection ends without a word: what its peer does before it closes the socket. */
const CUTS: Record<string, (peer: RawPeer) => void> = {
  "between two frames": () => {},
  "within a header": (peer) => peer.write(new Uint8Array([1, 0x71, 0, 0, 0])),
  "within a body": (peer) => {
    const head = new Uint8Array(64);
    head.set([1, 0x71, 0, 0, 0, 0, 0, 0, 0, 9, 0, 1, 0, 0]);
    peer.write(head);
  },
  // A socket with bytes that nobody has read closes with a reset, not an end.
  "by a reset": (peer) => peer.paused = true,
};

for (const [cut, prepare] of Object.entries(CUTS)) {
  Deno.test(`A connection that is cut ${cut} fails what was under way on it only`, async () => {
    await using gateway = await startFrontier({
      edgebound: { ...HOST, allocateEdgeIds: true },
      servicebound: HOST,
    });
    await using service = await Service.connect({
      port: gateway.serviceAddr.port,
      methods: { echo: (request) => request.data },
    });
    await using edge = await Edge.connect({ port: gateway.edgeAddr.port });
    await using traffic = new Traffic("A call between others", async () => {
      assertEquals((await edge.call("echo", "x")).text(), "x");
    });
    const offline = Promise.withResolvers<bigint>();
    await service.registerEdgeOffline((event) => offline.resolve(event.edgeId));

    await using rawEdge = await RawPeer.edge(gateway.edgeAddr);
    rawEdge.onMessage = () => undefined;
    await using rawService = await RawPeer.service(
      gateway.serviceAddr,
      "raw",
      { topics: ["raw"], methods: ["raw"] },
    );
    rawService.onMessage = () => undefined;
    const [down, up] = await Promise.all([
      service.openStream(rawEdge.id),
      edge.openStream("raw"),
    ]);
    const limitMs = NOTICED_MS * 2;
    const codes = Promise.all([
      failure("The edge's call", edge.call("raw"), limitMs),
      failure("The edge's message", edge.publish("raw", "x"), limitMs),
      failure("The service's call", service.call(rawEdge.id, "raw"), limitMs),
      failure(
        "The service's message",
        service.publish(rawEdge.id, "x"),
        limitMs,
      ),
    ]);
    const reads = Promise.all(
      [down, up].map((stream) =>
        failure("The read", stream.read(new Uint8Array(1)), limitMs)
      ),
    );
    await until(
      "All to be under way",
      () => gateway.status.inflight >= 4,
      NOTICED_MS,
    );
    // Who has stopped reading still gets what its last read had asked for.
    for (const peer of [rawEdge, rawService]) prepare(peer);
    for (let i = 0; i < 2; i++) {
      await Promise.all([down.write("unread"), up.write("unread")]);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    rawEdge.cut();
    rawService.cut();

    assertEquals(await codes, [
      "force-closed",
      "force-closed",
      "force-closed",
      "force-closed",
    ]);
    assertEquals(await reads, ["force-closed", "force-closed"]);
    assertEquals(
      await within("edge_offline", offline.promise, NOTICED_MS),
      rawEdge.id,
    );
    await traffic.stop();
    await assertHolds(() => gateway.status, {
      edges: 1,
      services: 1,
      connections: 2,
      streams: 0,
      inflight: 0,
    });
  });
}
