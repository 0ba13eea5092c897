/**
 * Gateways, a store and a virtual clock for tests of presence.
 *
 * @module
 */

import { TimerWheel } from "@frontier/proto";
import {
  decodePresenceReply,
  encodeHello,
  type Eviction,
  type FrontierMeta,
  type OfflineEvent,
  type OnlineEvent,
  PresenceBatchWriter,
  type PresenceEvent,
  type PresenceReply,
  type Stamp,
} from "@frontier/proto/cluster";
import type { CloseReason } from "@frontier/proto/internal";
import { NULL_LOGGER } from "@frontier/platform/log";
import { MemoryStore } from "../../store/memory/mod.ts";
import {
  type PresenceMode,
  type PresenceStore,
  type StoreState,
  StoreUnavailableError,
} from "../../store/presence_store.ts";
import type { GatewayLink } from "../gateway_link.ts";
import { GoSession } from "../go_session.ts";
import { OurSession } from "../our_session.ts";
import { Presence, type PresenceOptions } from "../presence.ts";

/** When worlds begin, in Unix milliseconds. */
export const BEGIN = 1_790_000_000_000;

/** A link that records what is done to it. */
export class FakeLink implements GatewayLink {
  readonly address = "192.0.2.1:50000";
  over = false;
  /** Evictions told, in their order. */
  readonly evicted: Eviction[] = [];
  /** Times it was asked to tell everything. */
  resyncs = 0;
  /** How often it is paused now. */
  pauses = 0;
  /** Whether its calls fail. */
  deaf = false;
  /** Why it was ended. */
  ended: CloseReason | undefined = undefined;

  constructor(readonly ours: boolean) {}

  evict(evictions: readonly Eviction[]): Promise<void> {
    if (this.deaf) return Promise.reject(new Error("Cannot call"));
    this.evicted.push(...evictions);
    return Promise.resolve();
  }

  resync(): Promise<void> {
    this.resyncs++;
    return this.deaf
      ? Promise.reject(new Error("Cannot call"))
      : Promise.resolve();
  }

  pause(): void {
    this.pauses++;
  }

  resume(): void {
    this.pauses--;
  }

  end(reason: CloseReason): void {
    this.ended ??= reason;
    this.over = true;
  }
}

/** A gateway of ours, as far as it talks to a directory. */
export class FakeGateway {
  #epoch = 0;

  constructor(readonly session: OurSession, readonly link: FakeLink) {}

  /**
   * Sends a batch.
   *
   * @param events What it tells.
   * @param sync Whether it is a whole sync; "begin" and "end" are its parts.
   * @returns The reply.
   */
  async tell(
    events: readonly PresenceEvent[],
    sync: "whole" | "begin" | "end" | "" = "",
  ): Promise<PresenceReply> {
    if (sync === "whole" || sync === "begin") this.#epoch++;
    const writer = new PresenceBatchWriter({
      epoch: this.#epoch,
      edges: events.length,
      services: 0,
    });
    if (sync === "whole" || sync === "begin") writer.beginSync();
    if (sync === "whole" || sync === "end") writer.endSync();
    for (const event of events) writer.add(event);
    return decodePresenceReply(await this.session.batch(writer.finish()));
  }
}

/** One directory and its store. */
export class PlaneWorld implements Disposable {
  readonly timers: TimerWheel = new TimerWheel();
  readonly memory: MemoryStore;
  /** The store as the directory sees it: it can be switched off. */
  readonly store: PresenceStore;
  readonly presence: Presence;
  #state: StoreState = "up";
  /** What calls of the store wait for. */
  gate: Promise<unknown> = Promise.resolve();
  readonly #others: Presence[] = [];

  constructor(
    mode: PresenceMode = "ttl",
    options: Partial<PresenceOptions> = {},
  ) {
    this.memory = new MemoryStore({
      clock: () => BEGIN + this.timers.now(),
      random: () => 0.5,
      mode,
    });
    this.store = new Proxy<PresenceStore>(this.memory, {
      get: (memory, name: keyof PresenceStore) => {
        if (name === "state") return this.#state;
        if (name === "now") return () => memory.now();
        const member = memory[name];
        if (typeof member !== "function") return member;
        return async (...args: never[]) => {
          await this.gate;
          if (this.#state === "down") {
            throw new StoreUnavailableError("It is switched off");
          }
          return await (member as (...args: never[]) => unknown)
            .apply(memory, args);
        };
      },
    });
    this.presence = this.directory(options);
  }

  /** Makes another directory over the same store. */
  directory(options: Partial<PresenceOptions> = {}): Presence {
    const presence = new Presence({
      store: this.store,
      timers: this.timers,
      random: () => 0.5,
      log: NULL_LOGGER,
      ...options,
    });
    this.#others.push(presence);
    return presence;
  }

  /** Switches the store, and says so. */
  switch(state: StoreState): void {
    if (state === this.#state) return;
    this.#state = state;
    for (const presence of this.#others) presence.storeIs(state);
  }

  /** Lets time pass, in steps in which things may happen. */
  async advance(ms: number): Promise<void> {
    const end = this.timers.now() + ms;
    while (this.timers.now() < end) {
      this.timers.advance(Math.min(end, this.timers.now() + 500));
      await settled();
    }
  }

  /** Connects a gateway of ours that has said hello. */
  async ours(
    frontierId: string,
    instance = "00000000000000aa",
    presence = this.presence,
  ): Promise<FakeGateway> {
    const link = new FakeLink(true);
    const session = await presence.admit(meta(frontierId, instance), link);
    if (!(session instanceof OurSession)) throw new Error("Not ours");
    session.hello(encodeHello());
    return new FakeGateway(session, link);
  }

  /** Connects a Go gateway. */
  async go(
    frontierId: string,
    presence = this.presence,
  ): Promise<{ session: GoSession; link: FakeLink }> {
    const link = new FakeLink(false);
    const session = await presence.admit(meta(frontierId, ""), link);
    if (!(session instanceof GoSession)) throw new Error("Not Go's");
    return { session, link };
  }

  /** Ids of the edges that are online at a gateway, in order. */
  async edgesOf(frontierId: string): Promise<bigint[]> {
    const ids: bigint[] = [];
    let cursor = 0;
    do {
      const page = await this.memory.edgePage(cursor, 1_000);
      cursor = page.cursor;
      for (const edge of page.records) {
        if (edge.frontierId === frontierId) ids.push(edge.edgeId);
      }
    } while (cursor !== 0);
    return ids.sort((a, b) => a < b ? -1 : 1);
  }

  [Symbol.dispose](): void {
    for (const presence of this.#others) presence.close();
  }
}

/** What a gateway says about itself. */
export function meta(frontierId: string, instance: string): FrontierMeta {
  return {
    frontierId,
    instance,
    serviceAddr: `${frontierId}.example:30011`,
    edgeAddr: `${frontierId}.example:30012`,
  };
}

/** An edge is online. */
export function on(id: bigint, stamp: Stamp): OnlineEvent {
  return { kind: "edge-online", id, stamp, addr: `10.0.0.1:${id}`, meta: "" };
}

/** An edge has gone. */
export function off(id: bigint, stamp: Stamp): OfflineEvent {
  return { kind: "edge-offline", id, stamp };
}

/** Waits until everything that can happen without time has happened: a store in memory takes promises only. */
export async function settled(): Promise<void> {
  for (let i = 0; i < 100; i++) await Promise.resolve();
}
