import { assert, assertEquals } from "@std/assert";
import { Edge, Service, type Stream } from "@frontier/client";
import { startFrontier } from "@frontier/server";
import { encodeFrame, readFrames } from "./frame.ts";
import { Pairing, type PairingOptions } from "./pairing.ts";

const hostname = "127.0.0.1";
const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** A gateway with a router, and an edge that opens streams to it. */
async function withRouter(
  options: Partial<PairingOptions>,
  test: (
    open: (pairId?: string) => Promise<Stream>,
    pairing: Pairing,
    lines: string[],
    edge: Edge,
  ) => Promise<void>,
): Promise<void> {
  await using gateway = await startFrontier({
    edgebound: { hostname, port: 0, allocateEdgeIds: true },
    servicebound: { hostname, port: 0 },
  });
  const lines: string[] = [];
  const pairing = new Pairing({
    pairTimeoutMs: 60_000,
    maxPairIdLength: 256,
    log: (line) => lines.push(line),
    ...options,
  });
  await using service = await Service.connect({
    ...gateway.serviceAddr,
    name: "wg",
  });
  const served: Promise<void>[] = [];
  const serving = (async () => {
    for await (const stream of service.streams()) {
      served.push(pairing.serve(stream));
    }
  })();
  await using edge = await Edge.connect({ ...gateway.edgeAddr });
  await test(
    async (pairId) => {
      const stream = await edge.openStream("wg");
      if (pairId !== undefined) await say(stream, pairId);
      return stream;
    },
    pairing,
    lines,
    edge,
  );
  await edge.close();
  await service.close();
  await serving;
  await Promise.all(served);
}

function say(stream: Stream, text: string): Promise<void> {
  return stream.write(encodeFrame(encoder.encode(text)));
}

async function hear(stream: Stream): Promise<string | undefined> {
  for await (const frame of readFrames(stream)) return decoder.decode(frame);
  return undefined;
}

async function until(condition: () => boolean): Promise<void> {
  const endsAt = performance.now() + 20_000;
  while (!condition()) {
    assert(performance.now() < endsAt);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

Deno.test("streams are paired in the order they come; a third waits for a fourth", () =>
  withRouter({}, async (open, pairing, lines) => {
    const first = await open("a");
    const other = await open("b");
    await until(() => pairing.waiting === 2);
    // Nobody is there to hear it, now or later.
    await say(first, "too early");
    await new Promise((resolve) => setTimeout(resolve, 100));
    const second = await open("a");
    await until(() => pairing.waiting === 1);
    await say(first, "one");
    assertEquals(await hear(second), "one");
    await say(second, "two");
    assertEquals(await hear(first), "two");
    const third = await open("a");
    await until(() => pairing.waiting === 2);
    const fourth = await open("a");
    await until(() => pairing.waiting === 1);
    await say(fourth, "four");
    assertEquals(await hear(third), "four");

    // Whoever is left alone is told.
    await first.close();
    await second.closed;
    assert(third.over === false);
    await other.close();
    await until(() => pairing.waiting === 0);
    assertEquals(
      lines.map((line) => line.replace(/\d+/g, "N")).slice(0, 5),
      [
        'stream N: pair-id="a"',
        'stream N: pair-id="b"',
        'stream N: pair-id="a"',
        'paired streams N <-> N on pair-id="a"',
        'stream N: pair-id="a"',
      ],
    );
    assert(
      lines.some((line) => /^bridge \d+<->\d+ closed cleanly$/.test(line)),
    );
  }));

Deno.test("a stream that ends while it waits is not paired any more", () =>
  withRouter({}, async (open, pairing) => {
    const gone = await open("a");
    await until(() => pairing.waiting === 1);
    await gone.close();
    await until(() => pairing.waiting === 0);
    const one = await open("a");
    const two = await open("a");
    await say(one, "hello");
    assertEquals(await hear(two), "hello");
  }));

Deno.test("who waits too long, says too much, or nothing, is turned away", () =>
  withRouter(
    { pairTimeoutMs: 300, maxPairIdLength: 4 },
    async (open, pairing, lines) => {
      const long = await open("hello");
      const silent = await open();
      const alone = await open("a");
      const zero = await open();
      await zero.write(new Uint8Array(2));
      for (const stream of [long, silent, alone, zero]) await stream.closed;
      assertEquals(pairing.waiting, 0);
      const seen = lines.map((line) => line.replace(/\d{5,}/, "N")).sort();
      assertEquals(seen, [
        "stream N: pair-id too long (5 > 4)",
        'stream N: pair-id="a"',
        'stream N: pair-timeout on pair-id=""',
        'stream N: pair-timeout on pair-id="a"',
        "stream N: read pair-id: frame: zero-length frame on wire",
      ]);
    },
  ));
