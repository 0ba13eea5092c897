/**
 * One server that has everything: as it is, or found through sentinels.
 *
 * @module
 */

import { Backoff, describeError } from "@frontier/platform/internal";
import type { RedisStoreConfig } from "../../config/types.ts";
import type { StoreState } from "../presence_store.ts";
import { Closings } from "./closings.ts";
import { ClusterClock } from "./cluster_clock.ts";
import {
  type Command,
  isUnknownScript,
  loadsOf,
  type Reply,
  wordsOf,
} from "./command.ts";
import { Connection } from "./connection.ts";
import {
  type Address,
  addressText,
  connectionOptions,
} from "./connection_options.ts";
import { KEEP_MS, Marker } from "./marker.ts";
import { Pause } from "./pause.ts";
import type { RedisPort } from "./port.ts";
import { isWrongPlace, unavailable, valueOf } from "./unavailable.ts";

/** Says where the server is. */
export interface Locator {
  /**
   * @param closings Hears of connections that it has ended.
   * @returns Its address now.
   * @throws {StoreUnavailableError} If nobody knows.
   */
  locate(closings: Closings): Promise<Address>;
  /** Milliseconds after which a place in use is checked; infinite where it cannot change. */
  readonly checkMs: number;
}

/** Keeps one connection, one after the other. */
export class SinglePort implements RedisPort {
  /** @inheritdoc */
  state: StoreState = "down";
  /** @inheritdoc */
  problem = "not connected yet";
  /** @inheritdoc */
  onState: ((state: StoreState) => void) | undefined = undefined;
  /** @inheritdoc */
  readonly clock: ClusterClock = new ClusterClock();
  readonly #config: RedisStoreConfig;
  readonly #locator: Locator;
  readonly #marker: Marker = new Marker("frontlas:marker");
  readonly #pause: Pause = new Pause();
  readonly #closings: Closings = new Closings();
  #connection: Connection | undefined = undefined;
  #running: Promise<void> | undefined = undefined;

  /**
   * @param config The configuration.
   * @param locator Where the server is.
   */
  constructor(config: RedisStoreConfig, locator: Locator) {
    this.#config = config;
    this.#locator = locator;
  }

  /**
   * Connects, and keeps connecting from then on.
   *
   * @throws {StoreUnavailableError} If the first attempt fails.
   */
  async start(): Promise<void> {
    const lost = Promise.withResolvers<void>();
    const at = await this.#connect(lost.resolve);
    this.#running = this.#keep(lost.promise, at);
  }

  /** @inheritdoc */
  async run(commands: readonly Command[]): Promise<Reply[]> {
    const connection = this.#connection;
    if (connection === undefined || this.state === "down") {
      throw unavailable(this.problem);
    }
    const { readTimeoutMs } = this.#config;
    const replies = await connection.run(
      commands.map(wordsOf),
      readTimeoutMs,
    );
    const unknown = commands.flatMap((_, i) =>
      isUnknownScript(replies[i]) ? [i] : []
    );
    if (unknown.length > 0) {
      const repeated = unknown.map((i) => commands[i]!);
      const loads = loadsOf(repeated);
      const again = await connection.run(
        [...loads, ...repeated.map(wordsOf)],
        readTimeoutMs,
      );
      unknown.forEach((i, n) => replies[i] = again[loads.length + n]);
    }
    const wrong = replies.find(isWrongPlace);
    if (wrong !== undefined) connection.lose(wrong.message);
    return replies;
  }

  /** @inheritdoc */
  suspect(): void {
    this.#pause.end();
  }

  /** @inheritdoc */
  async close(): Promise<void> {
    this.#pause.stop();
    this.#closings.stop();
    await this.#connection?.close();
    await this.#running;
    await this.#closings.wait();
    this.#set("down", "closed");
  }

