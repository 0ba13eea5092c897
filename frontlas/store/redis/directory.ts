/**
 * Which gateways there are.
 *
 * @module
 */

import type { FrontierRecord } from "../presence_store.ts";
import { command } from "./command.ts";
import type { Context } from "./context.ts";
import { type Owner, readOwners } from "./owners.ts";

/** Keys that one step of the search looks at: less than a millisecond of Redis. */
const PER_STEP = 1_000;
/** Up to here the whole search is made whenever gateways are listed. */
const SMALL = 20_000;
/** Milliseconds between two searches, at least. */
const PAUSE_MS = 10_000;
/** A search may take this part of the time. */
const SHARE = 0.05;

/**
 * Knows the gateways. Those that have registered with us are in a list; those
 * of a Go directory beside us are only found by their keys. In a small Redis
 * they are searched with every list; in a large one the search is made now and
 * then, in the background, never more than a twentieth of the time.
 */
export class Directory {
  readonly #context: Context;
  #found: ReadonlySet<string> = new Set();
  #searching: Promise<void> | undefined = undefined;
  #behind: Promise<void> | undefined = undefined;
  #next = 0;
  #stopped = false;

  /**
   * @param context What it works with.
   */
  constructor(context: Context) {
    this.#context = context;
  }

  /** All gateways that are alive, in the order of their ids. */
  async alive(): Promise<Owner[]> {
    const [registered] = await Promise.all([this.registered(), this.#search()]);
    const owners = await readOwners(this.#context, [
      ...registered,
      ...this.#found,
    ]);
    return [...owners.values()].sort(byId);
  }

  /** Gateways that have registered with us, dead ones included. */
  async registered(): Promise<string[]> {
    const { gateways } = this.#context.names;
    return await this.#context.read(
      command(gateways, "SMEMBERS", gateways),
    ) as string[] | null ?? [];
  }

  /** Ends the search. */
  async close(): Promise<void> {
    this.#stopped = true;
    await this.#searching?.catch(() => {});
    await this.#behind;
  }

  /** No Go directory can work in a cluster. */
  async #search(): Promise<void> {
    if (this.#context.cluster) return;
    if (performance.now() < this.#next) return;
    this.#searching ??= this.#once().finally(() => this.#searching = undefined);
    await this.#searching;
  }

  /** Searches in front of the caller where that is quick, else behind his back. */
  async #once(): Promise<void> {
    const { frontiers } = this.#context.names;
    const size = await this.#context.one(command(frontiers, "DBSIZE"));
    if (Number(size) <= SMALL) return await this.#scan();
    const began = performance.now();
    this.#next = Infinity;
    this.#behind = this.#scan().catch(() => {}).then(() => {
      const took = performance.now() - began;
      this.#next = performance.now() + Math.max(PAUSE_MS, took / SHARE);
    });
  }

  async #scan(): Promise<void> {
    const { names } = this.#context;
    const found = new Set<string>();
    let cursor = "0";
    do {
      const [next, keys] = await this.#context.one(command(
        names.frontiers,
        "SCAN",
        cursor,
        "MATCH",
        `${names.frontiers}*`,
        "COUNT",
        PER_STEP,
      )) as [string, string[]];
      for (const key of keys) found.add(names.idOf(key, names.frontiers));
      cursor = next;
    } while (cursor !== "0" && !this.#stopped);
    this.#found = found;
  }
}

/** What the list says of a gateway. */
export function recordOf(
  { frontierId, serviceAddr, edgeAddr, edges, services }: Owner,
): FrontierRecord {
  return { frontierId, serviceAddr, edgeAddr, edges, services };
}

function byId(a: Owner, b: Owner): number {
  return a.frontierId < b.frontierId ? -1 : a.frontierId > b.frontierId ? 1 : 0;
}
