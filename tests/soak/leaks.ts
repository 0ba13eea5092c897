/** Tells from figures whether something leaks. */

import type { ChurnReport } from "./churn_process.ts";
import type { Figures } from "../support/figures.ts";
import type { GatewayReport } from "../support/gateway_process.ts";

/** Bytes that a heap may have grown by: code, caches, the shapes of objects. */
const HEAP_SLACK = 2 * 1024 * 1024;
/** Bytes of buffers that may have been added: what the pool keeps when it is full. */
const BUFFER_SLACK = 32 * 1024 * 1024;
/** Bytes that the memory of a process may have grown by: what the system's allocator keeps. */
const RSS_SLACK = 96 * 1024 * 1024;

/**
 * Compares two moments at which a process had the same connections.
 *
 * @param name What the process is.
 * @param before Its figures after the warm-up.
 * @param after Its figures at the end.
 * @returns One line for each figure that has grown too much.
 */
export function findLeaks(
  name: string,
  before: Figures,
  after: Figures,
): string[] {
  const bounds = {
    descriptors: before.descriptors,
    heapBytes: before.heapBytes + HEAP_SLACK,
    bufferBytes: before.bufferBytes + BUFFER_SLACK,
    rssBytes: before.rssBytes + RSS_SLACK,
  };
  const leaks: string[] = [];
  for (const what of Object.keys(bounds) as (keyof typeof bounds)[]) {
    if (after[what] <= bounds[what]) continue;
    leaks.push(
      `${name} leaks ${what}: ${after[what]}, after the warm-up ${
        before[what]
      }, at most ${bounds[what]} allowed`,
    );
  }
  return leaks;
}

/** Who is to be connected. */
export interface Connected {
  /** How many edges. */
  readonly edges: number;
  /** How many services. */
  readonly services: number;
}

/**
 * Looks for what is left of those that have gone.
 *
 * @param peers How the peers are.
 * @param gateway How the gateway is.
 * @param connected Who has not gone, but has nothing under way.
 * @returns One line for each figure that is not as it should be.
 */
export function findLeftovers(
  peers: ChurnReport,
  gateway: GatewayReport,
  { edges, services }: Connected,
): string[] {
  const all = edges + services;
  const figures: [what: string, figure: number, least: number, most: number][] =
    [
      ["edges of the gateway", gateway.edges, edges, edges],
      ["services of the gateway", gateway.services, services, services],
      ["connections of the gateway", gateway.connections, all, all],
      ["streams of the gateway", gateway.streams, 0, 0],
      ["packets in flight in the gateway", gateway.inflight, 0, 0],
      // For each connection one for heartbeats, and one for the expiry of the
      // messages to it, which ends by itself when there were none for a while.
      ["timers of the gateway", gateway.timers, all, all * 2],
      ["timers of the client library", peers.timers, all, all],
      ["edges of the client library", peers.alive, edges, edges],
      ["handlers that run", peers.held, 0, 0],
    ];
  // Nobody tells a service that has left itself.
  if (services > 0) {
    figures.push(["edges known to the service", peers.present, edges, edges]);
  }
  return figures
    .filter(([_, figure, least, most]) => figure < least || figure > most)
    .map(([what, figure, _, most]) =>
      `${figure} ${what} are left, expected ${most}`
    );
}
