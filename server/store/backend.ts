/**
 * What keeps the rows of a store.
 *
 * @module
 */

import type {
  EdgeQuery,
  EdgeRow,
  EdgeRpcQuery,
  Page,
  ServiceNameQuery,
  ServiceQuery,
  ServiceRow,
  StoreCounts,
} from "./store.ts";
import type { Work } from "./turns.ts";

/** Which names of a peer: its methods, or the topics it takes. */
export type NameKind = "rpc" | "topic";

/** What a backend is told of an edge. */
export interface EdgeFacts {
  /** Its id. */
  readonly id: bigint;
  /** What it said of itself; the bytes stay as they are. */
  readonly meta: Uint8Array | undefined;
  /** Where it connected from, as `host:port`. */
  readonly addr: string;
  /** When it connected, in Unix milliseconds. */
  readonly createdMs: number;
}

/**
 * Keeps rows and answers queries. Changes take microseconds. Queries are work
 * that yields at least once in a few hundred rows; rows may come and go
 * meanwhile.
 */
export interface Backend {
  /** Begins a batch of changes. */
  begin(): void;
  /** Ends it. */
  commit(): void;
  /**
   * An edge has come; there is none with its id.
   *
   * @param edge What is known of it; a later change is not heard of.
   */
  addEdge(edge: EdgeFacts): void;
  /**
   * An edge has gone.
   *
   * @param id Of one that was added.
   */
  removeEdge(id: bigint): void;
  /**
   * An edge that is there has registered a method, perhaps once more.
   *
   * @param id The edge.
   * @param rpc The method.
   * @param createdMs When, in Unix milliseconds.
   */
  addEdgeRpc(id: bigint, rpc: string, createdMs: number): void;
  /**
   * A service has come; there is none with its id.
   *
   * @param service What is known of it; a later change is not heard of.
   */
  addService(service: ServiceRow): void;
  /**
   * A service has gone.
   *
   * @param id Of one that was added.
   */
  removeService(id: bigint): void;
  /**
   * A service that is there has registered a method, or takes a topic, perhaps
   * once more.
   *
   * @param id The service.
   * @param kind Which of them.
   * @param name The method or topic.
   * @param createdMs When, in Unix milliseconds.
   */
  addServiceName(
    id: bigint,
    kind: NameKind,
    name: string,
    createdMs: number,
  ): void;
  /** Answers {@linkcode Store.edges}. */
  edges(query: EdgeQuery): Work<Page<EdgeRow>>;
  /** Answers {@linkcode Store.services}. */
  services(query: ServiceQuery): Work<Page<ServiceRow>>;
  /** Answers {@linkcode Store.edgeRpcs}. */
  edgeRpcs(query: EdgeRpcQuery): Work<Page<string>>;
  /** Answers {@linkcode Store.serviceRpcs} and {@linkcode Store.serviceTopics}. */
  serviceNames(kind: NameKind, query: ServiceNameQuery): Work<Page<string>>;
  /** Answers {@linkcode Store.edge}. */
  edge(id: bigint): EdgeRow | undefined;
  /** Answers {@linkcode Store.service}. */
  service(id: bigint): ServiceRow | undefined;
  /** Answers {@linkcode Store.counts}. */
  counts(): StoreCounts;
  /** Forgets everything. */
  close(): void;
}
