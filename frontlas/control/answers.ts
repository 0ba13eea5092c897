/**
 * What the control plane asks the store.
 *
 * @module
 */

import { ApiError } from "@frontier/platform/control";
import {
  type EdgeRecord,
  type FrontierRecord,
  type PresenceStore,
  type RecordPage,
  type ServiceRecord,
  StoreUnavailableError,
} from "../store/presence_store.ts";
import { type Kept, KeptAnswers } from "./kept_answers.ts";

/** Answers that are kept at most; some 30 MB. */
const MAX_KEPT = 100_000;

/** Edges that are looked up in one go. */
const PART = 256;

/** Gateways that there may be. */
const GATEWAYS = 4_096;

/** An answer, as new as it can be had. */
export interface Answer<T> {
  /** The answer. */
  readonly value: T;
  /** Milliseconds since the store gave it, when the store gives none now; `undefined` for an answer of this moment. */
  readonly ageMs: number | undefined;
}

/** What {@linkcode Answers} is made of. */
export interface AnswersOptions {
  /** Where the records are. */
  readonly store: PresenceStore;
  /**
   * Answers that are kept at most.
   * @default 100000
   */
  readonly maxKept?: number;
  /**
   * Whether what is not recorded may be online all the same.
   * @default {() => false}
   */
  readonly catchingUp?: (() => boolean) | undefined;
  /**
   * A clock in milliseconds that only goes forward.
   * @default performance.now()
   */
  readonly now?: () => number;
}

/** How answers came about; each only grows. */
export interface AnswerFigures {
  /** The store was asked. */
  asked: number;
  /** Somebody else was asking the same at that moment, and the answer went to both. */
  shared: number;
  /** The store did not answer, and what it said last did. */
  stale: number;
  /** The store did not answer, and nothing was kept. */
  missing: number;
  /** Not recorded, and gateways had not told everything yet. */
  untold: number;
}

/**
 * Asks the store, once for all who ask the same at the same moment. While the
 * store does not answer, what it said last does, marked with its age; what it
 * never said is unavailable at once. Nobody waits for the store to come back.
 */
export class Answers {
  /** How answers came about. */
  readonly figures: AnswerFigures = {
    asked: 0,
    shared: 0,
    stale: 0,
    missing: 0,
    untold: 0,
  };
  readonly #store: PresenceStore;
  readonly #now: () => number;
  readonly #catchingUp: () => boolean;
  readonly #edges: KeptAnswers<EdgeRecord>;
  readonly #services: KeptAnswers<readonly ServiceRecord[]>;
  readonly #gateways: KeptAnswers<FrontierRecord> = new KeptAnswers(GATEWAYS);
  #frontiers: Kept<ReadonlyMap<string, FrontierRecord>> | undefined = undefined;
  readonly #asking: Map<string, Promise<unknown>> = new Map();

  /**
   * @param options What it is made of.
   */
  constructor(
    { store, maxKept = MAX_KEPT, catchingUp, now }: AnswersOptions,
  ) {
    this.#store = store;
    this.#catchingUp = catchingUp ?? (() => false);
    this.#now = now ?? (() => performance.now());
    // Services are few, and every one of them may be asked for by many.
    const services = Math.ceil(maxKept / 10);
    this.#services = new KeptAnswers(services);
    this.#edges = new KeptAnswers(maxKept - services);
  }

  /** How many answers are kept for the time when the store is down. */
  get kept(): number {
    return this.#edges.size + this.#services.size;
  }

  /** The gateways that were alive when the store last said so; `undefined` before that. */
  get lastFrontiers(): Kept<ReadonlyMap<string, FrontierRecord>> | undefined {
    return this.#frontiers;
  }

