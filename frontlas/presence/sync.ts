/**
 * One telling of everything.
 *
 * @module
 */

import type { PresenceEvent, Stamp } from "@frontier/proto/cluster";
import { FrontierError } from "@frontier/proto/internal";
import type {
  FrontierSession,
  PresenceStore,
} from "../store/presence_store.ts";
import { StampSet } from "./stamp_set.ts";

/** Connections that one gateway can have, at most; a set of so many takes 160 MB for a moment. */
const MOST_MEMBERS = 4_000_000;
/** Records removed at a time. */
const SLICE = 1_000;

/** What a {@linkcode Sync} needs. */
export interface SyncOptions {
  /** Where the records are. */
  readonly store: PresenceStore;
  /** Whose connections are told. */
  readonly session: FrontierSession;
}

/**
 * A gateway tells all connections it has. What is recorded of it besides was
 * lost without a word, in a crash perhaps, and is removed. Connections are told
 * apart by their stamps: those of one gateway all differ.
 */
export class Sync {
  /** Whether another one has taken its place, or its link is over. */
  abandoned = false;
  readonly #options: SyncOptions;
  readonly #named: StampSet = new StampSet();

  /**
   * Nothing was told yet.
   *
   * @param options What it needs.
   */
  constructor(options: SyncOptions) {
    this.#options = options;
  }

  /**
   * Connections are told, or begin while the records are gone through.
   *
   * @param events What was told.
   * @throws {FrontierError} If they are more than a gateway can have.
   */
  name(events: readonly PresenceEvent[]): void {
    for (const event of events) {
      if ("addr" in event) this.#named.add(event.stamp);
    }
    if (this.#named.size > MOST_MEMBERS) {
      throw new FrontierError(
        "refused",
        `Cannot take everything that is connected: there are more than ${MOST_MEMBERS}`,
      );
    }
  }

  /**
   * All was told: removes what is recorded and was not named.
   *
   * @returns How many records; `undefined` when it was abandoned, or the session
   * is not the gateway's newest any more.
   */
  async finish(): Promise<number | undefined> {
    const edges = await this.#finish("edge");
    if (edges === undefined) return undefined;
    const services = await this.#finish("service");
    return services === undefined ? undefined : edges + services;
  }

  async #finish(kind: "edge" | "service"): Promise<number | undefined> {
    const { store, session } = this.#options;
    let removed = 0;
    let cursor = "0";
    do {
      const part = await store.members(session.frontierId, kind, cursor);
      cursor = part.cursor;
      const gone = part.members.filter(({ stamp }) => !this.#named.has(stamp));
      for (let i = 0; i < gone.length; i += SLICE) {
        if (this.abandoned) return undefined;
        const events = gone.slice(i, i + SLICE).map((m) => offline(kind, m));
        if (await store.apply(session, events) === undefined) return undefined;
        removed += events.length;
      }
      if (this.abandoned) return undefined;
    } while (cursor !== "0");
    return removed;
  }
}

function offline(
  kind: "edge" | "service",
  { id, stamp }: { id: bigint; stamp: Stamp },
): PresenceEvent {
  return { kind: `${kind}-offline`, id, stamp };
}
