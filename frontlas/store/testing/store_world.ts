/**
 * A store as a test sees it.
 *
 * @module
 */

import type {
  OfflineEvent,
  OnlineEvent,
  PresenceEvent,
  Stamp,
} from "@frontier/proto/cluster";
import { assert } from "@std/assert";
import type {
  EdgeRecord,
  FrontierSession,
  PresenceMode,
  PresenceStore,
  RecordPage,
  ServiceRecord,
} from "../presence_store.ts";

/** A store that nobody else uses, empty at first. */
export interface StoreWorld extends AsyncDisposable {
  /** The store. */
  readonly store: PresenceStore;
  /** Another directory's access to the same records; the same object where there can be only one. */
  readonly other: PresenceStore;
  /** Lets time pass. */
  advance(ms: number): Promise<void>;
  /** Ends the other access and makes a new one, where that is something else than the store. */
  restart?(): Promise<void>;
}

/** A way to keep presence. */
export interface StoreUnderTest {
  /** What to call it. */
  readonly name: string;
  /** Opens an empty store. */
  open(mode: PresenceMode): Promise<StoreWorld>;
}

/** A connection. */
export function stamp(since: number, seq = 0): Stamp {
  return { since, seq };
}

/** An edge is online. */
export function edgeOn(id: bigint, since: number, seq = 0): OnlineEvent {
  return {
    kind: "edge-online",
    id,
    stamp: stamp(since, seq),
    addr: `10.0.0.1:${id}`,
    meta: "",
  };
}

/** An edge is gone. */
export function edgeOff(id: bigint, since: number, seq = 0): OfflineEvent {
  return { kind: "edge-offline", id, stamp: stamp(since, seq) };
}

/** A service is online. */
export function serviceOn(
  id: bigint,
  since: number,
  meta = '{"service":"s"}',
): OnlineEvent {
  return {
    kind: "service-online",
    id,
    stamp: stamp(since),
    addr: "10.0.0.2:1",
    meta,
  };
}

/** A service is gone. */
export function serviceOff(id: bigint, since: number): OfflineEvent {
  return { kind: "service-offline", id, stamp: stamp(since) };
}

/** Connects a gateway that must get in. */
export async function join(
  store: PresenceStore,
  frontierId: string,
  instance = `of-${frontierId}`,
): Promise<FrontierSession> {
  const session = await store.register({
    frontierId,
    instance,
    serviceAddr: `${frontierId}:30011`,
    edgeAddr: `${frontierId}:30012`,
  });
  assert(session !== undefined, `${frontierId} was refused`);
  return session;
}

/** Tells events and gives the kinds of the outcomes. */
export async function tell(
  store: PresenceStore,
  session: FrontierSession,
  ...events: PresenceEvent[]
): Promise<string> {
  const outcomes = await store.apply(session, events);
  return outcomes?.map(({ kind }) => kind).join(" ") ?? "refused";
}

/** Where an edge is. */
export async function whereIs(
  store: PresenceStore,
  id: bigint,
): Promise<string | undefined> {
  return (await store.edge(id))?.frontierId;
}

/** Reads a list to its end. */
export async function readAll<T>(
  page: (cursor: number) => Promise<RecordPage<T>>,
): Promise<T[]> {
  const all: T[] = [];
  let cursor = 0;
  do {
    const part = await page(cursor);
    assert(Number.isInteger(part.cursor));
    assert(part.cursor >= 0 && part.cursor < 2 ** 32);
    all.push(...part.records);
    cursor = part.cursor;
  } while (cursor !== 0);
  return all;
}

/** Every edge, once. */
export async function allEdges(
  store: PresenceStore,
  count = 100,
): Promise<Map<bigint, EdgeRecord>> {
  const all = await readAll((cursor) => store.edgePage(cursor, count));
  return new Map(all.map((record) => [record.edgeId, record]));
}

/** Every service at every gateway, once, in order. */
export async function allServices(
  store: PresenceStore,
  count = 100,
): Promise<ServiceRecord[]> {
  const all = await readAll((cursor) => store.servicePage(cursor, count));
  const keyed = new Map(
    all.map((record) => [`${record.serviceId} ${record.frontierId}`, record]),
  );
  return [...keyed.keys()].sort().map((key) => keyed.get(key)!);
}

/** Removes what dead gateways have left, all of it. */
export async function removeAllDead(store: PresenceStore): Promise<number> {
  let removed = 0;
  for (let turns = 0; turns < 1_000; turns++) {
    const turn = await store.removeDead(500);
    removed += turn.removed;
    if (!turn.more) return removed;
  }
  throw new Error("Cannot remove what is dead: it does not get less");
}
