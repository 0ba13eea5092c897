/**
 * The edges that a service publishes, by name.
 *
 * @module
 */

import type { Service } from "@frontier/client";
import { KnownEdges } from "../known_edges.ts";

const decoder = new TextDecoder();

/** Knows who is online under which name. */
export class PublishedEdges {
  readonly #ids = new Map<string, bigint>();
  readonly #print: (line: string) => void;

  /** @param print Shows who comes and goes. */
  constructor(print: (line: string) => void) {
    this.#print = print;
  }

  /** The names, sorted. */
  get names(): string[] {
    return [...this.#ids.keys()].sort();
  }

  /**
   * Finds an edge.
   *
   * @param name Its name or its id in decimal.
   * @returns Its id; `undefined` when there is none of that name.
   */
  find(name: string): bigint | undefined {
    const id = this.#ids.get(name);
    if (id !== undefined) return id;
    return /^\d{1,20}$/.test(name)
      ? BigInt.asUintN(64, BigInt(name))
      : undefined;
  }

  /**
   * Hears of edges from now on. Of two with one name the newer is published.
   *
   * @param service The service that is told.
   */
  async follow(service: Service): Promise<void> {
    const known = new KnownEdges(service, (id) => this.#forget(id));
    await service.registerEdgeOffline(({ edgeId }) => {
      known.delete(edgeId);
      this.#forget(edgeId);
    });
    await service.registerEdgeOnline(({ edgeId, meta }) => {
      const name = decoder.decode(meta);
      known.add(edgeId);
      this.#ids.set(name, edgeId);
      this.#print(`> online, name: ${name}`);
    });
  }
  #forget(edgeId: bigint): void {
    for (const [name, id] of this.#ids) {
      if (id !== edgeId) continue;
      this.#ids.delete(name);
      this.#print(`> offline, name: ${name}`);
    }
  }
}
