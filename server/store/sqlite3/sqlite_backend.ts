/**
 * The store in a database.
 *
 * @module
 */

import type { Logger } from "@frontier/platform/log";
import type { Backend, EdgeFacts, NameKind } from "../backend.ts";
import {
  EDGE_FIELDS,
  EDGE_RPC_FIELDS,
  RPC_FIELDS,
  SERVICE_FIELDS,
  TOPIC_FIELDS,
} from "../fields.ts";
import { type Order, type Range, readQuery } from "../query.ts";
import type {
  EdgeQuery,
  EdgeRow,
  EdgeRpcQuery,
  Page,
  ServiceNameQuery,
  ServiceQuery,
  ServiceRow,
  StoreCounts,
} from "../store.ts";
import { bytesOf, headOf, sortKey, startOf, textOf } from "../text.ts";
import type { Work } from "../turns.ts";
import {
  all,
  type Condition,
  contains,
  startsWith,
  when,
  within,
} from "./condition.ts";
import { Database, type Found } from "./database.ts";
import { LargeMetas } from "./large_metas.ts";
import { namesOf, pageOf, type PageOrder, type Part } from "./page.ts";
import { SLICE } from "./slices.ts";
import { fromColumn, SCHEMA, toColumn } from "./schema.ts";

const NOTHING = new Uint8Array(0);
/** Above every byte of a text. */
const TOP = new Uint8Array([0xff]);

/**
 * Keeps the rows in a database of SQLite, in memory. Every statement looks at
 * few hundred rows, so that a query can pause between two of them; it counts
 * all rows that it is about.
 */
export class SqliteBackend implements Backend {
  readonly #db: Database;
  readonly #large: LargeMetas;
  /** Rows of edges; to count them anew takes a walk through all. */
  #edges = 0;
  #services = 0;
  /** Whether an edge has ever registered a method; most never do. */
  #edgesHaveRpcs = false;

  /**
   * @param log Where statements are reported; absent where they are not.
   */
  constructor(log: Logger | undefined) {
    this.#db = new Database(log);
    this.#db.execute(SCHEMA);
    this.#large = new LargeMetas(this.#db);
  }

  /** @inheritdoc */
  begin(): void {
    this.#db.execute("BEGIN");
  }

  /** @inheritdoc */
  commit(): void {
    this.#db.execute("COMMIT");
  }

