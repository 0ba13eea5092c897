/**
 * Profiles of the JavaScript engine.
 *
 * @module
 */

import type { Frame, Profile, Sample } from "./pprof.ts";

/** A profile of the processor, as the engine writes it. */
export interface V8CpuProfile {
  /** Places, each with those it called. */
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: Frame;
    readonly children?: readonly number[] | undefined;
  }[];
  /** The places that were seen. */
  readonly samples?: readonly number[] | undefined;
  /** Microseconds between each of them and the one before. */
  readonly timeDeltas?: readonly number[] | undefined;
}

/** A profile of the heap, as the engine writes it. */
export interface V8HeapNode {
  /** The place that allocated. */
  readonly callFrame: Frame;
  /** Bytes that it allocated and that still live, about. */
  readonly selfSize: number;
  /** What it called. */
  readonly children: readonly V8HeapNode[];
}

/** Not a place of the program, but of what runs it. */
const ROOT = "(root)";
/** Nothing ran: that is no time of the processor. */
const IDLE = "(idle)";

/**
 * @param profile A profile of the processor.
 * @param times When it began, how long it took, and microseconds between two samples.
 * @returns The same: how often each stack was seen, and for how long.
 */
export function cpuProfile(
  profile: V8CpuProfile,
  times: {
    readonly startedAt: number;
    readonly durationMs: number;
    readonly intervalUs: number;
  },
): Profile {
  const { nodes, samples = [], timeDeltas = [] } = profile;
  const parents = new Map<number, number>();
  const frames = new Map<number, Frame>();
  for (const { id, callFrame, children = [] } of nodes) {
    frames.set(id, callFrame);
    for (const child of children) parents.set(child, id);
  }
  const seen = new Map<number, [count: number, us: number]>();
  samples.forEach((node, i) => {
    const record = seen.get(node) ?? [0, 0];
    record[0]++;
    // From its sample to the next one.
    record[1] += Math.max(0, timeDeltas[i + 1] ?? times.intervalUs);
    seen.set(node, record);
  });
  const stackOf = (node: number): Frame[] => {
    const stack: Frame[] = [];
    let at: number | undefined = node;
    while (at !== undefined) {
      const frame: Frame = frames.get(at)!;
      if (frame.functionName !== ROOT) stack.push(frame);
      at = parents.get(at);
    }
    return stack;
  };
  const all: Sample[] = [];
  for (const [node, [count, us]] of seen) {
    const stack = stackOf(node);
    if (stack.length === 0 || stack[0]!.functionName === IDLE) continue;
    all.push({ stack, values: [count, us * 1_000] });
  }
  return {
    kinds: [
      { type: "samples", unit: "count" },
      { type: "cpu", unit: "nanoseconds" },
    ],
    samples: all,
    period: {
      type: "cpu",
      unit: "nanoseconds",
      every: times.intervalUs * 1_000,
    },
    startedAt: times.startedAt,
    durationMs: times.durationMs,
  };
}

/**
 * @param head A profile of the heap.
 * @param now When it was taken, in Unix milliseconds.
 * @param interval Bytes between two samples.
 * @returns The same: how much of what each stack allocated still lives.
 */
export function heapProfile(
  head: V8HeapNode,
  now: number,
  interval: number,
): Profile {
  const all: Sample[] = [];
  // Not by recursion: stacks are as deep as they like.
  const open: [V8HeapNode, Frame[]][] = [[head, []]];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const [{ callFrame, selfSize, children }, callers] = next;
    const stack = callFrame.functionName === ROOT
      ? callers
      : [callFrame, ...callers];
    if (selfSize > 0 && stack.length > 0) {
      all.push({ stack, values: [selfSize] });
    }
    for (const child of children) open.push([child, stack]);
  }
  return {
    kinds: [{ type: "inuse_space", unit: "bytes" }],
    samples: all,
    period: { type: "space", unit: "bytes", every: interval },
    startedAt: now,
    durationMs: 0,
  };
}
