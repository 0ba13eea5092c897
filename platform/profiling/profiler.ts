/**
 * Profiles of the running process.
 *
 * @module
 */

import inspector from "node:inspector";
import { encodePprof } from "./pprof.ts";
import {
  cpuProfile,
  heapProfile,
  type V8CpuProfile,
  type V8HeapNode,
} from "./v8_profiles.ts";

/** Bytes allocated between two samples of the heap; what the engine takes by itself. */
const HEAP_INTERVAL = 32_768;

/**
 * Takes profiles of the process it runs in, in the format of pprof. Needs `--allow-sys`. From the beginning on one allocation in 32
 * KiB is noted, so that a profile of the heap knows where what lives came from.
 */
export class Profiler implements Disposable {
  readonly #session = new inspector.Session();
  readonly #intervalUs: number;
  #ready: Promise<unknown>;
  #busy = false;

  /**
   * Begins to note allocations.
   *
   * @param rate Samples a second of a profile of the processor; 0 is a thousand.
   * @throws {Deno.errors.NotCapable} Without `--allow-sys`.
   */
  constructor(rate = 0) {
    const { state } = Deno.permissions.querySync({ name: "sys" });
    if (state !== "granted") {
      throw new Deno.errors.NotCapable(
        "Cannot profile the process: run with --allow-sys",
      );
    }
    this.#intervalUs = Math.max(
      50,
      Math.round(1e6 / (rate > 0 ? rate : 1_000)),
    );
    this.#session.connect();
    this.#ready = this.#begin();
    this.#ready.catch(() => {});
  }

  /** Whether a profile of the processor is being taken; there can be one at a time. */
  get busy(): boolean {
    return this.#busy;
  }

  /**
   * Takes a profile of the processor.
   *
   * @param seconds For how long.
   * @param signal Ends it early.
   * @returns The profile, compressed by gzip.
   * @throws {Error} If one is being taken already.
   */
  async cpu(seconds: number, signal: AbortSignal): Promise<Uint8Array> {
    if (this.#busy) {
      throw new Error("Cannot take a profile: another one is being taken");
    }
    this.#busy = true;
    try {
      await this.#ready;
      const interval = this.#intervalUs;
      await this.#post("Profiler.setSamplingInterval", { interval });
      const startedAt = Date.now();
      const since = performance.now();
      await this.#post("Profiler.start");
      await sleep(seconds * 1_000, signal);
      const { profile } = await this.#post("Profiler.stop") as {
        profile: V8CpuProfile;
      };
      const durationMs = performance.now() - since;
      const times = { startedAt, durationMs, intervalUs: interval };
      return await gzip(encodePprof(cpuProfile(profile, times)));
    } finally {
      this.#busy = false;
    }
  }

  /**
   * Takes a profile of the heap: what lives, by where it was allocated. Buffers outside of the heap are not in it.
   *
   * @returns The profile, compressed by gzip.
   */
  async heap(): Promise<Uint8Array> {
    await this.#ready;
    const { profile } = await this.#post(
      "HeapProfiler.getSamplingProfile",
    ) as { profile: { head: V8HeapNode } };
    const found = heapProfile(profile.head, Date.now(), HEAP_INTERVAL);
    return await gzip(encodePprof(found));
  }

  /** Ends all noting. */
  [Symbol.dispose](): void {
    this.#session.disconnect();
  }

  async #begin(): Promise<void> {
    await this.#post("Profiler.enable");
    await this.#post("HeapProfiler.enable");
    await this.#post("HeapProfiler.startSampling", {
      samplingInterval: HEAP_INTERVAL,
    });
  }

  #post(method: string, parameters?: object): Promise<unknown> {
    // The types know every method by itself.
    const post = this.#session.post.bind(this.#session) as (
      method: string,
      parameters: object | undefined,
      done: (error: Error | null, result: unknown) => void,
    ) => void;
    return new Promise((resolve, reject) =>
      post(
        method,
        parameters,
        (error, result) => error ? reject(error) : resolve(result),
      )
    );
  }
}

/** Waits, but not for somebody who has gone. */
function sleep(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener("abort", done);
    if (signal.aborted) done();
  });
}

async function gzip(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
  const zipped = new Blob([bytes]).stream().pipeThrough(
    new CompressionStream("gzip"),
  );
  return await new Response(zipped).bytes();
}
