/**
 * Opens the store that is configured.
 *
 * @module
 */

import type { Logger } from "@frontier/platform/log";
import type { DaoConfig } from "../config/dao.ts";
import type { Directory } from "../directory/directory.ts";
import type { Backend } from "./backend.ts";
import { DirectoryStore } from "./directory_store.ts";
import type { Store } from "./store.ts";

/** What {@linkcode openStore} needs from outside. */
export interface OpenStoreOptions {
  /** Which backend, and whether it reports what it does. */
  readonly config: DaoConfig;
  /** Who is there. */
  readonly directory: Directory;
  /** The wall clock in Unix milliseconds. */
  readonly wallClock: () => number;
  /** Where to report. */
  readonly log: Logger;
}

/**
 * Opens a store. It knows who is there already, and hears of everybody who
 * comes and goes from now on.
 *
 * @param options What it needs from outside.
 * @returns The store; to be closed.
 */
export async function openStore(options: OpenStoreOptions): Promise<Store> {
  const { config, log } = options;
  const backend = await openBackend(config, log);
  return new DirectoryStore({ ...options, backend, debug: config.debug });
}

/** Only what is used is loaded. */
async function openBackend(
  { backend, debug }: DaoConfig,
  log: Logger,
): Promise<Backend> {
  switch (backend) {
    case "buntdb": {
      const { MemoryBackend } = await import("./memory/memory_backend.ts");
      return new MemoryBackend();
    }
    case "sqlite":
    case "sqlite3": {
      const { SqliteBackend } = await import("./sqlite3/sqlite_backend.ts");
      return new SqliteBackend(debug ? log : undefined);
    }
  }
}
