/**
 * The table of what is measured, and what is to be reached.
 *
 * Figures are for two cores, with the load generator on the same machine.
 *
 * @module
 */

import type { BareRpcOptions } from "./load/bare.ts";
import type { ConnectCloseOptions, IdleOptions } from "./load/connect.ts";
import type { MessageOptions } from "./load/messages.ts";
import type { OpenCloseOptions } from "./load/open_close.ts";
import type { RpcOptions } from "./load/rpc.ts";
import type { StreamOptions } from "./load/stream.ts";

/** What can be aimed at. Times are CPU times of the gateway, unless another process is named. */
export type Metric =
  | "opsPerSecond"
  | "p50Us"
  | "p99Us"
  | "cpuUsPerOp"
  | "megabytesPerSecond"
  | "cpuSecondsPerGigabyte"
  | "rssMegabytes"
  | "peakMegabytes"
  | "bytesPerEdge"
  | "cpuUsPerSecondPerEdge"
  | "serviceCpuUsPerOp"
  | "edgesCpuUsPerOp"
  | "generatorCpuUsPerOp"
  | "otherCpuPercent";

/** One figure to reach. */
export interface Goal {
  /** What is compared: the median over all windows. */
  metric: Metric;
  /** The least that is good enough. */
  min?: number;
  /** The most that is good enough. */
  max?: number;
}

/**
 * The load itself, by kind; `bare-*` kinds run over joined sockets
 * instead of a gateway, `sdk-*` kinds use the client library in processes of their own.
 */
export type Load =
  | { kind: "rpc"; options: RpcOptions }
  | { kind: "messages"; options: MessageOptions }
  | { kind: "stream"; options: StreamOptions }
  | { kind: "open-close"; options: OpenCloseOptions }
  | { kind: "connect-close"; options: ConnectCloseOptions }
  | { kind: "idle"; options: IdleOptions }
  | { kind: "bare-rpc"; options: BareRpcOptions }
  | { kind: "bare-stream"; options: Record<never, never> }
  | { kind: "sdk-rpc"; options: { edges: number; depth: number } }
  | { kind: "sdk-stream"; options: { streams: number } };

/** A named row of the table. */
export interface Scenario {
  /** How it is called on the command line. */
  name: string;
  /** What it does, in words. */
  work: string;
  /** The load. */
  load: Load;
  /** What is to be reached. */
  goals: Goal[];
}

const rate = (min: number, cpuUs: number): Goal[] => [
  { metric: "opsPerSecond", min },
  { metric: "cpuUsPerOp", max: cpuUs },
];

const IDLE_GOALS: Goal[] = [
  { metric: "bytesPerEdge", max: 8192 },
  { metric: "cpuUsPerSecondPerEdge", max: 1 },
];

