/**
 * Many edges in one process, for the tests of a cluster. Each answers calls, publishes numbered messages and writes numbered
 * lines into a stream to the service, without a pause, and comes back by itself. Arguments: how many edges, milliseconds between two
 * things that one of them does, then where gateways are.
 */

import { Edge, type Stream } from "@frontier/client";
import { obey } from "../support/obey.ts";
import { Notebook, type Numbers, pause } from "./numbers.ts";

/** What the edges of a swarm have seen. */
export interface SwarmReport {
  /** Where each edge is connected, by its number; those that are not are left out. */
  readonly places: Readonly<Record<string, string>>;
  /** Calls that arrived. */
  readonly calls: Numbers;
  /** Messages that were published. */
  readonly messages: Numbers;
  /** Streams that ended as they should, by name, with the lines that were written. */
  readonly streams: Readonly<Record<string, number>>;
  /** Streams that ended with an error. */
  readonly broken: number;
}

/** Edges that connect at the same time at first. */
const AT_ONCE = 250;
/** Lines of one stream. */
const LINES = 6;
const LIMIT = { timeoutMs: 20_000 };

if (import.meta.main) {
  const [count, everyMs, ...addresses] = Deno.args;
  await run(Number(count), Number(everyMs), addresses);
}

async function run(
  count: number,
  everyMs: number,
  addresses: readonly string[],
): Promise<void> {
  const calls = new Notebook();
  const messages = new Notebook();
  const streams: Record<string, number> = {};
  const edges = new Map<number, Edge>();
  const stop = new AbortController();
  const work: Promise<void>[] = [];
  let broken = 0;

  async function publish(edge: Edge, id: number): Promise<void> {
    for (let i = 0; !stop.signal.aborted; i++) {
      const key = `${id}/${i}`;
      await messages.run(
        key,
        () => edge.publish("up", key, LIMIT),
        stop.signal,
      );
      await pause(everyMs * (0.5 + Math.random()));
    }
  }
  async function write(edge: Edge, id: number): Promise<void> {
    for (let i = 0; !stop.signal.aborted; i++) {
      const name = `${id}/${i}`;
      let stream: Stream | undefined;
      try {
        stream = await edge.openStream("svc", LIMIT);
        for (let line = 0; line < LINES; line++) {
          await stream.write(new TextEncoder().encode(`${name} ${line}\n`));
          await pause(everyMs * (0.5 + Math.random()));
        }
        await stream.close(LIMIT);
        streams[name] = LINES;
      } catch {
        broken++;
        await pause(100 + 100 * Math.random());
      }
    }
  }

  const join = async (id: number): Promise<void> => {
    const edge = await Edge.connect({
      addresses,
      shuffleAddresses: true,
      meta: `${id}`,
      connectTimeoutMs: 5_000,
      methods: {
        note: (request) => {
          calls.arrive(request.text());
          return `${id}`;
        },
      },
      reconnect: { minDelayMs: 50, firstDelayMs: 500, maxDelayMs: 3_000 },
      heartbeatSeconds: 5,
    });
    edges.set(id, edge);
    if (everyMs < Infinity) work.push(publish(edge, id), write(edge, id));
  };
  for (let first = 1; first <= count; first += AT_ONCE) {
    const last = Math.min(count, first + AT_ONCE - 1);
    const ids = Array.from({ length: last - first + 1 }, (_, i) => first + i);
    await Promise.all(ids.map(join));
  }
  const report = (): SwarmReport => {
    const places: Record<string, string> = {};
    for (const [id, edge] of edges) {
      if (edge.state !== "connected" || edge.edgeId !== BigInt(id)) continue;
      places[id] = `${edge.remoteAddr?.hostname}:${edge.remoteAddr?.port}`;
    }
    return {
      places,
      calls: calls.numbers,
      messages: messages.numbers,
      streams,
      broken,
    };
  };
  await obey(count, {
    places: () => report().places,
    // What is under way is still brought to its end.
    stop: async () => {
      stop.abort();
      await Promise.all(work);
      return report();
    },
  });
}
