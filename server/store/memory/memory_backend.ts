/**
 * The store in memory.
 *
 * @module
 */

import type { Backend, EdgeFacts, NameKind } from "../backend.ts";
import {
  EDGE_FIELDS,
  EDGE_RPC_FIELDS,
  RPC_FIELDS,
  SERVICE_FIELDS,
  TOPIC_FIELDS,
} from "../fields.ts";
import { Names } from "../names.ts";
import { type Range, readQuery } from "../query.ts";
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
import { compareText, HEAD, startOf } from "../text.ts";
import type { Work } from "../turns.ts";
import {
  type NameTimes,
  type PeerRow,
  StoredEdge,
  StoredService,
} from "./rows.ts";
import { type Mark, type ViewField, Views } from "./views.ts";

/** Rows looked at without a pause. */
const PIECE = 128;
/** Rows that are looked at and sorted at once where an index finds all that can match. */
const FEW = 1_024;
/** What stands for a number that was not counted. */
const NOT_COUNTED = -1;

/** Tests a row; absent where all rows pass. */
type Test<T> = ((row: T) => boolean) | undefined;

/**
 * Keeps the rows in memory, in every order. A query goes through them in the
 * order it wants until its page is full; it does not count those that follow.
 */
export class MemoryBackend implements Backend {
  #edges: Views<StoredEdge> = new Views();
  #services: Views<StoredService> = new Views();

  /** @inheritdoc */
  begin(): void {}

  /** @inheritdoc */
  commit(): void {}

  /** @inheritdoc */
  addEdge(edge: EdgeFacts): void {
    this.#edges.add(new StoredEdge(edge));
  }

  /** @inheritdoc */
  removeEdge(id: bigint): void {
    this.#edges.delete(id);
  }

  /** @inheritdoc */
  addEdgeRpc(id: bigint, rpc: string, createdMs: number): void {
    const row = this.#edges.get(id);
    if (row !== undefined) addName(row.rpcs ??= new Map(), rpc, createdMs);
  }

  /** @inheritdoc */
  addService(service: ServiceRow): void {
    this.#services.add(new StoredService(service));
  }

  /** @inheritdoc */
  removeService(id: bigint): void {
    this.#services.delete(id);
  }

  /** @inheritdoc */
  addServiceName(
    id: bigint,
    kind: NameKind,
    name: string,
    createdMs: number,
  ): void {
    const row = this.#services.get(id);
    if (row === undefined) return;
    const names = kind === "rpc"
      ? row.rpcs ??= new Map()
      : row.topics ??= new Map();
    addName(names, name, createdMs);
  }