  /** One connection after the other, until it is closed. */
  async #keep(firstLost: Promise<void>, firstAt: string): Promise<void> {
    const { minRetryBackoffMs, maxRetryBackoffMs } = this.#config;
    const backoff = new Backoff({
      minDelayMs: minRetryBackoffMs,
      firstDelayMs: 100,
      maxDelayMs: Math.max(maxRetryBackoffMs, 100),
    });
    let lost = firstLost;
    let at = firstAt;
    while (!this.#pause.stopped) {
      await this.#use(lost, at);
      this.#set("down", this.problem || "the connection was lost");
      while (!this.#pause.stopped) {
        try {
          const next = Promise.withResolvers<void>();
          at = await this.#connect(next.resolve);
          lost = next.promise;
          backoff.reset();
          break;
        } catch (error) {
          this.problem = describeError(error).replace(
            "Cannot reach Redis: ",
            "",
          );
          await this.#pause.wait(backoff.next());
        }
      }
    }
    await this.#connection?.close();
  }

  /** Connects and makes sure that the server can be worked with. */
  async #connect(lost: () => void): Promise<string> {
    const address = await this.#locator.locate(this.#closings);
    const connection = await Connection.open({
      at: addressText(address),
      options: connectionOptions(this.#config, address, "server"),
      ms: this.#config.dialTimeoutMs,
      answerMs: this.#config.readTimeoutMs,
      closings: this.#closings,
      lost: (why) => {
        this.problem = why;
        if (this.#connection === connection) this.#set("down", why);
        lost();
      },
    });
    try {
      await this.#select(connection);
      await this.#ask(connection);
    } catch (error) {
      await connection.close();
      throw explain(error, addressText(address));
    }
    if (this.#pause.stopped) {
      await connection.close();
      throw unavailable("closed");
    }
    this.#connection = connection;
    this.problem = "";
    this.#set("up", "");
    return addressText(address);
  }

  /** The client would go on in the first database when there is no other. */
  async #select(connection: Connection): Promise<void> {
    const { db, readTimeoutMs } = this.#config;
    if (db === 0) return;
    const [reply] = await connection.run([["SELECT", db]], readTimeoutMs);
    valueOf(reply);
  }

  /** Watches the connection until it is lost. */
  async #use(lost: Promise<void>, at: string): Promise<void> {
    let over = false;
    void lost.then(() => {
      over = true;
      this.#pause.end();
    });
    let checked = performance.now();
    while (!over && !this.#pause.stopped) {
      await this.#pause.wait(KEEP_MS);
      const connection = this.#connection!;
      if (over || connection.over || this.#pause.stopped) return;
      try {
        if (await this.#ask(connection)) {
          this.#set("down", "it has lost its data");
          this.#set("up", "");
        }
      } catch (error) {
        connection.lose(describeError(error));
        return;
      }
      if (performance.now() - checked < this.#locator.checkMs) continue;
      checked = performance.now();
      // Sentinels that do not answer say nothing about the server.
      const now = await this.#locator.locate(this.#closings).catch(() =>
        undefined
      );
      if (now !== undefined && addressText(now) !== at) {
        connection.lose(`the master is ${addressText(now)} now`);
      }
    }
  }

  /** Asks for the time, and whether what was there is there still. Answers whether it was lost. */
  async #ask(connection: Connection): Promise<boolean> {
    const { readTimeoutMs } = this.#config;
    const asked = this.clock.ask();
    const [time] = await connection.run([["TIME"]], readTimeoutMs);
    this.clock.heard(asked, valueOf(time));
    return await this.#marker.look((words) =>
      connection.run(words, readTimeoutMs)
    );
  }

  #set(state: StoreState, problem: string): void {
    if (state === "down" && this.#pause.stopped) problem = "closed";
    this.problem = problem;
    if (this.state === state) return;
    this.state = state;
    this.onState?.(state);
  }
}

/** Says so when the server is one of many: it answers for its part of the keys only. */
function explain(error: unknown, at: string): unknown {
  const { cause } = error as { cause?: unknown };
  const answer = cause instanceof Error ? cause.message : "";
  if (!/^(?:MOVED|ASK|CLUSTERDOWN)\b/.test(answer)) return error;
  return unavailable(
    `${at} is a node of a Redis Cluster, set "redis.mode" to cluster (it answers ${answer})`,
    cause,
  );
}
