/**
 * The SDK service of the benchmarks: answers `echo`, reads streams through their `readable` and checks what arrives, and tells with
 * `received` how much that was.
 *
 * @module
 */

import { encodeJson, Service, type Stream } from "../client/mod.ts";
import { wrongBlocks } from "./load/blocks.ts";

/** What the service has read from its streams. */
export interface StreamTotals {
  /** Bytes. */
  bytes: number;
  /** Pieces they came in. */
  pieces: number;
  /** Blocks with a wrong number. */
  wrong: number;
}

if (import.meta.main) await serve(Number(Deno.args[0]));

async function serve(port: number): Promise<void> {
  const totals: StreamTotals = { bytes: 0, pieces: 0, wrong: 0 };
  await using service = await Service.connect({
    port,
    name: "bench",
    methods: {
      echo: (request) => request.data,
      received: () => encodeJson(totals),
    },
  });
  Deno.stdout.writeSync(new TextEncoder().encode("ready\n"));
  void acceptAll(service, totals);
  // The benchmark closes standard input when it is done.
  for await (const _ of Deno.stdin.readable);
}

async function acceptAll(
  service: Service,
  totals: StreamTotals,
): Promise<void> {
  for await (const stream of service.streams()) void readAll(stream, totals);
}

async function readAll(stream: Stream, totals: StreamTotals): Promise<void> {
  let position = 0;
  for await (const piece of stream.readable) {
    totals.wrong += wrongBlocks(piece, 0, piece.length, position);
    position += piece.length;
    totals.bytes += piece.length;
    totals.pieces++;
  }
}
