/**
 * A store that knows what the directory knows.
 *
 * @module
 */

import { describeError } from "@frontier/platform/internal";
import type { Logger } from "@frontier/platform/log";
import type { Directory } from "../directory/directory.ts";
import type { Backend } from "./backend.ts";
import { Feed } from "./feed.ts";
import type {
  EdgeQuery,
  EdgeRow,
  EdgeRpcQuery,
  Page,
  ServiceNameQuery,
  ServiceQuery,
  ServiceRow,
  Store,
  StoreCounts,
} from "./store.ts";
import { Turns, type Work } from "./turns.ts";

/** Milliseconds that a change may wait while nobody asks. */
const BATCH_MS = 50;

/** What a {@linkcode DirectoryStore} needs from outside. */
export interface DirectoryStoreOptions {
  /** Who is there. */
  readonly directory: Directory;
  /** Keeps the rows. */
  readonly backend: Backend;
  /** The wall clock in Unix milliseconds. */
  readonly wallClock: () => number;
  /** Where to report. */
  readonly log: Logger;
  /**
   * Whether every query is reported, with how long it took.
   *
   * @default false
   */
  readonly debug?: boolean;
  /** Does the work in slices. */
  readonly turns?: Turns;
}

/** Keeps a backend up to date with the directory, and asks it. */
export class DirectoryStore implements Store {
  readonly #backend: Backend;
  readonly #log: Logger;
  readonly #debug: boolean;
  readonly #turns: Turns;
  readonly #feed: Feed;
  #timer: ReturnType<typeof setTimeout> | undefined = undefined;
  #closed = false;

  /**
   * @param options What it needs from outside.
   */
  constructor(options: DirectoryStoreOptions) {
    this.#backend = options.backend;
    this.#log = options.log;
    this.#debug = options.debug ?? false;
    this.#turns = options.turns ?? new Turns();
    this.#feed = new Feed({
      ...options,
      onChange: () => this.#applySoon(),
    });
  }

  /** @inheritdoc */
  edges(query: EdgeQuery = {}): Promise<Page<EdgeRow>> {
    return this.#list("edges", () => this.#backend.edges(query));
  }

  /** @inheritdoc */
  services(query: ServiceQuery = {}): Promise<Page<ServiceRow>> {
    return this.#list("services", () => this.#backend.services(query));
  }

  /** @inheritdoc */
  edgeRpcs(query: EdgeRpcQuery = {}): Promise<Page<string>> {
    return this.#list("edge_rpcs", () => this.#backend.edgeRpcs(query));
  }

  /** @inheritdoc */
  serviceRpcs(query: ServiceNameQuery = {}): Promise<Page<string>> {
    return this.#list(
      "service_rpcs",
      () => this.#backend.serviceNames("rpc", query),
    );
  }

  /** @inheritdoc */
  serviceTopics(query: ServiceNameQuery = {}): Promise<Page<string>> {
    return this.#list(
      "service_topics",
      () => this.#backend.serviceNames("topic", query),
    );
  }

  /** @inheritdoc */
  edge(id: bigint): Promise<EdgeRow | undefined> {
    return this.#look(() => this.#backend.edge(id));
  }

  /** @inheritdoc */
  service(id: bigint): Promise<ServiceRow | undefined> {
    return this.#look(() => this.#backend.service(id));
  }

  /** @inheritdoc */
  counts(): Promise<StoreCounts> {
    return this.#look(() => this.#backend.counts());
  }

  /** @inheritdoc */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#feed[Symbol.dispose]();
    this.#turns.close(new Error("Cannot ask the store: it is closed"));
    this.#backend.close();
  }

  /** @inheritdoc */
  [Symbol.dispose](): void {
    this.close();
  }

  async #list<T>(list: string, begin: () => Work<Page<T>>): Promise<Page<T>> {
    const began = performance.now();
    const page = await this.#ask(begin);
    if (this.#debug) {
      const ms = Math.round((performance.now() - began) * 1000) / 1000;
      this.#log.info("Store answered", { list, rows: page.rows.length, ms });
    }
    return page;
  }

  #look<T>(look: () => T): Promise<T> {
    // deno-lint-ignore require-yield
    return this.#ask(function* (): Work<T> {
      return look();
    });
  }

  /** Asks after everything that has happened until now is entered. */
  #ask<T>(begin: () => Work<T>): Promise<T> {
    const feed = this.#feed;
    return this.#turns.run((function* (): Work<T> {
      yield* feed.apply();
      return yield* begin();
    })());
  }

  /** Many changes are entered together. */
  #applySoon(): void {
    if (this.#timer !== undefined || this.#closed) return;
    this.#timer = setTimeout(() => void this.#apply(), BATCH_MS);
  }

  async #apply(): Promise<void> {
    try {
      await this.#turns.run(this.#feed.apply());
    } catch (error) {
      if (this.#closed) return;
      this.#log.error("Cannot enter changes into the store", {
        error: describeError(error),
      });
    }
    this.#timer = undefined;
    if (this.#feed.waiting > 0) this.#applySoon();
  }
}
