/**
 * The table of what is measured, and what is to be reached.
 *
 * Figures are for two cores, with the load generator on the same machine.
 *
 * @module
 */

import type { AttackOptions } from "./attack_order.ts";
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
  /** The least that is good enough; with `of`, as a multiple of the yardstick's figure. */
  min?: number;
  /** The most that is good enough; with `of`, as a multiple of the yardstick's figure. */
  max?: number;
  /** A yardstick's name: its figure of the same metric, measured right before, is what is multiplied. */
  of?: string;
}

/**
 * The load itself, by kind; `bare-*` kinds run over joined sockets
 * instead of a gateway, `nats-*` kinds against nats-server, `watched-*` kinds against a gateway whose metrics are scraped, `sdk-*` kinds use the client library in processes of their own,
 * `attack` counts what victims do while others attack.
 */
export type Load =
  | { kind: "rpc"; options: RpcOptions }
  | { kind: "unwatched-rpc"; options: RpcOptions }
  | { kind: "watched-rpc"; options: RpcOptions }
  | { kind: "messages"; options: MessageOptions }
  | { kind: "stream"; options: StreamOptions }
  | { kind: "open-close"; options: OpenCloseOptions }
  | { kind: "connect-close"; options: ConnectCloseOptions }
  | { kind: "idle"; options: IdleOptions }
  | { kind: "bare-rpc"; options: BareRpcOptions }
  | { kind: "bare-stream"; options: Record<never, never> }
  | { kind: "bare-connect-close"; options: ConnectCloseOptions }
  | { kind: "bare-idle"; options: IdleOptions }
  | { kind: "nats-rpc"; options: RpcOptions }
  | { kind: "sdk-rpc"; options: { edges: number; depth: number } }
  | { kind: "sdk-stream"; options: { streams: number } }
  | { kind: "attack"; options: AttackOptions };

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
  /** Whether it runs over TLS, for which Go is needed. @default false */
  tls?: true;
}

/** At most so many times what the yardstick needs. */
const within = (metric: Metric, of: string, max: number): Goal => ({
  metric,
  of,
  max,
});

/** As many calls as nats-server and no more CPU for each; judged only where it runs beside. */
const levelWith = (of: string): Goal[] => [
  { metric: "opsPerSecond", of, min: 1 },
  within("cpuUsPerOp", of, 1),
];

const PEAK: Goal = { metric: "peakMegabytes", max: 200 };

/** Attacks that are measured, by what their rows are called; all of them are tested in tests/attacks. */
const ATTACKS: [row: string, attack: string][] = [
  ["calls", "calls that are never answered, of a Go service"],
  ["messages", "messages left in streams"],
  ["downloads", "downloads that nobody reads, with credit"],
  ["bodies", "bodies of 10 MB with members that come twice"],
  ["admissions", "edges that want in with a megabyte of meta"],
  ["memory", "answers that are never read"],
  ["fast", "calls as fast as they are taken"],
  ["taken-back", "calls that are taken back at once"],
  ["sessions", "all sessions at once, then none"],
  ["all", "all of it at once"],
];

/** A read and a write for each body, and each call has two of them: what a relay needs for the text of one body, times 2. */
const TWO_BODIES = 2;

