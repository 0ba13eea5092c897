/**
 * Figures of the process.
 *
 * @module
 */

import process from "node:process";
import v8 from "node:v8";
import type { EventLoopLag } from "./event_loop_lag.ts";
import { countOpenFiles, openFileLimit } from "../open_files.ts";
import type { Metric } from "./registry.ts";

/**
 * Figures of the process, as far as they can be read: most need no permission, those of open files need `--allow-all`. What cannot be
 * read is absent.
 *
 * @param lag Measures the event loop.
 * @returns The metrics.
 */
export function processMetrics(lag: EventLoopLag): Metric[] {
  const memory = (
    name: string,
    help: string,
    read: () => number,
  ): Metric => ({
    name,
    help,
    type: "gauge",
    // Nothing is ever so small: a 0 means that it could not be read.
    read: (emit) => emit(read() || undefined),
  });
  // Nothing changes it while the process runs.
  const limit = openFileLimit();
  return [
    {
      name: "process_cpu_seconds_total",
      help: "Processor time of the process, user and system",
      type: "counter",
      read: (emit) => {
        const { user, system } = process.cpuUsage();
        emit((user + system) / 1e6 || undefined);
      },
    },
    memory(
      "process_resident_memory_bytes",
      "Resident memory of the process",
      () => Deno.memoryUsage().rss,
    ),
    {
      name: "process_start_time_seconds",
      help: "When the process started, in Unix seconds",
      type: "gauge",
      read: (emit) => emit(performance.timeOrigin / 1000),
    },
    {
      name: "process_open_fds",
      help: "Open files and sockets; absent without --allow-all",
      type: "gauge",
      read: async (emit) => emit(await countOpenFiles()),
    },
    {
      name: "process_max_fds",
      help:
        "Most open files and sockets the process may have; absent without --allow-all or --allow-ffi",
      type: "gauge",
      read: (emit) => emit(limit),
    },
    memory(
      "deno_heap_used_bytes",
      "Memory of the JavaScript heap in use",
      () => Deno.memoryUsage().heapUsed,
    ),
    memory(
      "deno_heap_total_bytes",
      "Memory of the JavaScript heap",
      () => Deno.memoryUsage().heapTotal,
    ),
    memory(
      "deno_heap_limit_bytes",
      "Size of the JavaScript heap at which the process ends",
      () => v8.getHeapStatistics().heap_size_limit,
    ),
    memory(
      "deno_external_bytes",
      "Memory of buffers outside the JavaScript heap",
      () => Deno.memoryUsage().external,
    ),
    {
      name: "deno_event_loop_lag_seconds",
      help:
        "How much later than asked for a timer fires, looked at 20 times a second",
      type: "histogram",
      read: (emit) => emit(lag.spans),
    },
    {
      name: "deno_info",
      help: "Always 1; what the process runs on",
      type: "gauge",
      labels: ["version"],
      read: (emit) => emit(1, Deno.version.deno),
    },
  ];
}
