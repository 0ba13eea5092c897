/**
 * How a driver process is told what to do and how it reports.
 *
 * A driver gets one {@linkcode Order} as JSON in its first argument. It prints one JSON object per line: questions, each of
 * which it waits to be answered by a line on its standard input, and at the end an {@linkcode Outcome}.
 *
 * @module
 */

import type { Load as LoadShape } from "../scenarios.ts";
import type { Plan, Watch, Window } from "./measure.ts";
import type { Ports } from "./peers.ts";

/** What to run. */
export interface Order {
  /** The load. */
  load: LoadShape;
  /** The gateway. */
  ports: Ports;
  /** Processes to watch; `gateway` is always among them. */
  watch: Watch;
  /** How long. */
  plan: Plan;
}

/** What came out. */
export interface Outcome {
  /** The windows. */
  windows: Window[];
  /** Number of errors in the whole run, warm-up and end included. */
  errors: number;
  /** What the first error was, or empty. */
  firstError: string;
  /** For idle edges: growth of the gateway's memory per edge, in bytes. */
  bytesPerEdge?: number;
}

/** Questions a driver may ask. */
export type Question =
  /** Collect garbage in the gateway. */
  | "settle"
  /** The load has been started; begin what is to run beside it. */
  | "started";

/** What a driver prints: one JSON object per line. */
export type DriverLine =
  | { ask: Question }
  | { progress: true }
  | { outcome: Outcome };

/** @returns the order in the first argument. */
export function readOrder(): Order {
  return JSON.parse(Deno.args[0] ?? "") as Order;
}

/**
 * Prints one line.
 *
 * @param line what to print.
 */
export function printLine(line: DriverLine): void {
  const bytes = new TextEncoder().encode(JSON.stringify(line) + "\n");
  let at = 0;
  while (at < bytes.length) at += Deno.stdout.writeSync(bytes.subarray(at));
}

/** Says that a window begins. Nobody needs to know; but a driver whose parent is gone fails here, and thus ends. */
export function sayProgress(): void {
  printLine({ progress: true });
}

/**
 * Asks, and waits for the answer.
 *
 * @param question what to ask.
 */
export function ask(question: Question): void {
  printLine({ ask: question });
  const answer = new Uint8Array(64);
  for (;;) {
    const n = Deno.stdin.readSync(answer);
    if (n === null) Deno.exit(1);
    if (answer.subarray(0, n).includes(0x0a)) return;
  }
}
