/**
 * The rows of the store in memory.
 *
 * @module
 */

import type { EdgeFacts } from "../backend.ts";
import type { EdgeRow, ServiceRow } from "../store.ts";
import { HEAD, headOf, textOf } from "../text.ts";

/** When which method was registered. */
export type NameTimes = Map<string, number>;

/** What the rows of edges and services have in common. */
export interface PeerRow {
  /** The id. */
  readonly id: bigint;
  /** The meta of an edge, the name of a service: as much of it as decides its place. */
  readonly head: string;
  /** The address. */
  readonly addr: string;
  /** When it connected, in Unix milliseconds. */
  readonly createdMs: number;
  /** Its methods; made with the first. */
  rpcs: NameTimes | undefined;
  /** @returns The whole meta or name. */
  text(): string;
}

/** An edge. Of a large meta it has the beginning as text, and the bytes, which are those of its connection. */
export class StoredEdge implements PeerRow {
  /** @inheritdoc */
  readonly id: bigint;
  /** @inheritdoc */
  readonly head: string;
  /** @inheritdoc */
  readonly addr: string;
  /** @inheritdoc */
  readonly createdMs: number;
  /** @inheritdoc */
  rpcs: NameTimes | undefined = undefined;
  readonly #meta: Uint8Array | undefined;

  /**
   * @param facts The edge.
   */
  constructor({ id, meta, addr, createdMs }: EdgeFacts) {
    this.id = id;
    // Four bytes are one character at most; one cut off at the end is replaced, and cut off again.
    const large = meta !== undefined && meta.length > HEAD;
    this.head = headOf(textOf(large ? meta.subarray(0, HEAD * 4) : meta));
    this.addr = addr;
    this.createdMs = createdMs;
    this.#meta = large ? meta : undefined;
  }

  /** @inheritdoc */
  text(): string {
    return this.#meta === undefined ? this.head : textOf(this.#meta);
  }

  /** @returns A copy, to be listed. */
  row(): EdgeRow {
    const { id, addr, createdMs } = this;
    return { id, meta: this.text(), addr, createdMs };
  }
}

/** A service. */
export class StoredService implements PeerRow {
  /** @inheritdoc */
  readonly id: bigint;
  /** @inheritdoc */
  readonly head: string;
  /** @inheritdoc */
  readonly addr: string;
  /** @inheritdoc */
  readonly createdMs: number;
  /** @inheritdoc */
  rpcs: NameTimes | undefined = undefined;
  /** The topics it takes; made with the first. */
  topics: NameTimes | undefined = undefined;
  readonly #name: string;

  /**
   * @param row The service.
   */
  constructor({ id, service, addr, createdMs }: ServiceRow) {
    this.id = id;
    this.#name = service;
    this.head = headOf(service);
    this.addr = addr;
    this.createdMs = createdMs;
  }

  /** @inheritdoc */
  text(): string {
    return this.#name;
  }

  /** @returns A copy, to be listed. */
  row(): ServiceRow {
    const { id, addr, createdMs } = this;
    return { id, service: this.#name, addr, createdMs };
  }
}
