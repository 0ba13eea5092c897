/**
 * Metas that are not in the database.
 *
 * @module
 */

import { textOf } from "../text.ts";
import type { Work } from "../turns.ts";
import { type Condition, when } from "./condition.ts";
import type { Database } from "./database.ts";
import { toColumn } from "./schema.ts";

/** Bytes of a meta above which it is not copied into the database. */
const LARGE = 4_096;

/**
 * Keeps large metas as the bytes of their connections. A statement over rows
 * with a megabyte each would take too long; so before it begins, large metas
 * are tested one after the other, and it asks for the outcome.
 */
export class LargeMetas {
  readonly #metas: Map<bigint, Uint8Array> = new Map();
  readonly #matches: Map<bigint, Set<bigint>> = new Map();
  #queries = 0n;

  /**
   * @param db The database; it gets a function that tells the outcome.
   */
  constructor(db: Database) {
    db.define(
      "large_matches",
      (query, id) => this.#matches.get(query)?.has(id) === true,
    );
  }

  /**
   * @param id The id of an edge.
   * @param meta What it said of itself; small ones are not kept here.
   * @returns Whether it is large, and kept here from now on.
   */
  keep(id: bigint, meta: Uint8Array | undefined): boolean {
    if (meta === undefined || meta.length <= LARGE) return false;
    this.#metas.set(id, meta);
    return true;
  }

  /**
   * @param id The id of an edge that has gone.
   */
  delete(id: bigint): void {
    this.#metas.delete(id);
  }

  /**
   * @param id The id of an edge with a large meta.
   * @returns The meta as text.
   */
  get(id: bigint): string {
    return textOf(this.#metas.get(id));
  }

  /**
   * Does something with a condition for metas, small and large.
   *
   * @param small What holds for a small one.
   * @param test Tests a large one.
   * @param use Is given the condition for all.
   * @returns What `use` returned.
   */
  *match<T>(
    small: Condition,
    test: (meta: string) => boolean,
    use: (condition: Condition) => Work<T>,
  ): Work<T> {
    if (this.#metas.size === 0) return yield* use(small);
    const query = ++this.#queries;
    const matches = new Set<bigint>();
    this.#matches.set(query, matches);
    try {
      for (const [id, meta] of this.#metas) {
        if (test(textOf(meta))) matches.add(toColumn(id));
        yield;
      }
      const sql =
        `CASE large WHEN 0 THEN ${small.sql} ELSE large_matches(?, edge_id) END`;
      return yield* use(when(sql, ...small.values, query));
    } finally {
      this.#matches.delete(query);
    }
  }
}
