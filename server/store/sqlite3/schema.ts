/**
 * The tables.
 *
 * @module
 */

/** What an id is shifted by: a column has numbers with a sign, and is to be in the order of the ids. */
const SHIFT = 1n << 63n;

/**
 * @param id An id, without a sign.
 * @returns The number in its column.
 */
export function toColumn(id: bigint): bigint {
  return id - SHIFT;
}

/**
 * @param column The number in a column.
 * @returns The id.
 */
export function fromColumn(column: bigint): bigint {
  return column + SHIFT;
}

/**
 * Makes the tables. Tables without a row id of their own have the id behind
 * every key of an index, so that a pair of both is found in it.
 *
 * - What peers say is kept as the bytes of its text: functions for texts end at
 *   a NUL and take letters of either case for the same.
 * - `meta` of an edge is empty where `large` is 1: such metas stay where they are.
 * - `meta_key` and `service_key` decide the place of a row: the beginning of the
 *   text, with small ASCII letters.
 */
export const SCHEMA = `
PRAGMA journal_mode = OFF;
PRAGMA synchronous = OFF;
CREATE TABLE edges (
  edge_id INTEGER PRIMARY KEY,
  meta BLOB NOT NULL,
  large INTEGER NOT NULL,
  meta_key BLOB NOT NULL,
  addr TEXT NOT NULL COLLATE NOCASE,
  create_time INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX edges_meta ON edges (meta_key, edge_id);
CREATE INDEX edges_addr ON edges (addr, edge_id);
CREATE INDEX edges_create_time ON edges (create_time, edge_id);
CREATE TABLE edge_rpcs (
  edge_id INTEGER NOT NULL,
  rpc BLOB NOT NULL,
  create_time INTEGER NOT NULL,
  PRIMARY KEY (edge_id, rpc)
) WITHOUT ROWID;
CREATE TABLE services (
  service_id INTEGER PRIMARY KEY,
  service BLOB NOT NULL,
  service_key BLOB NOT NULL,
  addr TEXT NOT NULL COLLATE NOCASE,
  create_time INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX services_service ON services (service_key, service_id);
CREATE INDEX services_addr ON services (addr, service_id);
CREATE INDEX services_create_time ON services (create_time, service_id);
CREATE TABLE service_rpcs (
  service_id INTEGER NOT NULL,
  rpc BLOB NOT NULL,
  create_time INTEGER NOT NULL,
  PRIMARY KEY (service_id, rpc)
) WITHOUT ROWID;
CREATE TABLE service_topics (
  service_id INTEGER NOT NULL,
  topic BLOB NOT NULL,
  create_time INTEGER NOT NULL,
  PRIMARY KEY (service_id, topic)
) WITHOUT ROWID;
`;