  /** @inheritdoc */
  addEdge({ id, meta, addr, createdMs }: EdgeFacts): void {
    const large = this.#large.keep(id, meta);
    const text = textOf(large ? meta!.subarray(0, 1024) : meta);
    this.#db.run(
      "INSERT INTO edges (edge_id, meta, large, meta_key, addr, create_time) VALUES (?, ?, ?, ?, ?, ?)",
      toColumn(id),
      large ? NOTHING : bytesOf(text),
      large ? 1 : 0,
      sortKey(headOf(text)),
      addr,
      createdMs,
    );
    this.#edges++;
  }

  /** @inheritdoc */
  removeEdge(id: bigint): void {
    this.#large.delete(id);
    const sql = "DELETE FROM edges WHERE edge_id = ?";
    this.#edges -= this.#db.run(sql, toColumn(id));
    if (!this.#edgesHaveRpcs) return;
    this.#db.run("DELETE FROM edge_rpcs WHERE edge_id = ?", toColumn(id));
  }

  /** @inheritdoc */
  addEdgeRpc(id: bigint, rpc: string, createdMs: number): void {
    this.#edgesHaveRpcs = true;
    this.#db.run(
      "INSERT OR IGNORE INTO edge_rpcs (edge_id, rpc, create_time) VALUES (?, ?, ?)",
      toColumn(id),
      bytesOf(rpc),
      createdMs,
    );
  }

  /** @inheritdoc */
  addService({ id, service, addr, createdMs }: ServiceRow): void {
    this.#db.run(
      "INSERT INTO services (service_id, service, service_key, addr, create_time) VALUES (?, ?, ?, ?, ?)",
      toColumn(id),
      bytesOf(service),
      sortKey(headOf(service)),
      addr,
      createdMs,
    );
    this.#services++;
  }

  /** @inheritdoc */
  removeService(id: bigint): void {
    const remove = (table: string) =>
      this.#db.run(`DELETE FROM ${table} WHERE service_id = ?`, toColumn(id));
    this.#services -= remove("services");
    remove("service_rpcs");
    remove("service_topics");
  }

  /** @inheritdoc */
  addServiceName(
    id: bigint,
    kind: NameKind,
    name: string,
    createdMs: number,
  ): void {
    this.#db.run(
      `INSERT OR IGNORE INTO service_${kind}s (service_id, ${kind}, create_time) VALUES (?, ?, ?)`,
      toColumn(id),
      bytesOf(name),
      createdMs,
    );
  }

  /** @inheritdoc */
  *edges(query: EdgeQuery): Work<Page<EdgeRow>> {
    const { edgeId, meta = "", metaContains = "", addr = "", rpc } = query;
    const range = readQuery(
      query,
      "edges",
      EDGE_FIELDS,
      true,
      query.connectedSince,
    );
    const db = this.#db;
    const filters = [
      ...within(range),
      ...(edgeId === undefined ? [] : [idIs("edge_id", edgeId)]),
      ...(addr === "" ? [] : [startsWith("addr", addr)]),
      ...(rpc === undefined ? [] : [has("edges", "edge", "rpc", rpc)]),
    ];
    const order = orderOf(range.order, "edge_id", { meta: "meta_key" });
    const parts = [
      ...idOf("edge_id", edgeId),
      ...keysOf("meta_key", meta),
      ...addressesOf(addr),
      ...timesOf(range),
    ];
    const find = (more: readonly Condition[]) =>
      pageOf(
        db,
        {
          table: "edges",
          size: this.#edges,
          key: ["edge_id"],
          filters: [...filters, ...more],
          parts,
        },
        order,
        range,
      );
    const ofMeta = [
      ...(meta === "" ? [] : [startsWith("meta", meta)]),
      ...(metaContains === "" ? [] : [contains("meta", metaContains)]),
    ];
    const page = ofMeta.length === 0
      ? yield* find([])
      : yield* this.#large.match(
        all(ofMeta),
        (text) => text.startsWith(meta) && text.includes(metaContains),
        (condition) => find([condition]),
      );
    const rows: EdgeRow[] = [];
    for (const row of page.rows) {
      rows.push(this.#edge(row));
      if (rows.length % SLICE === 0 || row.large !== 0n) yield;
    }
    return { rows, count: page.count };
  }

  /** @inheritdoc */
  *services(query: ServiceQuery): Work<Page<ServiceRow>> {
    const { serviceId, service = "", addr = "", rpc, topic } = query;
    const range = readQuery(
      query,
      "services",
      SERVICE_FIELDS,
      false,
      query.connectedSince,
    );
    const id = idOf("service_id", serviceId);
    const selection = {
      table: "services",
      size: this.#services,
      key: ["service_id"],
      filters: [
        ...within(range),
        ...id,
        ...(service === "" ? [] : [startsWith("service", service)]),
        ...(addr === "" ? [] : [startsWith("addr", addr)]),
        ...(rpc === undefined ? [] : [has("services", "service", "rpc", rpc)]),
        ...(topic === undefined
          ? []
          : [has("services", "service", "topic", topic)]),
      ],
      parts: [
        ...id,
        ...keysOf("service_key", service),
        ...addressesOf(addr),
        ...timesOf(range),
      ],
    };
    const order = orderOf(range.order, "service_id", {
      service: "service_key",
    });
    const { rows, count } = yield* pageOf(this.#db, selection, order, range);
    return { rows: rows.map(serviceOf), count };
  }

  /** @inheritdoc */
  *edgeRpcs(query: EdgeRpcQuery): Work<Page<string>> {
    const { edgeId, meta = "" } = query;
    const range = readQuery(
      query,
      "methods of edges",
      EDGE_RPC_FIELDS,
      false,
    );
    const parts = idOf("edge_id", edgeId);
    const find = (more: readonly Condition[]) =>
      namesOf(
        this.#db,
        {
          table: "edge_rpcs",
          key: ["edge_id", "rpc"],
          filters: [...within(range), ...parts, ...more],
          parts,
        },
        "rpc",
        placeOf(range.order.by, "edge_id"),
        range,
      );
    if (meta === "") return yield* find([]);
    return yield* this.#large.match(
      contains("meta", meta),
      (text) => text.includes(meta),
      ({ sql, values }) =>
        find([when(
          `EXISTS (SELECT 1 FROM edges WHERE edges.edge_id = edge_rpcs.edge_id AND ${sql})`,
          ...values,
        )]),
    );
  }

  /** @inheritdoc */
  serviceNames(kind: NameKind, query: ServiceNameQuery): Work<Page<string>> {
    const { serviceId, service = "" } = query;
    const range = kind === "rpc"
      ? readQuery(query, "methods of services", RPC_FIELDS, false)
      : readQuery(query, "topics", TOPIC_FIELDS, false);
    const table = `service_${kind}s`;
    const parts = idOf("service_id", serviceId);
    const { sql, values } = contains("service", service);
    return namesOf(
      this.#db,
      {
        table,
        key: ["service_id", kind],
        filters: [
          ...within(range),
          ...parts,
          ...(service === "" ? [] : [when(
            `EXISTS (SELECT 1 FROM services WHERE services.service_id = ${table}.service_id AND ${sql})`,
            ...values,
          )]),
        ],
        parts,
      },
      kind,
      placeOf(range.order.by, "service_id"),
      range,
    );
  }

  /** @inheritdoc */
  edge(id: bigint): EdgeRow | undefined {
    const sql = "SELECT * FROM edges WHERE edge_id = ?";
    const row = this.#db.first(sql, toColumn(id));
    return row === undefined ? undefined : this.#edge(row);
  }

  /** @inheritdoc */
  service(id: bigint): ServiceRow | undefined {
    const sql = "SELECT * FROM services WHERE service_id = ?";
    const row = this.#db.first(sql, toColumn(id));
    return row === undefined ? undefined : serviceOf(row);
  }

  /** @inheritdoc */
  counts(): StoreCounts {
    return { edges: this.#edges, services: this.#services };
  }

  /** @inheritdoc */
  close(): void {
    this.#db.close();
  }

  #edge(row: Found): EdgeRow {
    const id = fromColumn(row.edge_id as bigint);
    return {
      id,
      meta: row.large === 0n
        ? textOf(row.meta as Uint8Array)
        : this.#large.get(id),
      addr: row.addr as string,
      createdMs: Number(row.create_time),
    };
  }
}

