/**
 * A store that can be switched off, and made slow.
 *
 * @module
 */

import { MemoryStore } from "../../store/memory/mod.ts";
import {
  type PresenceStore,
  StoreUnavailableError,
} from "../../store/presence_store.ts";

/** A store in memory behind a switch. */
export class SwitchedStore {
  /** What control planes are given. */
  readonly store: PresenceStore;
  /** What is behind the switch. */
  readonly memory: MemoryStore = new MemoryStore();
  /** Whether it says that it is down. */
  known = true;
  /** How often each of its methods was called. */
  readonly calls: Map<string, number> = new Map();
  /** Answers wait for this. */
  gate: Promise<unknown> = Promise.resolve();
  #off = false;

  /** Makes one that is on. */
  constructor() {
    this.store = new Proxy<PresenceStore>(this.memory, {
      get: (memory, name: keyof PresenceStore) => {
        if (name === "state") return this.#off && this.known ? "down" : "up";
        const member = memory[name];
        if (typeof member !== "function") return member;
        if (name === "now") return () => memory.now();
        return async (...args: never[]) => {
          const called = String(name);
          this.calls.set(called, (this.calls.get(called) ?? 0) + 1);
          await this.gate;
          if (this.#off) throw new StoreUnavailableError("It is switched off");
          return await (member as (...args: never[]) => unknown)
            .apply(memory, args);
        };
      },
    });
  }

  /**
   * Switches it off.
   *
   * @param known Whether it says so itself; otherwise it shows when it is asked.
   */
  off(known = true): void {
    this.#off = true;
    this.known = known;
  }

  /** Switches it on. */
  on(): void {
    this.#off = false;
  }

  /**
   * Lets a gateway be there, with edges and services.
   *
   * @param frontierId Its id.
   * @param edgeIds Its edges.
   * @param serviceIds Its services.
   * @returns Its session.
   */
  async gateway(
    frontierId: string,
    edgeIds: readonly bigint[] = [],
    serviceIds: readonly bigint[] = [],
  ) {
    const { memory } = this;
    const session = await memory.register({
      frontierId,
      instance: `instance of ${frontierId}`,
      serviceAddr: `${frontierId}:30011`,
      edgeAddr: `${frontierId}:30012`,
    });
    if (session === undefined) throw new Error(`${frontierId} is there`);
    const since = memory.now();
    const online = (kind: "edge-online" | "service-online") =>
    (
      id: bigint,
      seq: number,
    ) => ({
      kind,
      id,
      stamp: { since, seq: seq + Number(kind === "edge-online") * 1_000_000 },
      addr: `10.0.0.1:${seq}`,
      meta: kind === "edge-online" ? "" : '{"service":"greeter","topics":null}',
    });
    await memory.apply(session, [
      ...edgeIds.map(online("edge-online")),
      ...serviceIds.map(online("service-online")),
    ]);
    return session;
  }
}
