/**
 * A service of a cluster, as a process of its own: it gives edges their ids, calls every edge again and again with numbers on the
 * calls, and notes the messages and the lines of streams that arrive. Arguments: how many edges, then where Frontlas is.
 */

import { ClusterService } from "@frontier/client/cluster";
import { obey } from "../support/obey.ts";
import { Notebook, type Numbers, pause } from "./numbers.ts";

/** What the service has seen. */
export interface CallerReport {
  /** Calls that were made. */
  readonly calls: Numbers;
  /** Messages that arrived. */
  readonly messages: Numbers;
  /** Streams that ended as they should, by name, with the lines that came. */
  readonly streams: Readonly<Record<string, number>>;
  /** Lines that came in another order than they were written, or twice. */
  readonly disordered: readonly string[];
}

const LIMIT = { timeoutMs: 20_000 };

if (import.meta.main) {
  const [count, everyMs, ...frontlas] = Deno.args;
  await run(Number(count), Number(everyMs), frontlas);
}

async function run(
  count: number,
  everyMs: number,
  frontlas: readonly string[],
): Promise<void> {
  const calls = new Notebook();
  const messages = new Notebook();
  const streams: Record<string, number> = {};
  const disordered: string[] = [];
  const answered = new Map<number, number>();
  const stop = new AbortController();
  const over = new AbortController();
  const service = await ClusterService.connect({
    name: "svc",
    topics: ["up"],
    frontlas,
    reconnect: { minDelayMs: 50, firstDelayMs: 200, maxDelayMs: 2_000 },
    connectTimeoutMs: 5_000,
    heartbeatSeconds: 5,
  });
  await service.registerGetEdgeId((meta) =>
    BigInt(new TextDecoder().decode(meta))
  );

  void (async () => {
    for await (const message of service.messages({ signal: over.signal })) {
      messages.arrive(message.text());
      message.done();
    }
  })();
  void (async () => {
    for await (const stream of service.streams({ signal: over.signal })) {
      void read(stream.readable).catch(() => {});
    }
  })();
  async function read(bytes: ReadableStream<Uint8Array>): Promise<void> {
    let rest = "";
    let name = "";
    let next = 0;
    for await (
      const text of bytes.pipeThrough(
        new TextDecoderStream() as TransformStream<Uint8Array, string>,
      )
    ) {
      const lines = (rest + text).split("\n");
      rest = lines.pop()!;
      for (const line of lines) {
        const [from = "", at] = line.split(" ");
        name ||= from;
        if (from !== name || Number(at) !== next) disordered.push(line);
        next++;
      }
    }
    if (name !== "") streams[name] = next;
  }
  async function call(id: number): Promise<void> {
    await pause(everyMs * Math.random());
    for (let i = 0; !stop.signal.aborted; i++) {
      const key = `${id}/${i}`;
      const done = await calls.run(key, async () => {
        const reply = await service.call(BigInt(id), "note", key, LIMIT);
        if (reply.text() !== `${id}`) disordered.push(`call ${key}`);
      }, stop.signal);
      if (done) answered.set(id, Date.now());
      await pause(everyMs * (0.5 + Math.random()));
    }
  }
  const work: Promise<void>[] = [];
  await obey(count, {
    // Once the edges are there.
    begin: () => {
      for (let id = 1; id <= count; id++) work.push(call(id));
    },
    // Edges that have answered a call since a point in time.
    answered: (since) =>
      [...answered.values()].filter((at) => at >= Number(since)).length,
    gateways: () => service.gateways().length,
    stop: async () => {
      stop.abort();
      await Promise.all(work);
    },
    report: (): CallerReport => ({
      calls: calls.numbers,
      messages: messages.numbers,
      streams,
      disordered,
    }),
  });
}
