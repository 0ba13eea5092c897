/**
 * A store without a server.
 *
 * @module
 */

export { MemoryStore, type MemoryStoreOptions } from "./memory_store.ts";