  /** @inheritdoc */
  *edges(query: EdgeQuery): Work<Page<EdgeRow>> {
    const range = readQuery(
      query,
      "edges",
      EDGE_FIELDS,
      true,
      query.connectedSince,
    );
    const { meta = "", metaContains = "", addr = "", rpc } = query;
    const test = all<StoredEdge>(
      within(range),
      startsWith(meta),
      metaContains === "" ? undefined : (row) => contains(row, metaContains),
      addr === "" ? undefined : (row) => row.addr.startsWith(addr),
      rpc === undefined ? undefined : (row) => row.rpcs?.has(rpc) === true,
    );
    const by = range.order.by === "edge_id"
      ? "id"
      : range.order.by === "meta"
      ? "text"
      : range.order.by;
    const found = yield* page(this.#edges, {
      range,
      by,
      test,
      id: query.edgeId,
      parts: [...beginning("text", meta), ...beginning("addr", addr)],
    });
    const rows: EdgeRow[] = [];
    for (const row of found) {
      rows.push(row.row());
      if (rows.length % PIECE === 0 || row.head.length === HEAD) yield;
    }
    return { rows, count: NOT_COUNTED };
  }

  /** @inheritdoc */
  *services(query: ServiceQuery): Work<Page<ServiceRow>> {
    const range = readQuery(
      query,
      "services",
      SERVICE_FIELDS,
      false,
      query.connectedSince,
    );
    const { service = "", addr = "", rpc, topic } = query;
    const test = all<StoredService>(
      within(range),
      startsWith(service),
      addr === "" ? undefined : (row) => row.addr.startsWith(addr),
      rpc === undefined ? undefined : (row) => row.rpcs?.has(rpc) === true,
      topic === undefined
        ? undefined
        : (row) => row.topics?.has(topic) === true,
    );
    const by = range.order.by === "service_id"
      ? "id"
      : range.order.by === "service"
      ? "text"
      : range.order.by;
    const rows = yield* page(this.#services, {
      range,
      by,
      test,
      id: query.serviceId,
      parts: [...beginning("text", service), ...beginning("addr", addr)],
    });
    return { rows: rows.map((row) => row.row()), count: NOT_COUNTED };
  }

  /** @inheritdoc */
  edgeRpcs(query: EdgeRpcQuery): Work<Page<string>> {
    const range = readQuery(
      query,
      "methods of edges",
      EDGE_RPC_FIELDS,
      false,
    );
    const of = ({ rpcs }: StoredEdge) => rpcs;
    return names(this.#edges, of, range, query.edgeId, query.meta);
  }

  /** @inheritdoc */
  serviceNames(kind: NameKind, query: ServiceNameQuery): Work<Page<string>> {
    const range = kind === "rpc"
      ? readQuery(query, "methods of services", RPC_FIELDS, false)
      : readQuery(query, "topics", TOPIC_FIELDS, false);
    const of = (row: StoredService) => kind === "rpc" ? row.rpcs : row.topics;
    return names(this.#services, of, range, query.serviceId, query.service);
  }

  /** @inheritdoc */
  edge(id: bigint): EdgeRow | undefined {
    return this.#edges.get(id)?.row();
  }

  /** @inheritdoc */
  service(id: bigint): ServiceRow | undefined {
    return this.#services.get(id)?.row();
  }

  /** @inheritdoc */
  counts(): StoreCounts {
    return { edges: this.#edges.size, services: this.#services.size };
  }

  /** @inheritdoc */
  close(): void {
    this.#edges = new Views();
    this.#services = new Views();
  }
}

function addName(names: NameTimes, name: string, createdMs: number): void {
  if (!names.has(name)) names.set(name, createdMs);
}

/** A part of a view that has all rows which can match. */
interface Part {
  readonly by: ViewField;
  /** Where it begins. */
  readonly from: Mark;
  /** Whether a row is in it. */
  readonly holds: (row: PeerRow) => boolean;
}

/** Which rows a page is about. */
interface Selection<T> {
  readonly range: Range<string>;
  readonly by: ViewField;
  readonly test: Test<T>;
  /** The only row, if only one can match. */
  readonly id: bigint | undefined;
  readonly parts: readonly Part[];
}

/** One page of the rows that pass a test. */
function* page<T extends PeerRow>(
  views: Views<T>,
  selection: Selection<T>,
): Work<T[]> {
  const { range, by, test, id } = selection;
  const { take, order: { descending }, fromMs, untilMs } = range;
  let { skip } = range;
  const few = id === undefined
    ? fewOf(views, selection)
    : [views.get(id)].filter((row) => row !== undefined);
  if (few !== undefined) {
    const rows: T[] = [];
    for (const row of few) {
      if (test === undefined || test(row)) rows.push(row);
      if (row.head.length === HEAD) yield;
    }
    views.sort(rows, { by, descending });
    return rows.slice(skip, skip + take);
  }
  const byTime = by === "create_time";
  const begin = descending ? untilMs : fromMs;
  const walk = views.walk(
    { by, descending },
    byTime && isFinite(begin) ? { id: BEFORE, createdMs: begin } : undefined,
  );
  if (test === undefined) {
    walk.skip(skip);
    skip = 0;
  }
  const rows: T[] = [];
  for (let n = 1; rows.length < take; n++) {
    const row = walk.next();
    if (row === undefined) break;
    const { createdMs } = row;
    if (byTime && (descending ? createdMs < fromMs : createdMs >= untilMs)) {
      break;
    }
    if (test === undefined || test(row)) {
      if (skip > 0) skip--;
      else rows.push(row);
    }
    if (n % PIECE === 0 || row.head.length === HEAD) yield;
  }
  return rows;
}

/** All rows that can match, if a view finds them to be few. */
function fewOf<T extends PeerRow>(
  views: Views<T>,
  { range: { fromMs, untilMs }, by, parts }: Selection<T>,
): T[] | undefined {
  const ofTime: Part = {
    by: "create_time",
    from: { id: BEFORE, createdMs: fromMs },
    holds: ({ createdMs }) => createdMs < untilMs,
  };
  const timed = fromMs > -Infinity && by !== "create_time";
  for (const part of timed ? [...parts, ofTime] : parts) {
    const walk = views.walk({ by: part.by, descending: false }, part.from);
    const rows: T[] = [];
    for (let row = walk.next(); rows.length <= FEW; row = walk.next()) {
      if (row === undefined || !part.holds(row)) return rows;
      rows.push(row);
    }
  }
  return undefined;
}

/** Less than every id. */
const BEFORE = -1n;

/** Where texts are that begin so. */
function beginning(by: "text" | "addr", text: string): Part[] {
  if (text === "") return [];
  const start = by === "text" ? startOf(text) : text;
  return [{
    by,
    from: { id: BEFORE, head: start, addr: start },
    holds: ({ head, addr }) => {
      const own = by === "text" ? head : addr;
      return compareText(own.slice(0, start.length), start) === 0;
    },
  }];
}

/** One page of the names of rows. */
function* names<T extends PeerRow>(
  views: Views<T>,
  of: (row: T) => NameTimes | undefined,
  range: Range<string>,
  id: bigint | undefined,
  text = "",
): Work<Page<string>> {
  const { order, fromMs, untilMs } = range;
  const found = new Names(order.descending);
  const byTime = order.by === "create_time";
  const byName = order.by === "rpc" || order.by === "topic";
  const walk = views.walk({ by: "id", descending: false });
  const one = id === undefined ? undefined : views.get(id);
  let seen = 0;
  for (
    let row = id === undefined ? walk.next() : one;
    row !== undefined;
    row = id === undefined ? walk.next() : undefined
  ) {
    if (++seen % PIECE === 0) yield;
    const times = of(row);
    if (times === undefined) continue;
    if (text !== "") {
      if (row.head.length === HEAD) yield;
      if (!contains(row, text)) continue;
    }
    for (const [name, createdMs] of times) {
      if (++seen % PIECE === 0) yield;
      if (createdMs < fromMs || createdMs >= untilMs) continue;
      found.add(name, byName ? 0 : byTime ? createdMs : row.id);
    }
  }
  return { rows: yield* found.page(range), count: NOT_COUNTED };
}

function all<T>(...tests: Test<T>[]): Test<T> {
  const given = tests.filter((test) => test !== undefined);
  if (given.length === 0) return undefined;
  return (row) => given.every((test) => test(row));
}

function within({ fromMs, untilMs }: Range<string>): Test<PeerRow> {
  if (fromMs === -Infinity && untilMs === Infinity) return undefined;
  return ({ createdMs }) => createdMs >= fromMs && createdMs < untilMs;
}

function startsWith(text: string): Test<PeerRow> {
  if (text === "") return undefined;
  // The end of the head may be half of a character.
  if (text.length < HEAD) return ({ head }) => head.startsWith(text);
  return (row) => row.text().startsWith(text);
}

function contains(row: PeerRow, text: string): boolean {
  return row.text().includes(text);
}
