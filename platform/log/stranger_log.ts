import { Timer, type Timers } from "@frontier/proto";
import type { LogFields, Logger, LogLevel } from "./mod.ts";
import { systemTimers } from "../system_timers.ts";

/** Options of {@linkcode StrangerLog}. */
export interface StrangerLogOptions {
  /** Where the lines go. */
  log: Logger;
  /**
   * How grave the lines are.
   * @default "warn"
   */
  level?: LogLevel;
  /**
   * The clock and its timers.
   * @default systemTimers
   */
  timers?: Timers;
  /**
   * Milliseconds between two lines about one address.
   * @default 60_000
   */
  everyMs?: number;
  /**
   * Addresses that are told apart; what comes from others meanwhile is one line for all of them. Bounds the memory that a flood from
   * many addresses can take.
   * @default 1024
   */
  maxAddresses?: number;
}

/** What one address has done since the last line about it. */
interface Record {
  /** When the next line may be written. */
  dueAt: number;
  /** What happened since the last line. */
  count: number;
  /** The last of it. */
  message: string;
  fields: LogFields | undefined;
}

/**
 * Says what strangers did wrong, one line per address and minute: a port scanner, a health check that knows another protocol or a
 * device with the wrong certificate must not fill the log.
 *
 * The first event of an address is said at once. What follows within the minute is counted and said in one line at its end, with the
 * last event's message and its number as `times`. An address that stays quiet for a minute is forgotten. There is one timer for all
 * addresses, and none while there is nothing to say.
 *
 * @example
 * ```ts
 * import { StrangerLog } from "@frontier/platform";
 * import { NULL_LOGGER } from "@frontier/platform/log";
 *
 * using strangers = new StrangerLog({ log: NULL_LOGGER, level: "info" });
 * strangers.report("192.0.2.1", "A TLS handshake failed", { error: "no certificate" });
 * ```
 */
export class StrangerLog implements Disposable {
  readonly #log: Logger;
  readonly #level: LogLevel;
  readonly #timers: Timers;
  readonly #everyMs: number;
  readonly #maxAddresses: number;
  /** In the order in which they are due, for each line makes its address the last. */
  readonly #records: Map<string, Record> = new Map();
  readonly #timer: Timer = new Timer(() => this.#onTimer());

  /**
   * Makes a log that has nothing to say yet.
   *
   * @param options Where lines go, and how many.
   */
  constructor(options: StrangerLogOptions) {
    this.#log = options.log;
    this.#level = options.level ?? "warn";
    this.#timers = options.timers ?? systemTimers;
    this.#everyMs = options.everyMs ?? 60_000;
    this.#maxAddresses = options.maxAddresses ?? 1024;
  }

  /**
   * Says that something happened, now or with others like it within a minute.
   *
   * @param address Whose doing it is: the remote address, without its port.
   * @param message What happened, as a sentence without a full stop.
   * @param fields Facts about it.
   */
  report(address: string, message: string, fields?: LogFields): void {
    const known = this.#records.get(address);
    if (known !== undefined) return count(known, message, fields);
    if (this.#records.size < this.#maxAddresses) {
      this.#say(address, message, { address, ...fields });
      return;
    }
    const others = this.#records.get(OTHERS);
    if (others !== undefined) return count(others, message, fields);
    this.#say(OTHERS, message, { address: OTHERS, ...fields });
  }

  /** Says what was counted, and forgets everything. */
  [Symbol.dispose](): void {
    this.#timers.clear(this.#timer);
    for (const [address, record] of this.#records) {
      if (record.count > 0) this.#write(address, record);
    }
    this.#records.clear();
  }

  #say(address: string, message: string, fields: LogFields): void {
    this.#log[this.#level](message, fields);
    this.#records.set(address, {
      dueAt: this.#timers.now() + this.#everyMs,
      count: 0,
      message,
      fields: undefined,
    });
    this.#arm();
  }

  #arm(): void {
    if (this.#timer.armed) return;
    const [first] = this.#records.values();
    if (first !== undefined) this.#timers.set(this.#timer, first.dueAt);
  }

  #onTimer(): void {
    const now = this.#timers.now();
    for (const [address, record] of this.#records) {
      if (record.dueAt > now) break;
      this.#records.delete(address);
      if (record.count === 0) continue;
      this.#write(address, record);
      record.dueAt = now + this.#everyMs;
      record.count = 0;
      record.fields = undefined;
      this.#records.set(address, record);
    }
    this.#arm();
  }

  #write(address: string, { count, message, fields }: Record): void {
    this.#log[this.#level](message, { address, times: count, ...fields });
  }
}

/** Stands for the addresses beyond those that are told apart. */
const OTHERS = "(others)";

function count(
  record: Record,
  message: string,
  fields: LogFields | undefined,
): void {
  record.count++;
  record.message = message;
  record.fields = fields;
}
