/**
 * Reports of what one peer does again and again.
 *
 * @module
 */

import type { Timers } from "@frontier/proto";
import { systemTimers } from "../system_timers.ts";
import type { LogFields, Logger } from "./logger.ts";
import { OTHERS, Repeats } from "./repeats.ts";

/** Options of {@linkcode repeatLog}. */
export interface RepeatLogOptions {
  /**
   * The clock and its timers.
   *
   * @default {systemTimers}
   */
  timers?: Timers;
  /**
   * Milliseconds between two lines that say the same of one peer.
   *
   * @default {60_000}
   */
  everyMs?: number;
  /**
   * Peers that are told apart for one message; what the others do meanwhile is
   * one line for all of them.
   *
   * @default {32}
   */
  maxPeers?: number;
}

/**
 * A logger that says what is repeated once, with a count; it must be closed.
 */
export interface RepeatLog extends Logger, Disposable {}

/**
 * A peer's name without the address it connected from: each of its connections
 * comes from another port.
 */
function who(peer: string): string {
  const named = /^(\S+ \d+) \(/.exec(peer)?.[1];
  return named ?? peer.replace(/:\d+$/, "");
}

/**
 * Keeps one peer from filling the log: of records that have a field `peer` and
 * say the same of the same peer, the first is passed on at once, and what
 * follows within a minute as one line at its end, with the facts of the last
 * and their number as `times`. A fault that very many peers have at a time is
 * told apart for few of them.
 *
 * Records for debugging, and those without a `peer`, pass unchanged.
 *
 * @param log Where records go.
 * @param options How many.
 * @returns The logger. Dispose of it to say what was counted.
 *
 * @example
 * ```ts
 * import { repeatLog } from "@frontier/platform/internal";
 * import { assertEquals } from "@std/assert";
 * import { NULL_LOGGER } from "@frontier/platform/log";
 *
 * const lines: unknown[] = [];
 * const warn = (...line: unknown[]) => void lines.push(line);
 * {
 *   using log = repeatLog({ ...NULL_LOGGER, warn });
 *   for (let i = 1; i <= 9; i++) log.warn("Stalled", { peer: "edge 7", i });
 * }
 * assertEquals(lines, [
 *   ["Stalled", { peer: "edge 7", i: 1 }],
 *   ["Stalled", { peer: "edge 7", i: 9, times: 8 }],
 * ]);
 * ```
 */
export function repeatLog(
  log: Logger,
  options: RepeatLogOptions = {},
): RepeatLog {
  const { timers = systemTimers, everyMs = 60_000, maxPeers = 32 } = options;
  const limited = (level: "info" | "warn" | "error") => {
    // By message. Messages are constants of the program: there are not many.
    const known: Map<string, Repeats<LogFields>> = new Map();
    const write = (message: string, fields?: LogFields): void => {
      const peer = fields?.["peer"];
      if (typeof peer !== "string") {
        log[level](message, fields);
        return;
      }
      let repeats = known.get(message);
      if (repeats === undefined) {
        repeats = new Repeats<LogFields>({
          timers,
          everyMs,
          maxKeys: maxPeers,
          say(key, last, times): void {
            if (times === undefined) log[level](message, last);
            else {
              const others = key === OTHERS ? { peer: OTHERS } : {};
              log[level](message, { ...last, ...others, times });
            }
          },
        });
        known.set(message, repeats);
      }
      repeats.report(who(peer), fields!);
    };
    return { known, write };
  };
  const info = limited("info");
  const warn = limited("warn");
  const error = limited("error");
  return {
    debug: (message, fields) => log.debug(message, fields),
    info: info.write,
    warn: warn.write,
    error: error.write,
    [Symbol.dispose](): void {
      for (const { known } of [info, warn, error]) {
        for (const repeats of known.values()) repeats[Symbol.dispose]();
        known.clear();
      }
    },
  };
}
