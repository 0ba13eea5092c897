/**
 * Reading a V8 CPU profile: which functions the time was spent in.
 *
 * @module
 */

/** A V8 CPU profile, as far as it is used here. */
export interface CpuProfile {
  /** One entry per call path. */
  nodes: {
    id: number;
    callFrame: { functionName: string; url: string; lineNumber: number };
  }[];
  /** Node ids, one per sample. */
  samples: number[];
  /** Microseconds since the sample before. */
  timeDeltas: number[];
}

/** Time in one function, callees excluded. */
export interface SelfTime {
  /** Its name. */
  name: string;
  /** Its file, shortened, and its line in the JavaScript made of it. Empty for the engine's own entries. */
  place: string;
  /** Seconds. */
  seconds: number;
  /** Part of all time that was not idle, 0 to 1. */
  share: number;
}

/** What the engine calls time without work. */
const IDLE = "(idle)";

/**
 * Sums up self times by function. Garbage collection and `(program)` (native code without a script on the stack, for example
 * system calls) are entries like others; idle time is left out.
 *
 * @param profile what the profiler recorded.
 * @param root prefix that is cut off file names.
 * @returns functions, the most expensive first.
 */
export function selfTimes(profile: CpuProfile, root = ""): SelfTime[] {
  const seconds = new Map<number, number>();
  profile.samples.forEach((id, i) => {
    // The time since the sample before counts for that sample's function, so it is found one further on.
    const delta = profile.timeDeltas[i + 1] ?? 0;
    seconds.set(id, (seconds.get(id) ?? 0) + delta / 1e6);
  });
  const byFunction = new Map<string, SelfTime>();
  let busy = 0;
  for (
    const { id, callFrame: { functionName, url, lineNumber } } of profile.nodes
  ) {
    const spent = seconds.get(id) ?? 0;
    if (functionName === IDLE || spent === 0) continue;
    busy += spent;
    const place = url === ""
      ? ""
      : `${url.startsWith(root) ? url.slice(root.length) : url}:${
        lineNumber + 1
      }`;
    const name = functionName || "(anonymous)";
    const key = `${name} ${place}`;
    const entry = byFunction.get(key) ?? { name, place, seconds: 0, share: 0 };
    entry.seconds += spent;
    byFunction.set(key, entry);
  }
  const entries = [...byFunction.values()].sort((a, b) =>
    b.seconds - a.seconds
  );
  for (const entry of entries) entry.share = entry.seconds / busy;
  return entries;
}
