/**
 * All edges, or all services, that are online.
 *
 * @module
 */

import {
  compareStamps,
  type OnlineEvent,
  type Stamp,
} from "@frontier/proto/cluster";
import type { PresenceOutcome } from "../presence_store.ts";
import type { Entry, Incarnation } from "./incarnation.ts";
import { SlotList } from "./slot_list.ts";
import { Tombstones } from "./tombstones.ts";

const APPLIED: PresenceOutcome = { kind: "applied" };
const SUPERSEDED: PresenceOutcome = { kind: "superseded" };

/** Whether peers with one id are one peer wherever they are connected (edges), or one per gateway (services). */
export abstract class PeerTable {
  /** Everything that is recorded, what is not believed any more included. */
  readonly all: SlotList<Entry> = new SlotList();
  readonly #ended: Tombstones<bigint | string> = new Tombstones();
  readonly #kind: "edges" | "services";

  /**
   * @param kind Which list of a gateway the peers are in.
   */
  constructor(kind: "edges" | "services") {
    this.#kind = kind;
  }

  /** What is recorded of a peer that a gateway names. */
  protected abstract find(id: bigint, frontierId: string): Entry | undefined;
  /** Records it. */
  protected abstract put(entry: Entry): void;
  /** Forgets it. */
  protected abstract drop(entry: Entry): void;
  /** What tombstones are found by. */
  protected abstract keyOf(id: bigint, frontierId: string): bigint | string;

  /** Whether an entry is believed. */
  holds(entry: Entry, now: number): boolean {
    return entry.until > now && entry.owner.until > now;
  }

  /** Enters that a peer is online. */
  online(
    owner: Incarnation,
    event: OnlineEvent,
    until: number,
    now: number,
  ): PresenceOutcome {
    const { id, stamp } = event;
    const { frontierId } = owner.session;
    const key = this.keyOf(id, frontierId);
    const mine = { ...stamp, frontierId };
    const found = this.find(id, frontierId);
    const current = found !== undefined && this.holds(found, now)
      ? found
      : undefined;
    if (current === undefined) {
      const ended = this.#ended.get(key, now);
      if (ended !== undefined && compareStamps(mine, ended) <= 0) {
        return SUPERSEDED;
      }
    } else if (compareStamps(mine, owned(current)) < 0) return SUPERSEDED;
    this.#ended.delete(key);
    const outcome: PresenceOutcome =
      current === undefined || current.owner === owner
        ? APPLIED
        : { kind: "moved", from: idOf(current), stamp: current.stamp };
    if (found === undefined) this.#enter(owner, event, until);
    else this.#change(found, owner, event, until);
    return outcome;
  }

  /** Enters that a connection has ended. */
  offline(
    owner: Incarnation,
    id: bigint,
    stamp: Stamp,
    now: number,
  ): PresenceOutcome {
    const { frontierId } = owner.session;
    const mine = { ...stamp, frontierId };
    const found = this.find(id, frontierId);
    if (found !== undefined && compareStamps(mine, owned(found)) === 0) {
      this.forget(found);
      this.#ended.add(this.keyOf(id, frontierId), mine, now);
      return APPLIED;
    }
    if (found === undefined) {
      const key = this.keyOf(id, frontierId);
      const ended = this.#ended.get(key, now);
      if (ended === undefined || compareStamps(ended, mine) < 0) {
        this.#ended.add(key, mine, now);
      }
    }
    return SUPERSEDED;
  }

  /** What is recorded of a peer at one process of a gateway. */
  at(owner: Incarnation, id: bigint): Entry | undefined {
    const found = this.find(id, owner.session.frontierId);
    return found?.owner === owner ? found : undefined;
  }

  /** Removes an entry from everywhere. */
  forget(entry: Entry): void {
    this.drop(entry);
    this.all.remove(entry.slot);
    entry.owner[this.#kind].remove(entry.place);
  }

  #enter(owner: Incarnation, event: OnlineEvent, until: number): void {
    const { id, stamp, addr, meta } = event;
    const entry = {
      id,
      owner,
      stamp,
      addr,
      meta,
      until,
      slot: 0,
      place: 0,
    };
    entry.slot = this.all.add(entry);
    entry.place = owner[this.#kind].add(entry);
    this.put(entry);
  }

  #change(
    entry: Entry,
    owner: Incarnation,
    { stamp, addr, meta }: OnlineEvent,
    until: number,
  ): void {
    if (entry.owner !== owner) {
      entry.owner[this.#kind].remove(entry.place);
      entry.place = owner[this.#kind].add(entry);
      entry.owner = owner;
    }
    entry.stamp = stamp;
    entry.addr = addr;
    entry.meta = meta;
    entry.until = until;
  }
}

/** Edges: whoever connects later is the same edge, and the older connection ends. */
export class EdgeTable extends PeerTable {
  readonly #entries: Map<bigint, Entry> = new Map();

  /** No edge yet. */
  constructor() {
    super("edges");
  }

  /** What is recorded of an edge. */
  get(id: bigint): Entry | undefined {
    return this.#entries.get(id);
  }

  protected override find(id: bigint): Entry | undefined {
    return this.#entries.get(id);
  }

  protected override put(entry: Entry): void {
    this.#entries.set(entry.id, entry);
  }

  protected override drop(entry: Entry): void {
    this.#entries.delete(entry.id);
  }

  protected override keyOf(id: bigint): bigint {
    return id;
  }
}

/** Services: each has a connection at every gateway, all under one id. */
export class ServiceTable extends PeerTable {
  readonly #entries: Map<bigint, Entry[]> = new Map();

  /** No service yet. */
  constructor() {
    super("services");
  }

  /** What is recorded of a service, at each gateway. */
  get(id: bigint): readonly Entry[] {
    return this.#entries.get(id) ?? [];
  }

  protected override find(id: bigint, frontierId: string): Entry | undefined {
    return this.get(id).find((entry) => idOf(entry) === frontierId);
  }

  protected override put(entry: Entry): void {
    const others = this.#entries.get(entry.id);
    if (others === undefined) this.#entries.set(entry.id, [entry]);
    else others.push(entry);
  }

  protected override drop(entry: Entry): void {
    const rest = this.get(entry.id).filter((other) => other !== entry);
    if (rest.length === 0) this.#entries.delete(entry.id);
    else this.#entries.set(entry.id, rest);
  }

  protected override keyOf(id: bigint, frontierId: string): string {
    return `${id} ${frontierId}`;
  }
}

/** Id of the gateway that an entry is at. */
export function idOf(entry: Entry): string {
  return entry.owner.session.frontierId;
}

function owned(entry: Entry) {
  return { ...entry.stamp, frontierId: idOf(entry) };
}
