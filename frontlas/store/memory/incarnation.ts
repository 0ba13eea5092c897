/**
 * One process of a gateway, as the store in memory knows it.
 *
 * @module
 */

import type { Eviction, Stamp } from "@frontier/proto/cluster";
import type {
  FrontierIntroduction,
  FrontierSession,
} from "../presence_store.ts";
import { MAILBOX } from "../presence_times.ts";
import { SlotList } from "./slot_list.ts";

/** One connection of an edge or a service. */
export interface Entry {
  /** Id of the peer. */
  readonly id: bigint;
  /** The process it is connected to. */
  owner: Incarnation;
  /** Which connection. */
  stamp: Stamp;
  /** Its address. */
  addr: string;
  /** What a service said about itself. */
  meta: string;
  /** When it is not believed any more, in milliseconds; infinite when it lives as long as its gateway. */
  until: number;
  /** Its place among all of its kind. */
  readonly slot: number;
  /** Its place among those of its gateway. */
  place: number;
}

/**
 * What is connected to one process of a gateway. The next process with the same
 * id begins with nothing: what is left of this one counts no more.
 */
export class Incarnation {
  /** Edges that are connected. */
  readonly edges: SlotList<Entry> = new SlotList();
  /** Services that are connected. */
  readonly services: SlotList<Entry> = new SlotList();
  /** The newest connection of the process. */
  session: FrontierSession;
  /** Where it is reached. */
  introduction: FrontierIntroduction;
  /** When its lease ends, in milliseconds. */
  until = 0;
  /** Whether its connection is known to have ended. */
  closed = false;
  /** Evictions that nobody has told it. */
  #mailbox: Eviction[] = [];

  /**
   * @param introduction Where it is reached.
   * @param session Its first connection.
   */
  constructor(introduction: FrontierIntroduction, session: FrontierSession) {
    this.introduction = introduction;
    this.session = session;
  }

  /** Adds evictions; the oldest give way. */
  leave(evictions: readonly Eviction[]): void {
    for (const eviction of evictions) this.#mailbox.push(eviction);
    // Now and then, not with each: what is cut off has to be moved.
    if (this.#mailbox.length > 2 * MAILBOX) {
      this.#mailbox = this.#mailbox.slice(-MAILBOX);
    }
  }

  /** Takes all evictions. */
  take(): readonly Eviction[] {
    const taken = this.#mailbox.slice(-MAILBOX);
    this.#mailbox = [];
    return taken;
  }
}