  /**
   * @returns All gateways that are alive, by id.
   * @throws {ApiError} If nobody knows.
   */
  frontiers(): Promise<Answer<ReadonlyMap<string, FrontierRecord>>> {
    return this.#ask(
      "frontiers",
      () => this.#readFrontiers(),
      () => this.#frontiers,
    );
  }

  /**
   * Asks the store who is alive even when it is known to be down: it may be
   * back.
   *
   * @throws {Error} If it does not answer.
   */
  async look(): Promise<void> {
    await this.#shared("frontiers", () => this.#readFrontiers());
  }

  /** Milliseconds since the store last said who is alive; 0 before that. */
  get frontiersAgeMs(): number {
    return this.#frontiers === undefined ? 0 : this.#now() - this.#frontiers.at;
  }

  /** Others have their turn between two parts: look-ups must not wait for thousands of ids. */
  async #readEdges(edgeIds: readonly bigint[]): Promise<EdgeRecord[]> {
    const all: EdgeRecord[] = [];
    for (let at = 0; at < edgeIds.length; at += PART) {
      if (at > 0) await new Promise((resolve) => setTimeout(resolve, 0));
      const part = edgeIds.slice(at, at + PART);
      const records = await this.#store.edges(part);
      const found = new Map(records.map((record) => [record.edgeId, record]));
      for (const id of part) this.#keepEdge(String(id), found.get(id));
      all.push(...records);
    }
    return all;
  }

  async #readFrontiers(): Promise<ReadonlyMap<string, FrontierRecord>> {
    const all = await this.#store.frontiers();
    const value = new Map(all.map((one) => [one.frontierId, one]));
    this.#frontiers = { value, at: this.#now() };
    return value;
  }

  /**
   * @param frontierId Id of a gateway.
   * @returns The gateway; `undefined` if it is not alive.
   * @throws {ApiError} If nobody knows.
   */
  frontier(frontierId: string): Promise<Answer<FrontierRecord | undefined>> {
    return this.#ask(
      `frontier ${frontierId}`,
      async () => {
        const record = await this.#find(
          `gateway ${frontierId.toWellFormed()}`,
          () => this.#store.frontier(frontierId),
          (found) => found !== undefined,
        );
        if (record === undefined) this.#gateways.forget(frontierId);
        else this.#gateways.keep(frontierId, record, this.#now());
        return record;
      },
      () => {
        const kept = this.#gateways.find(frontierId);
        const last = this.#frontiers;
        // Who was not alive when all were listed was not alive any more.
        if (last === undefined || (kept?.at ?? 0) > last.at) return kept;
        const value = last.value.get(frontierId);
        return value && { value, at: last.at };
      },
    );
  }

  /**
   * @param edgeId Id of an edge.
   * @returns The edge; `undefined` if it is not online.
   * @throws {ApiError} If nobody knows.
   */
  edge(edgeId: bigint): Promise<Answer<EdgeRecord | undefined>> {
    const key = String(edgeId);
    return this.#ask(
      `edge ${key}`,
      async () => {
        const record = await this.#find(
          `edge ${key}`,
          () => this.#store.edge(edgeId),
          (found) => found !== undefined,
        );
        this.#keepEdge(key, record);
        return record;
      },
      () => this.#edges.find(key),
    );
  }

  /**
   * @param edgeIds Ids of edges.
   * @returns Those that are online.
   * @throws {ApiError} If that is not known of each.
   */
  edges(edgeIds: readonly bigint[]): Promise<Answer<readonly EdgeRecord[]>> {
    return this.#ask(
      undefined,
      () =>
        this.#find<readonly EdgeRecord[]>(
          "each of these edges",
          () => this.#readEdges(edgeIds),
          (all) => all.length >= new Set(edgeIds).size,
        ),
      () => {
        const kept: Kept<EdgeRecord>[] = [];
        for (const id of edgeIds) {
          const one = this.#edges.find(String(id));
          // To leave it out would say that it is offline.
          if (one === undefined) return undefined;
          kept.push(one);
        }
        return {
          value: kept.map(({ value }) => value),
          at: Math.min(...kept.map(({ at }) => at)),
        };
      },
    );
  }

  /**
   * @param cursor Where the page begins.
   * @param count About how many edges are wanted.
   * @returns A page of all edges.
   * @throws {ApiError} If the store does not answer.
   */
  edgePage(cursor: number, count: number): Promise<RecordPage<EdgeRecord>> {
    return this.#page(() => this.#store.edgePage(cursor, count));
  }

  /**
   * @param serviceId Id of a service.
   * @returns The service at each of its gateways; none if it is not online.
   * @throws {ApiError} If nobody knows.
   */
  service(serviceId: bigint): Promise<Answer<readonly ServiceRecord[]>> {
    const key = String(serviceId);
    return this.#ask(
      `service ${key}`,
      async () => {
        const records = await this.#find(
          `service ${key}`,
          () => this.#store.service(serviceId),
          (all) => all.length > 0,
        );
        if (records.length === 0) this.#services.forget(key);
        else this.#services.keep(key, records, this.#now());
        return records;
      },
      () => this.#services.find(key),
    );
  }

  /**
   * @param cursor Where the page begins.
   * @param count About how many services are wanted.
   * @returns A page of all services.
   * @throws {ApiError} If the store does not answer.
   */
  servicePage(
    cursor: number,
    count: number,
  ): Promise<RecordPage<ServiceRecord>> {
    return this.#page(() => this.#store.servicePage(cursor, count));
  }

  /**
   * @returns How many edges and services are online.
   * @throws {ApiError} If nobody knows.
   */
  counts(): Promise<Answer<{ edges: number; services: number }>> {
    return this.#ask(
      "counts",
      () => this.#store.counts(),
      () => {
        if (this.#frontiers === undefined) return undefined;
        const { value: all, at } = this.#frontiers;
        return { value: totalOf(all.values()), at };
      },
    );
  }

  /** Asks for what may not be recorded yet: then its absence says nothing. */
  async #find<T>(
    what: string,
    ask: () => Promise<T>,
    isThere: (answer: T) => boolean,
  ): Promise<T> {
    // Both before and after: gateways may have begun or ended to tell meanwhile.
    const before = this.#catchingUp();
    const answer = await ask();
    if (isThere(answer) || !(before || this.#catchingUp())) return answer;
    this.figures.untold++;
    throw new ApiError(
      "UNAVAILABLE",
      `Cannot tell whether ${what} is online: Frontlas has just started, or lost its store, and gateways still tell it what they have; ask again in a second`,
    );
  }

  #keepEdge(key: string, record: EdgeRecord | undefined): void {
    if (record === undefined) this.#edges.forget(key);
    else this.#edges.keep(key, record, this.#now());
  }

  async #ask<T>(
    key: string | undefined,
    ask: () => Promise<T>,
    last: () => Kept<T> | undefined,
  ): Promise<Answer<T>> {
    // One that is down is not asked: it would take its time to say nothing.
    if (this.#store.state === "up") {
      try {
        return { value: await this.#shared(key, ask), ageMs: undefined };
      } catch (error) {
        if (!(error instanceof StoreUnavailableError)) throw error;
      }
    }
    const kept = last();
    if (kept === undefined) {
      this.figures.missing++;
      throw unavailable();
    }
    this.figures.stale++;
    return { value: kept.value, ageMs: this.#now() - kept.at };
  }

  /** Pages are kept by nobody: what lies between two of them changes. */
  async #page<T>(ask: () => Promise<T>): Promise<T> {
    if (this.#store.state === "up") {
      try {
        this.figures.asked++;
        return await ask();
      } catch (error) {
        if (!(error instanceof StoreUnavailableError)) throw error;
      }
    }
    this.figures.missing++;
    throw unavailable();
  }

  /** Asks, unless somebody is asking the same; what has no key is asked by each. */
  #shared<T>(key: string | undefined, ask: () => Promise<T>): Promise<T> {
    if (key === undefined) {
      this.figures.asked++;
      return ask();
    }
    const asking = this.#asking.get(key) as Promise<T> | undefined;
    if (asking !== undefined) {
      this.figures.shared++;
      return asking;
    }
    this.figures.asked++;
    const asked = ask().finally(() => this.#asking.delete(key));
    this.#asking.set(key, asked);
    return asked;
  }
}

/**
 * @param frontiers Gateways.
 * @returns What is connected to all of them together.
 */
export function totalOf(
  frontiers: Iterable<FrontierRecord>,
): { edges: number; services: number } {
  let edges = 0;
  let services = 0;
  for (const frontier of frontiers) {
    edges += frontier.edges;
    services += frontier.services;
  }
  return { edges, services };
}

/** @returns What callers are told while the store does not answer. */
export function unavailable(): ApiError {
  return new ApiError(
    "UNAVAILABLE",
    "Cannot answer: the store does not, and what it said of this last is not kept; try again later. Gateways serve their edges meanwhile",
  );
}
