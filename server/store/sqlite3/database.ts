/**
 * A database and its statements.
 *
 * @module
 */

import { DatabaseSync, type StatementSync } from "node:sqlite";
import type { Logger } from "@frontier/platform/log";

/** What a statement is given. */
export type Value = number | bigint | string | Uint8Array<ArrayBuffer>;
/** What a statement finds. */
export type Found = Record<string, unknown>;

/** Statements kept; filters and orders make fewer. */
const MOST_STATEMENTS = 512;

/**
 * A database in memory. Every statement is prepared once; numbers without a
 * fraction are read as `bigint`.
 */
export class Database {
  readonly #db: DatabaseSync = new DatabaseSync(":memory:");
  readonly #statements: Map<string, StatementSync> = new Map();
  readonly #log: Logger | undefined;

  /**
   * @param log Where every statement is reported, without what it is given; absent where none is.
   */
  constructor(log: Logger | undefined) {
    this.#log = log;
  }

  /**
   * @param sql Statements without values.
   */
  execute(sql: string): void {
    this.#traced(sql, () => this.#db.exec(sql));
  }

  /**
   * @param sql A statement that changes something.
   * @param values One for every question mark in it.
   * @returns How many rows it changed.
   */
  run(sql: string, ...values: Value[]): number {
    return this.#traced(
      sql,
      () => Number(this.#statement(sql).run(...values).changes),
    );
  }

  /**
   * @param sql A statement that finds something.
   * @param values One for every question mark in it.
   * @returns The rows.
   */
  all(sql: string, ...values: Value[]): Found[] {
    return this.#traced(sql, () => this.#statement(sql).all(...values));
  }

  /**
   * @param sql A statement that finds something.
   * @param values One for every question mark in it.
   * @returns The first row.
   */
  first(sql: string, ...values: Value[]): Found | undefined {
    return this.#traced(sql, () => this.#statement(sql).get(...values));
  }

  /**
   * @param name The name of a function for statements.
   * @param answer What statements get for two whole numbers.
   */
  define(name: string, answer: (a: bigint, b: bigint) => boolean): void {
    this.#db.function(
      name,
      { useBigIntArguments: true },
      (a, b) => answer(a as bigint, b as bigint) ? 1 : 0,
    );
  }

  /** Forgets everything. */
  close(): void {
    this.#statements.clear();
    this.#db.close();
  }

  #statement(sql: string): StatementSync {
    let statement = this.#statements.get(sql);
    if (statement === undefined) {
      if (this.#statements.size >= MOST_STATEMENTS) this.#statements.clear();
      statement = this.#db.prepare(sql);
      statement.setReadBigInts(true);
      this.#statements.set(sql, statement);
    }
    return statement;
  }

  #traced<T>(sql: string, run: () => T): T {
    const log = this.#log;
    if (log === undefined) return run();
    const began = performance.now();
    try {
      return run();
    } finally {
      const ms = Math.round((performance.now() - began) * 1000) / 1000;
      log.info("SQL", { sql, ms });
    }
  }
}