/** All scenarios, in the order in which they run. */
export const SCENARIOS: readonly Scenario[] = [
  {
    name: "rpc-1x1",
    work: "RPC, 1 edge, 1 in flight",
    load: { kind: "rpc", options: { edges: 1, depth: 1 } },
    goals: rate(30_000, 25),
  },
  {
    name: "rpc-10x1",
    work: "RPC, 10 edges, 1 in flight each",
    load: { kind: "rpc", options: { edges: 10, depth: 1 } },
    goals: rate(50_000, 15),
  },
  {
    name: "rpc-10x64-both",
    work: "RPC, 10 edges, 64 in flight each, both directions",
    load: { kind: "rpc", options: { edges: 10, depth: 64, reverseDepth: 64 } },
    goals: rate(300_000, 3),
  },
  {
    name: "rpc-100x8",
    work: "RPC, 100 edges, 8 in flight each",
    load: { kind: "rpc", options: { edges: 100, depth: 8 } },
    goals: rate(200_000, 4.5),
  },
  {
    name: "messages-10x64-both",
    work:
      "acknowledged messages, 10 edges, 64 on their way each, both directions",
    load: {
      kind: "messages",
      options: { edges: 10, depth: 64, reverseDepth: 64 },
    },
    goals: rate(300_000, 3),
  },
  {
    name: "rpc-64k-10x8",
    work: "RPC of 64 KB, 10 edges, 8 in flight each",
    load: { kind: "rpc", options: { edges: 10, depth: 8, payload: 65_536 } },
    goals: [...rate(8_000, 120), { metric: "peakMegabytes", max: 200 }],
  },
  {
    name: "stream-open-close",
    work: "open and close a stream, 10 edges, 8 each",
    load: { kind: "open-close", options: { edges: 10, depth: 8 } },
    goals: rate(40_000, 22),
  },
  {
    name: "stream-1",
    work: "one raw stream",
    load: { kind: "stream", options: { streams: 1 } },
    goals: [{ metric: "megabytesPerSecond", min: 1500 }, {
      metric: "cpuSecondsPerGigabyte",
      max: 0.5,
    }],
  },
  {
    name: "stream-8",
    work: "eight raw streams",
    load: { kind: "stream", options: { streams: 8 } },
    goals: [{ metric: "megabytesPerSecond", min: 1500 }, {
      metric: "peakMegabytes",
      max: 150,
    }],
  },
  {
    name: "stream-8-stalled",
    work: "eight raw streams, one receiver stops reading",
    load: { kind: "stream", options: { streams: 8, stalled: 1 } },
    goals: [{ metric: "megabytesPerSecond", min: 1500 }, {
      metric: "peakMegabytes",
      max: 150,
    }],
  },
  {
    name: "connect-close",
    work: "connect, handshake, close, 32 at a time",
    load: { kind: "connect-close", options: { depth: 32 } },
    goals: rate(18_000, 50),
  },
  {
    name: "idle-10000",
    work: "10 000 idle edges, silent",
    load: { kind: "idle", options: { edges: 10_000 } },
    goals: IDLE_GOALS,
  },
  {
    name: "idle-10000-heartbeat",
    work: "10 000 idle edges, a heartbeat every 20 s each",
    load: { kind: "idle", options: { edges: 10_000, heartbeatSeconds: 20 } },
    goals: IDLE_GOALS,
  },
  {
    name: "sdk-rpc",
    work: "SDK echo service, 4 calling SDK edges, 16 in flight each",
    load: { kind: "sdk-rpc", options: { edges: 4, depth: 16 } },
    goals: [{ metric: "serviceCpuUsPerOp", max: 8 }, {
      metric: "edgesCpuUsPerOp",
      max: 8,
    }],
  },
  {
    name: "sdk-stream",
    work: "SDK stream through readable and writable",
    load: { kind: "sdk-stream", options: { streams: 1 } },
    goals: [{ metric: "megabytesPerSecond", min: 600 }],
  },
  {
    name: "bare-1x1",
    work: "yardstick: calls over joined sockets, 1 pair, 1 in flight",
    load: { kind: "bare-rpc", options: { pairs: 1, depth: 1 } },
    goals: [],
  },
  {
    name: "bare-10x1",
    work: "yardstick: calls over joined sockets, 10 pairs, 1 in flight each",
    load: { kind: "bare-rpc", options: { pairs: 10, depth: 1 } },
    goals: [],
  },
  {
    name: "bare-stream",
    work: "yardstick: a stream over joined sockets",
    load: { kind: "bare-stream", options: {} },
    goals: [],
  },
];

/**
 * Chooses scenarios by name.
 *
 * @param names what was asked for; all when empty.
 * @returns the scenarios, in table order.
 * @throws {RangeError} on an unknown name.
 */
export function chooseScenarios(names: readonly string[]): readonly Scenario[] {
  for (const name of names) {
    if (!SCENARIOS.some((scenario) => scenario.name === name)) {
      throw new RangeError(
        `Cannot run "${name}": known are ${
          SCENARIOS.map((scenario) => scenario.name).join(", ")
        }`,
      );
    }
  }
  return names.length === 0
    ? SCENARIOS
    : SCENARIOS.filter((scenario) => names.includes(scenario.name));
}