function serviceOf(row: Found): ServiceRow {
  return {
    id: fromColumn(row.service_id as bigint),
    service: textOf(row.service as Uint8Array),
    addr: row.addr as string,
    createdMs: Number(row.create_time),
  };
}

function idIs(column: string, id: bigint): Condition {
  return when(`${column} = ?`, toColumn(id));
}

/** Whether an edge or a service has a name. */
function has(
  table: string,
  owner: string,
  kind: NameKind,
  name: string,
): Condition {
  const names = `${owner}_${kind}s`;
  const id = `${owner}_id`;
  return when(
    `EXISTS (SELECT 1 FROM ${names} WHERE ${names}.${id} = ${table}.${id} AND ${kind} = ?)`,
    bytesOf(name),
  );
}

/** The row with this id. */
function idOf(column: string, id: bigint | undefined): Part[] {
  return id === undefined ? [] : [{ column, ...idIs(column, id) }];
}

/** Where the keys of texts are that begin so. */
function keysOf(column: string, text: string): Part[] {
  if (text === "") return [];
  const from = sortKey(startOf(text));
  const until = new Uint8Array([...from, ...TOP]);
  const sql = `${column} >= ? AND ${column} < ?`;
  return [{ column, ...when(sql, from, until) }];
}

/** Where addresses are that begin so. */
function addressesOf(text: string): Part[] {
  if (text === "") return [];
  const sql = "addr >= ? AND addr < ?";
  return [{ column: "addr", ...when(sql, text, `${text}\u{10ffff}`) }];
}

/** Where the times of a range are. */
function timesOf(range: Range<string>): Part[] {
  const column = "create_time";
  const times = within(range, column);
  return times.length === 0 ? [] : [{ column, ...all(times) }];
}

/** The index for an order. */
function orderOf(
  { by, descending }: Order<string>,
  id: string,
  keys: Readonly<Record<string, string>>,
): PageOrder {
  return { columns: by === id ? [id] : [keys[by] ?? by, id], descending };
}

function placeOf(by: string, id: string): string {
  return by === "create_time" || by === id ? by : "0";
}
