/**
 * What the control plane asks about who is connected.
 *
 * @module
 */

/** A connected edge, as it is listed. */
export interface EdgeRow {
  /** Its id. */
  readonly id: bigint;
  /** What it said of itself, as text: bytes that are not UTF-8 are replaced. */
  readonly meta: string;
  /** Where it connected from, as `host:port`. */
  readonly addr: string;
  /** When it connected, in Unix milliseconds. */
  readonly createdMs: number;
}

/** A connected service, as it is listed. */
export interface ServiceRow {
  /** Its id. */
  readonly id: bigint;
  /** Its name. */
  readonly service: string;
  /** Where it connected from, as `host:port`. */
  readonly addr: string;
  /** When it connected, in Unix milliseconds. */
  readonly createdMs: number;
}

/** One page of a list. */
export interface Page<T> {
  /** What is on the page. */
  readonly rows: readonly T[];
  /** How many there are on all pages; -1 where the backend does not count. */
  readonly count: number;
}

/**
 * What all lists have in common. What is absent does not restrict; a list may
 * be restricted in several ways at once.
 */
export interface ListQuery {
  /**
   * Which page, from 1.
   *
   * @default 1
   */
  readonly page?: number;
  /**
   * Rows of a page. If this or `page` is less than 1, it is page 1 of 10 rows.
   *
   * @default 10
   */
  readonly pageSize?: number;
  /** Only what came at this Unix second or later; ignored unless `endTime` is there and neither is 0. */
  readonly startTime?: number;
  /** Only what came before this Unix second; ignored unless `startTime` is there and neither is 0. */
  readonly endTime?: number;
  /**
   * A field of the list, after `-` for descending or `+` for ascending order.
   * Without a sign edges come in descending order, all others in ascending.
   * Text is ordered without regard to the case of ASCII letters.
   *
   * @default "-create_time"
   */
  readonly order?: string;
}

/** Which edges; ordered by `edge_id`, `meta`, `addr` or `create_time`. */
export interface EdgeQuery extends ListQuery {
  /** The one with this id. */
  readonly edgeId?: bigint;
  /** Those whose meta begins so. */
  readonly meta?: string;
  /** Those whose meta contains this. */
  readonly metaContains?: string;
  /** Those whose address begins so. */
  readonly addr?: string;
  /** Those that have registered this method. */
  readonly rpc?: string;
  /** Those that connected at this Unix second or later; unlike `startTime` it needs no end. */
  readonly connectedSince?: number;
}

/** Which services; ordered by `service_id`, `service`, `addr` or `create_time`. */
export interface ServiceQuery extends ListQuery {
  /** The one with this id. */
  readonly serviceId?: bigint;
  /** Those whose name begins so. */
  readonly service?: string;
  /** Those whose address begins so. */
  readonly addr?: string;
  /** Those that have registered this method. */
  readonly rpc?: string;
  /** Those that take this topic. */
  readonly topic?: string;
  /** Those that connected at this Unix second or later; unlike `startTime` it needs no end. */
  readonly connectedSince?: number;
}

/** Whose methods; ordered by `rpc`, `edge_id` or `create_time`. */
export interface EdgeRpcQuery extends ListQuery {
  /** Those of this edge. */
  readonly edgeId?: bigint;
  /** Those of edges whose meta contains this. */
  readonly meta?: string;
}

/** Whose methods or topics; ordered by `rpc` (`topic`), `service_id` or `create_time`. */
export interface ServiceNameQuery extends ListQuery {
  /** Those of this service. */
  readonly serviceId?: bigint;
  /** Those of services whose name contains this. */
  readonly service?: string;
}

/**
 * Everybody who is connected, to be listed and looked up. It knows what the
 * directory knew when it was asked. All work for an answer is done in slices
 * between the turns of the event loop, and all that is asked at a time shares
 * them: routing goes on meanwhile, whatever is asked.
 *
 * A list of methods or topics has each name once, at the place of its newest
 * owner in descending order, of its oldest in ascending.
 */
export interface Store extends Disposable {
  /**
   * @param query Which edges.
   * @returns One page of them.
   * @throws {QueryError} If they cannot be ordered so.
   */
  edges(query?: EdgeQuery): Promise<Page<EdgeRow>>;
  /**
   * @param query Which services.
   * @returns One page of them.
   * @throws {QueryError} If they cannot be ordered so.
   */
  services(query?: ServiceQuery): Promise<Page<ServiceRow>>;
  /**
   * @param query Whose methods.
   * @returns One page of the methods that edges have registered.
   * @throws {QueryError} If they cannot be ordered so.
   */
  edgeRpcs(query?: EdgeRpcQuery): Promise<Page<string>>;
  /**
   * @param query Whose methods.
   * @returns One page of the methods that services have registered.
   * @throws {QueryError} If they cannot be ordered so.
   */
  serviceRpcs(query?: ServiceNameQuery): Promise<Page<string>>;
  /**
   * @param query Whose topics.
   * @returns One page of the topics that services take.
   * @throws {QueryError} If they cannot be ordered so.
   */
  serviceTopics(query?: ServiceNameQuery): Promise<Page<string>>;
  /**
   * @param id Any number; 0 is nobody.
   * @returns The edge, if it is connected.
   */
  edge(id: bigint): Promise<EdgeRow | undefined>;
  /**
   * @param id Any number; 0 is nobody.
   * @returns The service, if it is connected.
   */
  service(id: bigint): Promise<ServiceRow | undefined>;
  /** @returns How many are connected, in every backend. */
  counts(): Promise<StoreCounts>;
  /** Forgets everything; what is under way fails, as does what is asked later. */
  close(): void;
}

/** How many there are. */
export interface StoreCounts {
  /** Edges connected. */
  readonly edges: number;
  /** Services connected. */
  readonly services: number;
}

/** A query that cannot be answered as it is; the message says what is wrong. */
export class QueryError extends Error {
  /** @inheritdoc */
  override readonly name = "QueryError";
}
