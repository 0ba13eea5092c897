/**
 * Finds the master through sentinels.
 *
 * @module
 */

import { describeError } from "@frontier/platform/internal";
import type { RedisStoreConfig } from "../../config/types.ts";
import type { StoreUnavailableError } from "../presence_store.ts";
import type { Closings } from "./closings.ts";
import { Connection } from "./connection.ts";
import {
  type Address,
  addressOf,
  connectionOptions,
} from "./connection_options.ts";
import type { Locator } from "./single_port.ts";
import { unavailable, valueOf } from "./unavailable.ts";

/** Milliseconds that a sentinel may take: a dead one must not hold a failover up. */
const SENTINEL_MS = 1_000;
/** Milliseconds after which sentinels are asked again although the master answers. */
const CHECK_MS = 5_000;

/** The answer of a sentinel that watches no master of that name. */
const UNKNOWN = /\bNo such master with that name/;

/** What a sentinel says. */
interface Word {
  readonly address: Address;
  /** Grows with each failover. */
  readonly epoch: number;
}

/**
 * Asks all sentinels at once and believes the newest answer of a majority: one
 * that was cut off names the old master still.
 */
export class SentinelLocator implements Locator {
  /** @inheritdoc */
  readonly checkMs = CHECK_MS;
  readonly #config: RedisStoreConfig;

  /**
   * @param config The configuration.
   */
  constructor(config: RedisStoreConfig) {
    this.#config = config;
  }

  /** @inheritdoc */
  async locate(closings: Closings): Promise<Address> {
    const { addrs, masterName } = this.#config;
    const words: Word[] = [];
    const problems: string[] = [];
    const enough = Promise.withResolvers<void>();
    const asked = addrs.map(async (addr) => {
      try {
        words.push(await this.#ask(addr, closings));
        if (words.length > addrs.length / 2) enough.resolve();
      } catch (error) {
        problems.push(`${addr}: ${cause(error)}`);
      }
    });
    await Promise.race([enough.promise, Promise.all(asked)]);
    const newest = words.toSorted((a, b) => b.epoch - a.epoch)[0];
    if (newest === undefined) {
      const unknown = problems.every((one) => UNKNOWN.test(one));
      throw unavailable(
        unknown
          ? `none of the sentinels ${
            addrs.join(", ")
          } knows a master ${masterName}: they answer "No such master with that name"`
          : `no sentinel names the master ${masterName} (asked: ${
            problems.join("; ")
          })`,
      );
    }
    return newest.address;
  }

  async #ask(addr: string, closings: Closings): Promise<Word> {
    const { masterName, dialTimeoutMs } = this.#config;
    const ms = Math.min(SENTINEL_MS, dialTimeoutMs);
    const connection = await Connection.open({
      at: addr,
      options: connectionOptions(
        this.#config,
        addressOf(addr, "tcp"),
        "sentinel",
      ),
      ms,
      answerMs: ms,
      closings,
      lost: () => {},
    });
    try {
      const [reply] = await connection.run(
        [["SENTINEL", "MASTER", masterName]],
        ms,
      );
      return wordOf(valueOf(reply) as string[]);
    } finally {
      void connection.close();
    }
  }
}

/** Reads names and values, one after the other. */
function wordOf(answer: readonly string[]): Word {
  const field = (name: string) => answer[answer.indexOf(name) + 1];
  return {
    address: { host: field("ip")!, port: Number(field("port")) },
    epoch: Number(field("config-epoch")),
  };
}

function cause(error: unknown): string {
  return describeError(error as StoreUnavailableError)
    .replace("Cannot reach Redis: ", "");
}
