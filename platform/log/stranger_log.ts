/**
 * Reports of what strangers do.
 *
 * @module
 */

import type { Timers } from "@frontier/proto";
import type { LogFields, Logger, LogLevel } from "./logger.ts";
import { systemTimers } from "../system_timers.ts";
import { Repeats } from "./repeats.ts";

/** Options of {@linkcode StrangerLog}. */
export interface StrangerLogOptions {
  /** Where the lines go. */
  log: Logger;
  /**
   * How grave the lines are.
   *
   * @default {"warn"}
   */
  level?: LogLevel;
  /**
   * The clock and its timers.
   *
   * @default {systemTimers}
   */
  timers?: Timers;
  /**
   * Milliseconds between two lines about one address.
   *
   * @default {60_000}
   */
  everyMs?: number;
  /**
   * Addresses that are told apart; what comes from others meanwhile is one line
   * for all of them. Bounds the memory that a flood from many addresses can
   * take.
   *
   * @default {1024}
   */
  maxAddresses?: number;
}

/** Something a stranger did. */
interface Event {
  readonly message: string;
  readonly fields: LogFields | undefined;
}

/**
 * Says what strangers did wrong, one line per address and minute: a port
 * scanner, a health check that knows another protocol or a device with the
 * wrong certificate must not fill the log.
 *
 * The first event of an address is said at once. What follows within the minute
 * is counted and said in one line at its end, with the last event's message and
 * its number as `times`. An address that stays quiet for a minute is forgotten.
 * There is one timer for all addresses, and none while there is nothing to say.
 *
 * @example
 * ```ts
 * import { StrangerLog } from "@frontier/platform/internal";
 * import { NULL_LOGGER } from "@frontier/platform/log";
 *
 * using strangers = new StrangerLog({ log: NULL_LOGGER, level: "info" });
 * strangers.report("192.0.2.1", "A TLS handshake failed", { error: "no certificate" });
 * ```
 */
export class StrangerLog implements Disposable {
  readonly #repeats: Repeats<Event>;

  /**
   * Makes a log that has nothing to say yet.
   *
   * @param options Where lines go, and how many.
   */
  constructor(options: StrangerLogOptions) {
    const { log, level = "warn" } = options;
    this.#repeats = new Repeats({
      timers: options.timers ?? systemTimers,
      everyMs: options.everyMs ?? 60_000,
      maxKeys: options.maxAddresses ?? 1024,
      say(address, { message, fields }, times): void {
        const repeated = times === undefined ? {} : { times };
        log[level](message, { address, ...repeated, ...fields });
      },
    });
  }

  /**
   * Says that something happened, now or with others like it within a minute.
   *
   * @param address Whose doing it is: the remote address, without its port.
   * @param message What happened, as a sentence without a full stop.
   * @param fields Facts about it.
   */
  report(address: string, message: string, fields?: LogFields): void {
    this.#repeats.report(address, { message, fields });
  }

  /** Says what was counted, and forgets everything. */
  [Symbol.dispose](): void {
    this.#repeats[Symbol.dispose]();
  }
}
