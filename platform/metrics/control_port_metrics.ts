/**
 * Metrics of a control port.
 *
 * @module
 */

import type { CallFigures } from "../control/call_figures.ts";
import type { Metric } from "./registry.ts";

/** What a control port counts. */
export interface ControlPortFigures {
  /** The calls there were. */
  readonly calls: CallFigures;
  /** Connections there are. */
  readonly connections: number;
}

/**
 * Metrics of a control port, gRPC and REST together.
 *
 * @param prefix How they begin, such as `frontier`.
 * @param figures Reads what it counts; `undefined` without such a port.
 * @returns The metrics.
 */
export function controlPortMetrics(
  prefix: string,
  figures: () => ControlPortFigures | undefined,
): Metric[] {
  return [
    {
      name: `${prefix}_control_calls_total`,
      help:
        "Calls of the control plane that have ended, by method and status code of gRPC in words, or OK; those over REST as well",
      type: "counter",
      labels: ["method", "code"],
      read: (emit) => {
        for (const [method, code, count] of figures()?.calls.counts() ?? []) {
          emit(count, method, code);
        }
      },
    },
    {
      name: `${prefix}_control_call_duration_seconds`,
      help:
        "Time of calls of the control plane, the wait for their turn included; watches are not among them",
      type: "histogram",
      labels: ["method"],
      read: (emit) => {
        for (const [method, spans] of figures()?.calls.spans() ?? []) {
          emit(spans, method);
        }
      },
    },
    {
      name: `${prefix}_control_connections`,
      help: "Connections to the control plane",
      type: "gauge",
      read: (emit) => emit(figures()?.connections),
    },
  ];
}
