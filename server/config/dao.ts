/**
 * Where the control plane keeps what it lists.
 *
 * @module
 */

/** A kind of store: rows in memory, or a database in memory. */
export type StoreKind = "buntdb" | "sqlite" | "sqlite3";

/** All kinds there are. */
export const BACKENDS: readonly StoreKind[] = ["buntdb", "sqlite", "sqlite3"];

/** The store behind the control plane; nothing of it outlives the process. */
export interface DaoConfig {
  /**
   * Its kind: `buntdb` keeps rows, both others a database.
   *
   * @default {"buntdb"}
   */
  readonly backend: StoreKind;
  /**
   * Whether every statement of the database is logged.
   *
   * @default {false}
   */
  readonly debug: boolean;
}
