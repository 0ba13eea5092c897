/** Links of gateways that break the protocol, flood, or never read: the directory and its other gateways go on. */

import { assert, assertEquals } from "@std/assert";
import {
  encodeFrontierMeta,
  encodeHello,
  encodeReport,
  METHOD_HELLO,
  METHOD_PRESENCE,
} from "@frontier/proto/cluster";
import { FrontierError } from "@frontier/proto";
import { connectTcp } from "@frontier/platform";
import {
  edgeOn,
  intro,
  TestGateway,
} from "../../frontlas/frontierbound/testing/test_gateway.ts";
import { seededRandom } from "../../proto/testing/sim_network.ts";
import { eventually } from "../support/gateway.ts";
import { openPlane, type Plane } from "../support/frontlas_plane.ts";
import { concat, frames, many, RawSocket } from "../support/raw_socket.ts";

const decoder = new TextDecoder();

function connect({ addr }: Plane) {
  return connectTcp({ hostname: addr.hostname, port: addr.port });
}

/** A gateway of ours that tells an edge from time to time, and how long that takes. */
class Bystander implements AsyncDisposable {
  slowestMs = 0;
  readonly #gateway: TestGateway;
  readonly #plane: Plane;
  #seq = 0;

  private constructor(gateway: TestGateway, plane: Plane) {
    this.#gateway = gateway;
    this.#plane = plane;
  }

  static async start(plane: Plane): Promise<Bystander> {
    const gateway = await new TestGateway(
      await connect(plane),
      intro("bystander"),
    )
      .open();
    await gateway.call(METHOD_HELLO, encodeHello());
    return new Bystander(gateway, plane);
  }

