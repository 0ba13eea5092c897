/**
 * What the directory of the cluster does not know yet.
 *
 * @module
 */

import type { Stamp } from "@frontier/proto/cluster";
import type { Peer } from "../directory/peer.ts";

/** A peer that has gone. */
export interface Departure {
  /** What happened. */
  readonly kind: "offline";
  /** What it was. */
  readonly of: "edge" | "service";
  /** Its id. */
  readonly id: bigint;
  /** Which connection has ended. */
  readonly stamp: Stamp;
}

/** A peer that has come. */
export interface Arrival {
  /** What happened. */
  readonly kind: "online";
  /** The peer. */
  readonly peer: Peer;
}

/** One change. */
export type Change = Arrival | Departure;

/**
 * What has changed and was not told: at most one change of each connection, so
 * never more than there are connections and than were told of. Who comes and
 * goes again before it was told is never told of. Departures go first: of two
 * connections with one id the older has ended.
 */
export class Changes {
  readonly #stampOf: (peer: Peer) => Stamp;
  readonly #arrived: Set<Peer> = new Set();
  /** Goes through the arrivals once: from the front, every look would pass those that were deleted. */
  #walk: Iterator<Peer, void, undefined> | undefined = undefined;
  #next: Peer | undefined = undefined;
  /** Those of them that may have been told of before. */
  readonly #doubtful: Set<Peer> = new Set();
  #departed: Departure[] = [];
  /** The first departure that was not taken. */
  #at = 0;

  /**
   * @param stampOf Returns the stamp of a peer's connection.
   */
  constructor(stampOf: (peer: Peer) => Stamp) {
    this.#stampOf = stampOf;
  }

  /** How many there are. */
  get size(): number {
    return this.#arrived.size + this.#departed.length - this.#at;
  }

  /**
   * A peer has come.
   *
   * @param peer One that is online.
   */
  arrive(peer: Peer): void {
    this.#arrived.add(peer);
  }

  /**
   * A peer has gone.
   *
   * @param peer One that is not online any more.
   */
  depart(peer: Peer): void {
    const doubtful = this.#doubtful.delete(peer);
    if (this.#arrived.delete(peer) && !doubtful) return;
    const { kind: of, id } = peer;
    const stamp = this.#stampOf(peer);
    this.#departed.push({ kind: "offline", of, id, stamp });
  }

  /**
   * A peer is told of in another way.
   *
   * @param peer One that may have come.
   */
  told(peer: Peer): void {
    this.#arrived.delete(peer);
    this.#doubtful.delete(peer);
  }

  /** @returns The change that is next; it stays. */
  peek(): Change | undefined {
    const departure = this.#departed[this.#at];
    if (departure !== undefined) return departure;
    const peer = this.#nextArrival();
    return peer && { kind: "online", peer };
  }

  /**
   * Takes a change away.
   *
   * @param change The one that {@linkcode Changes.peek} has returned.
   */
  take(change: Change): void {
    if (change.kind === "online") {
      this.told(change.peer);
      return;
    }
    this.#at++;
    // The list is shortened now and then: nothing is moved for every change.
    if (this.#at < 1_024 && this.#at < this.#departed.length) return;
    if (this.#at * 2 < this.#departed.length) return;
    this.#departed = this.#departed.slice(this.#at);
    this.#at = 0;
  }

  /**
   * It is not known whether a change that was taken has arrived: it is told again.
   *
   * @param change The change.
   */
  giveBack(change: Change): void {
    if (change.kind === "offline") this.#departed.push(change);
    // One that has gone meanwhile has a departure of its own.
    else if (change.peer.online) {
      this.#arrived.add(change.peer);
      this.#doubtful.add(change.peer);
    }
  }

  /** Forgets all: everything is told from the beginning. */
  clear(): void {
    this.#arrived.clear();
    this.#doubtful.clear();
    this.#departed = [];
    this.#at = 0;
  }

  #nextArrival(): Peer | undefined {
    if (this.#next !== undefined && this.#arrived.has(this.#next)) {
      return this.#next;
    }
    this.#next = undefined;
    if (this.#arrived.size === 0) {
      this.#walk = undefined;
      return undefined;
    }
    this.#walk ??= this.#arrived.values();
    let { value } = this.#walk.next();
    if (value === undefined) {
      // It had come to the end before the latest ones came.
      this.#walk = this.#arrived.values();
      ({ value } = this.#walk.next());
    }
    return this.#next = value ?? undefined;
  }
}
