/**
 * What Go gateways have told, as far as it is remembered.
 *
 * @module
 */

import type { OnlineEvent, Stamp } from "@frontier/proto/cluster";

/** One peer that is online. */
export interface LedgerEntry {
  /** Which connection, as it was told. */
  readonly stamp: Stamp;
  /** Its address. */
  readonly addr: string;
  /** What a service said about itself. */
  readonly meta: string;
  /** When it was heard of last, in milliseconds of the clock. */
  heardAt: number;
}

/** How much the ledgers of all Go gateways hold. */
export interface LedgerRoom {
  /** Entries that are left. */
  left: number;
}

/**
 * A Go gateway tells an address once and then only that the peer is there
 * still, and it never repeats what got lost. So a directory keeps what it heard:
 * to record it again when the store has forgotten it. There is a limit; beyond
 * it a Go gateway has what it has with a Go directory.
 */
export class GoLedger {
  readonly #room: LedgerRoom;
  /** By kind and id; whoever was heard of longest ago comes first. */
  readonly #peers = {
    edge: new Map<bigint, LedgerEntry>(),
    service: new Map<bigint, LedgerEntry>(),
  };

  /**
   * Begins empty.
   *
   * @param room What is left for all of them.
   */
  constructor(room: LedgerRoom) {
    this.#room = room;
  }

  /** Edges in it. */
  get edges(): number {
    return this.#peers.edge.size;
  }

  /** Services in it. */
  get services(): number {
    return this.#peers.service.size;
  }

  /**
   * A peer has come.
   *
   * @param kind What it is.
   * @param id Its id.
   * @param entry What is known of it.
   */
  set(kind: "edge" | "service", id: bigint, entry: LedgerEntry): void {
    const peers = this.#peers[kind];
    if (peers.delete(id)) this.#room.left++;
    if (this.#room.left <= 0) return;
    this.#room.left--;
    peers.set(id, entry);
  }

  /**
   * Tells what is known of a peer.
   *
   * @param kind What it is.
   * @param id Its id.
   * @returns It; `undefined` for nothing.
   */
  get(kind: "edge" | "service", id: bigint): LedgerEntry | undefined {
    return this.#peers[kind].get(id);
  }

  /**
   * A peer is there still.
   *
   * @param kind What it is.
   * @param id Its id.
   * @param now When it was heard of.
   * @returns What is known of it; `undefined` for nothing.
   */
  hear(
    kind: "edge" | "service",
    id: bigint,
    now: number,
  ): LedgerEntry | undefined {
    const peers = this.#peers[kind];
    const entry = peers.get(id);
    if (entry === undefined) return undefined;
    entry.heardAt = now;
    peers.delete(id);
    peers.set(id, entry);
    return entry;
  }

  /**
   * A peer has gone.
   *
   * @param kind What it is.
   * @param id Its id.
   * @returns What was known of it; `undefined` for nothing.
   */
  delete(kind: "edge" | "service", id: bigint): LedgerEntry | undefined {
    const entry = this.#peers[kind].get(id);
    if (entry === undefined) return undefined;
    this.#peers[kind].delete(id);
    this.#room.left++;
    return entry;
  }

  /**
   * Takes out who was not heard of for long.
   *
   * @param before When they should have been heard of.
   * @param most How many to take out at most.
   * @returns Them.
   */
  takeSilent(
    before: number,
    most: number,
  ): { kind: "edge" | "service"; id: bigint; stamp: Stamp }[] {
    const silent: { kind: "edge" | "service"; id: bigint; stamp: Stamp }[] = [];
    for (const kind of ["edge", "service"] as const) {
      for (const [id, { stamp, heardAt }] of this.#peers[kind]) {
        if (heardAt >= before || silent.length >= most) break;
        this.delete(kind, id);
        silent.push({ kind, id, stamp });
      }
    }
    return silent;
  }

  /**
   * Lists everybody who was heard of lately, as events.
   *
   * @param since Since when.
   * @returns The events.
   */
  *online(since: number): Generator<OnlineEvent> {
    for (const kind of ["edge", "service"] as const) {
      for (const [id, entry] of this.#peers[kind]) {
        if (entry.heardAt < since) continue;
        const { stamp, addr, meta } = entry;
        yield { kind: `${kind}-online`, id, stamp, addr, meta };
      }
    }
  }

  /** Forgets everybody. */
  clear(): void {
    this.#room.left += this.edges + this.services;
    this.#peers.edge.clear();
    this.#peers.service.clear();
  }
}