  async works(): Promise<void> {
    const began = performance.now();
    const id = BigInt(++this.#seq);
    const reply = await this.#gateway.sync([edgeOn(id, this.#seq)]);
    assertEquals(reply.unavailable, false);
    assertEquals((await this.#plane.store.edge(id))?.frontierId, "bystander");
    this.slowestMs = Math.max(this.slowestMs, performance.now() - began);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#gateway[Symbol.asyncDispose]();
  }
}

/** A Go gateway that is nothing but a socket. */
async function rawGateway(
  plane: Plane,
  frontierId: string,
): Promise<RawSocket> {
  const socket = await RawSocket.dial(plane.addr.port);
  const meta = decoder.decode(encodeFrontierMeta({
    frontierId,
    serviceAddr: "",
    edgeAddr: "",
    instance: "",
  }));
  socket.onFrame = ({ type, id }) => {
    // The register is acked.
    if (type === 0x81) void socket.send(registerAck(id));
  };
  assert(await socket.admit({ meta }));
  return socket;
}

function registerAck(id: bigint): Uint8Array {
  const frame = frames.dismissAck(id, 1n).slice();
  frame[1] = 0x82;
  return frame;
}

function online(frontierId: string, i: number): Uint8Array {
  const report = {
    method: "edge_online",
    frontierId,
    addr: "10.0.0.1:1",
  } as const;
  const data = encodeReport({ ...report, edgeId: BigInt(i + 1_000_000) });
  return frames.request(BigInt(i + 1_000), "edge_online", decoder.decode(data));
}

Deno.test("what is no link of a gateway ends, and the others go on", async () => {
  await using plane = await openPlane();
  await using bystander = await Bystander.start(plane);
  const random = seededRandom(7);
  for (let i = 0; i < 300; i++) {
    using socket = await RawSocket.dial(plane.addr.port, { onBytes: () => {} });
    const bytes = Uint8Array.from(
      { length: 1 + random() * 2_000 },
      () => random() * 256,
    );
    // A third begins like a conn, a third like TLS or HTTP.
    if (i % 3 === 0) bytes.set([1, 1]);
    if (i % 3 === 1) bytes.set(i % 2 === 0 ? [22, 3, 1] : [71, 69, 84, 32]);
    await socket.send(bytes);
    socket.end();
    if (i % 50 === 0) await bystander.works();
  }
  await eventually(() => Promise.resolve(plane.port.connections === 1));
  await bystander.works();
  assertEquals(plane.presence.size, 1);
});

Deno.test("metas of all lengths are taken or refused, and nothing else", async () => {
  await using plane = await openPlane();
  await using bystander = await Bystander.start(plane);
  let admitted = 0;
  const lengths = [
    ...Array.from({ length: 300 }, (_, i) => i),
    4_095,
    65_536,
    1_000_000,
    2_500_000,
  ];
  for (const length of lengths) {
    using socket = await RawSocket.dial(plane.addr.port);
    const meta = JSON.stringify({ frontier_id: "m".repeat(length) });
    if (await socket.admit({ meta })) admitted++;
    assertEquals(
      socket.seen.get(0x02) ?? 0,
      length <= 1_000_000 ? 1 : socket.seen.get(0x02) ?? 0,
    );
  }
  assertEquals(admitted, 255);
  await bystander.works();
});

Deno.test("wrong batches are answered with an error each, and change nothing", async () => {
  await using plane = await openPlane();
  const { store, presence } = plane;
  await using bystander = await Bystander.start(plane);
  await bystander.works();
  await using bad = await new TestGateway(
    await connect(plane),
    intro("bad", "00000000000000bb"),
  ).open();
  await bad.call(METHOD_HELLO, encodeHello());
  await bad.sync([edgeOn(5n, 1)]);
  const random = seededRandom(11);
  let errors = 0;
  for (let i = 0; i < 2_000; i++) {
    const bytes = Uint8Array.from(
      { length: random() * 120 },
      () => random() * 256,
    );
    if (i % 2 === 0) bytes.set([1, 0].slice(0, bytes.length));
    try {
      await bad.call(METHOD_PRESENCE, bytes);
    } catch (error) {
      assert(
        error instanceof FrontierError && error.code === "remote",
        String(error),
      );
      errors++;
    }
  }
  assert(errors > 1_990);
  assertEquals((await store.edge(5n))?.frontierId, "bad");
  assertEquals((await store.counts()).edges, 2);
  // A whole sync puts it right.
  await bad.sync([edgeOn(6n, 2)]);
  await eventually(async () => await store.edge(5n) === undefined);
  assertEquals(presence.size, 2);
  await bystander.works();
});

Deno.test("a gateway that floods is answered, and keeps no other waiting", async () => {
  await using plane = await openPlane();
  await using bystander = await Bystander.start(plane);
  using flood = await rawGateway(plane, "flood");
  const count = 20_000;
  const sent = (async () => {
    for (let i = 0; i < count; i += 1_000) {
      await flood.send(many(1_000, (j) => online("flood", i + j)));
    }
  })();
  while ((flood.seen.get(0x72) ?? 0) < count && !flood.closed) {
    await bystander.works();
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  await sent;
  assertEquals(flood.closed, false);
  assertEquals((await plane.store.frontier("flood"))?.edges, count);
  // A second at the most would be ten times what it takes on a busy machine.
  assert(bystander.slowestMs < 5_000, `${bystander.slowestMs} ms`);
});

Deno.test("a gateway that never reads its answers is read no more, and keeps no other waiting", async () => {
  await using plane = await openPlane();
  await using bystander = await Bystander.start(plane);
  const { told } = plane.presence.tally;
  using deaf = await rawGateway(plane, "deaf");
  deaf.pause();
  const batch = many(2_000, (i) => online("deaf", i));
  // Until the kernel takes nothing more.
  while (await deaf.send(batch, 500));
  const { edge_online } = told;
  for (let i = 0; i < 10; i++) {
    await bystander.works();
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  // What it has sent by then is bounded by the answers that it does not read.
  assert(told.edge_online < 300_000, `${told.edge_online} events`);
  assertEquals(told.edge_online, edge_online + 10);
  assert(bystander.slowestMs < 5_000, `${bystander.slowestMs} ms`);
});

Deno.test("a thousand gateways connect at once from one address, beside a thousand silent sockets", async () => {
  await using plane = await openPlane();
  await using bystander = await Bystander.start(plane);
  const silent = await Promise.all(
    Array.from({ length: 1_000 }, () => RawSocket.dial(plane.addr.port)),
  );
  const gateways = await Promise.all(
    Array.from({ length: 1_000 }, async (_, i) => {
      const id = `g${i}`;
      const gateway = new TestGateway(await connect(plane), intro(id));
      await gateway.open();
      await gateway.call(METHOD_HELLO, encodeHello());
      await gateway.sync([edgeOn(BigInt(10_000 + i), 1)]);
      return gateway;
    }),
  );
  await bystander.works();
  assertEquals(plane.presence.size, 1_001);
  assertEquals((await plane.store.counts()).edges, 1_001);
  for (const socket of silent) socket[Symbol.dispose]();
  await Promise.all(gateways.map((gateway) => gateway[Symbol.asyncDispose]()));
  await eventually(() => Promise.resolve(plane.port.connections === 1), 20_000);
});

Deno.test("messages, unknown methods and malformed reports of a gateway do no harm", async () => {
  await using plane = await openPlane();
  await using bystander = await Bystander.start(plane);
  using odd = await rawGateway(plane, "odd");
  await odd.send(concat([
    many(100, (i) => frames.message(BigInt(i + 500), "topic", "x")),
    many(100, (i) => frames.request(BigInt(i + 900), "no_such_method")),
    many(100, (i) => frames.request(BigInt(i + 1_100), METHOD_PRESENCE, "x")),
    many(100, (i) => frames.request(BigInt(i + 1_300), "edge_online", "{")),
    online("odd", 1),
  ]));
  assert(await odd.until(() => (odd.seen.get(0x72) ?? 0) === 301, 20_000));
  assertEquals((await plane.store.frontier("odd"))?.edges, 1);
  assertEquals(plane.presence.tally.rejected, 100);
  // Nobody opens sessions here.
  await odd.send(
    many(100, (i) => frames.open(BigInt(i + 1), BigInt(i + 7), "x")),
  );
  assert(await odd.until(() => odd.closed, 20_000));
  assertEquals(plane.presence.tally.ended.protocol, 1);
  await bystander.works();
});
