/**
 * The SDK edges of the benchmarks: callers, or writers of streams, all in one process.
 *
 * @module
 */

import { Edge } from "../client/mod.ts";
import {
  ask,
  type Order,
  type Outcome,
  printLine,
  readOrder,
  sayProgress,
} from "./load/driver.ts";
import { BLOCK, stampBlocks } from "./load/blocks.ts";
import { type Load, measure, Meter } from "./load/measure.ts";
import type { StreamTotals } from "./sdk_service.ts";

const PAYLOAD = 24;
/** Every so many calls one is timed. */
const TIMED = 16;
const CHUNK = 16 * BLOCK;

const pause = (ms: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, ms));

async function startCalls(
  port: number,
  meter: Meter,
  { edges, depth }: { edges: number; depth: number },
): Promise<Load> {
  let running = true;
  const connected = await Promise.all(
    Array.from({ length: edges }, () => Edge.connect({ port })),
  );
  const work = async (edge: Edge, worker: number): Promise<void> => {
    const data = crypto.getRandomValues(new Uint8Array(PAYLOAD));
    data[0] = worker;
    for (let number = 0; running; number++) {
      data[1] = number;
      data[2] = number >>> 8;
      data[3] = number >>> 16;
      const timed = number % TIMED === 0;
      const sentAt = timed ? performance.now() : 0;
      try {
        const reply = await edge.call("echo", data);
        if (!equal(reply.data, data)) {
          meter.fail(`Wrong answer: ${reply.data.toHex()} to ${data.toHex()}`);
        } else meter.ops++;
      } catch (error) {
        meter.fail(String(error));
      }
      if (timed) meter.latency.add((performance.now() - sentAt) * 1000);
    }
  };
  const workers = connected.flatMap((edge) =>
    Array.from({ length: depth }, (_, worker) => work(edge, worker))
  );
  return {
    run: pause,
    stop: async (limitMs) => {
      running = false;
      const ended = Promise.all(workers).then(() => true);
      if (!await Promise.race([ended, pause(limitMs)])) {
        meter.fail("A call was never answered");
      }
      await Promise.all(connected.map((edge) => edge.close()));
    },
  };
}

function equal(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

async function startStreams(
  port: number,
  meter: Meter,
  { streams }: { streams: number },
): Promise<Load> {
  let running = true;
  const edges = await Promise.all(
    Array.from({ length: streams }, () => Edge.connect({ port })),
  );
  // Asks how far the service is, on a connection that is not full of data.
  const observer = await Edge.connect({ port });
  const write = async (edge: Edge): Promise<void> => {
    const stream = await edge.openStream("bench");
    const writer = stream.writable.getWriter();
    const chunk = new Uint8Array(CHUNK).fill(0x5a);
    let block = 0;
    while (running) {
      block = stampBlocks(chunk, 0, CHUNK, block);
      await writer.write(chunk);
    }
    await writer.close();
  };
  const writers = edges.map((edge) =>
    write(edge).catch((error: unknown) => {
      if (running) meter.fail(String(error));
    })
  );
  return {
    run: async (ms) => {
      await pause(ms);
      const totals = (await observer.call("received")).json() as StreamTotals;
      if (totals.bytes === meter.bytes) {
        meter.fail(`No stream moved for ${ms} ms`);
      }
      if (totals.wrong > 0) {
        meter.fail(`${totals.wrong} wrong blocks in a stream`);
      }
      meter.bytes = totals.bytes;
      meter.ops = totals.pieces;
    },
    stop: async (limitMs) => {
      running = false;
      const ended = Promise.all(writers).then(() => true);
      if (!await Promise.race([ended, pause(limitMs)])) {
        meter.fail("A stream did not end");
      }
      await Promise.all([...edges, observer].map((edge) => edge.close()));
    },
  };
}

async function run({ load, ports, watch, plan }: Order): Promise<Outcome> {
  const meter = new Meter();
  let running: Load;
  if (load.kind === "sdk-rpc") {
    running = await startCalls(ports.edge, meter, load.options);
  } else if (load.kind === "sdk-stream") {
    running = await startStreams(ports.edge, meter, load.options);
  } else throw new TypeError(`Cannot run ${load.kind} with SDK edges`);
  ask("started");
  const windows = await measure(
    running,
    meter,
    { ...watch, edges: Deno.pid },
    plan,
    sayProgress,
  );
  await running.stop((plan.drain ?? 10) * 1000);
  return { windows, errors: meter.errors, firstError: meter.firstError };
}

if (import.meta.main) {
  printLine({ outcome: await run(readOrder()) });
  Deno.exit(0);
}