/** All scenarios, in the order in which they run. */
export const SCENARIOS: readonly Scenario[] = [
  {
    name: "rpc-1x1",
    work: "RPC, 1 edge, 1 in flight",
    load: { kind: "rpc", options: { edges: 1, depth: 1 } },
    goals: [within("cpuUsPerOp", "bare-1x1", 1), ...levelWith("nats-1x1")],
  },
  {
    name: "rpc-10x1",
    work: "RPC, 10 edges, 1 in flight each",
    load: { kind: "rpc", options: { edges: 10, depth: 1 } },
    goals: [within("cpuUsPerOp", "bare-10x1", 1), ...levelWith("nats-10x1")],
  },
  {
    name: "rpc-10x64-both",
    work: "RPC, 10 edges, 64 in flight each, both directions",
    load: { kind: "rpc", options: { edges: 10, depth: 64, reverseDepth: 64 } },
    goals: [
      { metric: "cpuUsPerOp", max: 3 },
      ...levelWith("nats-10x64-both"),
    ],
  },
  {
    name: "unwatched-10x64",
    work: "RPC, 10 edges, 64 in flight each, without metrics",
    load: { kind: "unwatched-rpc", options: { edges: 10, depth: 64 } },
    goals: [],
  },
  {
    name: "watched-10x64",
    work: "RPC, 10 edges, 64 in flight each, metrics scraped every 5 s",
    load: { kind: "watched-rpc", options: { edges: 10, depth: 64 } },
    goals: [within("cpuUsPerOp", "unwatched-10x64", 1.02)],
  },
  {
    name: "rpc-100x8",
    work: "RPC, 100 edges, 8 in flight each",
    load: { kind: "rpc", options: { edges: 100, depth: 8 } },
    goals: [{ metric: "cpuUsPerOp", max: 4.5 }, ...levelWith("nats-100x8")],
  },
  {
    name: "rpc-2000x1",
    work: "RPC, 2 000 edges, 1 in flight each",
    load: { kind: "rpc", options: { edges: 2_000, depth: 1 } },
    goals: [within("cpuUsPerOp", "bare-1000x1", 1.3)],
  },
  {
    name: "rpc-10000x1",
    work: "RPC, 10 000 edges, 1 in flight each",
    load: { kind: "rpc", options: { edges: 10_000, depth: 1 } },
    goals: [within("cpuUsPerOp", "bare-5000x1", 1.3)],
  },
  {
    name: "messages-10x64-both",
    work:
      "acknowledged messages, 10 edges, 64 on their way each, both directions",
    load: {
      kind: "messages",
      options: { edges: 10, depth: 64, reverseDepth: 64 },
    },
    goals: [{ metric: "opsPerSecond", min: 300_000 }, {
      metric: "cpuUsPerOp",
      max: 3,
    }],
  },
  {
    name: "rpc-64k-10x8",
    work: "RPC of 64 KB, 10 edges, 8 in flight each",
    load: { kind: "rpc", options: { edges: 10, depth: 8, payload: 65_536 } },
    goals: [
      within("cpuSecondsPerGigabyte", "bare-stream", 1.75 * TWO_BODIES),
      PEAK,
    ],
  },
  {
    name: "stream-open-close",
    work: "open and close a stream, 10 edges, 8 each",
    load: { kind: "open-close", options: { edges: 10, depth: 8 } },
    goals: [{ metric: "opsPerSecond", min: 40_000 }, {
      metric: "cpuUsPerOp",
      max: 22,
    }],
  },
  {
    name: "stream-1",
    work: "one raw stream",
    load: { kind: "stream", options: { streams: 1 } },
    goals: [within("cpuSecondsPerGigabyte", "bare-stream", 1.2), PEAK],
  },
  {
    name: "stream-8",
    work: "eight raw streams",
    load: { kind: "stream", options: { streams: 8 } },
    goals: [within("cpuSecondsPerGigabyte", "bare-stream", 1.2), PEAK],
  },
  {
    name: "stream-8-stalled",
    work: "eight raw streams, one receiver stops reading",
    load: { kind: "stream", options: { streams: 8, stalled: 1 } },
    goals: [PEAK],
  },
  {
    name: "connect-close",
    work: "connect, handshake, close, 32 at a time",
    load: { kind: "connect-close", options: { depth: 32 } },
    goals: [within("cpuUsPerOp", "bare-connect-close", 1.25)],
  },
  {
    name: "idle-10000",
    work: "10 000 idle edges, silent",
    load: { kind: "idle", options: { edges: 10_000 } },
    goals: [within("bytesPerEdge", "bare-idle-10000", 1.05), {
      metric: "cpuUsPerSecondPerEdge",
      max: 1,
    }],
  },
  {
    name: "idle-10000-heartbeat",
    work: "10 000 idle edges, a heartbeat every 20 s each",
    load: { kind: "idle", options: { edges: 10_000, heartbeatSeconds: 20 } },
    goals: [
      within("cpuUsPerSecondPerEdge", "bare-idle-10000-heartbeat", 1.3),
    ],
  },
  {
    name: "tls-rpc-10x64",
    work: "RPC over TLS, 10 edges, 64 in flight each",
    load: { kind: "rpc", options: { edges: 10, depth: 64 } },
    goals: [within("cpuUsPerOp", "bare-tls-10x64", 1)],
    tls: true,
  },
  {
    name: "tls-stream-1",
    work: "one raw stream over TLS",
    load: { kind: "stream", options: { streams: 1 } },
    goals: [within("cpuSecondsPerGigabyte", "bare-tls-stream", 2)],
    tls: true,
  },
  {
    name: "tls-connect-close",
    work: "connect, TLS handshake, handshake, close, 32 at a time",
    load: { kind: "connect-close", options: { depth: 32 } },
    goals: [within("cpuUsPerOp", "bare-tls-connect-close", 2)],
    tls: true,
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
  // A pair has two connections: 1 000 pairs are as many as 2 000 edges.
  ...[[1, 1], [10, 1], [1_000, 1], [5_000, 1]].map((
    [pairs = 0, depth = 0],
  ): Scenario => ({
    name: `bare-${pairs}x${depth}`,
    work:
      `yardstick: calls over joined sockets, ${pairs} pairs, ${depth} in flight each`,
    load: { kind: "bare-rpc", options: { pairs, depth } },
    goals: [],
  })),
  {
    name: "bare-stream",
    work: "yardstick: a stream over joined sockets",
    load: { kind: "bare-stream", options: {} },
    goals: [],
  },
  {
    name: "bare-connect-close",
    work: "yardstick: accept, read, write, close, 32 at a time",
    load: { kind: "bare-connect-close", options: { depth: 32 } },
    goals: [],
  },
  {
    name: "bare-tls-10x64",
    work:
      "yardstick: calls through a relay with Go's TLS, 10 pairs, 64 in flight each",
    load: { kind: "bare-rpc", options: { pairs: 10, depth: 64 } },
    goals: [],
    tls: true,
  },
  {
    name: "bare-tls-stream",
    work: "yardstick: a stream through a relay with Go's TLS",
    load: { kind: "bare-stream", options: {} },
    goals: [],
    tls: true,
  },
  {
    name: "bare-tls-connect-close",
    work: "yardstick: accept with Go's TLS, read, write, close, 32 at a time",
    load: { kind: "bare-connect-close", options: { depth: 32 } },
    goals: [],
    tls: true,
  },
  {
    name: "bare-idle-10000",
    work: "yardstick: 10 000 connections, one pending read each",
    load: { kind: "bare-idle", options: { edges: 10_000 } },
    goals: [],
  },
  {
    name: "bare-idle-10000-heartbeat",
    work: "yardstick: the same, each echoes a heartbeat every 20 s",
    load: {
      kind: "bare-idle",
      options: { edges: 10_000, heartbeatSeconds: 20 },
    },
    goals: [],
  },
  ...([[1, 1, 0], [10, 1, 0], [10, 64, 64], [100, 8, 0]] as const).map((
    [edges, depth, reverseDepth],
  ): Scenario => ({
    name: `nats-${edges}x${depth}${reverseDepth > 0 ? "-both" : ""}`,
    work:
      `yardstick: calls through nats-server, ${edges} edges, ${depth} in flight each`,
    load: { kind: "nats-rpc", options: { edges, depth, reverseDepth } },
    goals: [],
  })),
  ...ATTACKS.map(([row, attack]): Scenario => ({
    name: `attack-${row}-50`,
    work: `what victims do beside 50 attackers: ${attack}`,
    load: { kind: "attack", options: { attack, connections: 50 } },
    goals: [{ metric: "p99Us", max: 50_000 }],
  })),
];

/**
 * Whether a scenario measures something else than the gateway, to compare with.
 *
 * @param scenario a scenario.
 * @returns true for `bare-*`, `nats-*` and `unwatched-*` rows.
 */
export function isYardstick(scenario: Scenario): boolean {
  return /^(bare|nats|unwatched)-/.test(scenario.load.kind);
}

/**
 * Chooses scenarios by name, with the yardsticks they are compared with, each right before the scenario that needs it: the
 * speed of the machine drifts.
 *
 * @param names what was asked for; when empty everything but lone yardsticks, and rows over TLS with `peers` only.
 * @param peers whether nats-server is measured as well.
 * @returns the scenarios in the order to run them; a yardstick may stand there more than once.
 * @throws {RangeError} on an unknown name, or a row of nats-server without `peers`.
 */
export function chooseScenarios(
  names: readonly string[],
  peers = false,
): readonly Scenario[] {
  const byName = new Map(SCENARIOS.map((one) => [one.name, one]));
  for (const name of names) {
    const found = byName.get(name);
    if (found === undefined) {
      throw new RangeError(
        `Cannot run "${name}": known are ${[...byName.keys()].join(", ")}`,
      );
    }
    if (found.load.kind === "nats-rpc" && !peers) {
      throw new RangeError(`Cannot run "${name}" without --peers`);
    }
  }
  const chosen: Scenario[] = [];
  for (const scenario of SCENARIOS) {
    if (
      names.length === 0
        ? isYardstick(scenario) || (scenario.tls === true && !peers)
        : !names.includes(scenario.name)
    ) continue;
    for (const of of new Set(scenario.goals.map((goal) => goal.of))) {
      const yardstick = of === undefined ? undefined : byName.get(of);
      if (yardstick === undefined) continue;
      if (yardstick.load.kind !== "nats-rpc" || peers) chosen.push(yardstick);
    }
    chosen.push(scenario);
  }
  return chosen;
}
