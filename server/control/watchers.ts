/**
 * Who watches connects and disconnects.
 *
 * @module
 */

import type { CloseReason } from "@frontier/proto";
import { formatAddress } from "@frontier/platform";
import type { Directory } from "../directory/directory.ts";
import type { Peer } from "../directory/peer.ts";
import { metaText } from "./meta_text.ts";

/** Events that one watcher may have in store; the rest is counted. */
const MAX_EVENTS = 4096;
/** Characters of metas and names in them; an edge may say a megabyte of itself. */
const MAX_TEXT = 1_048_576;

/** A connect or a disconnect. */
export interface Connected {
  /** What happened. */
  readonly type: "connected" | "disconnected";
  /** When, in Unix milliseconds. */
  readonly timeMs: number;
  /** Whose connection it is. */
  readonly kind: Peer["kind"];
  /** Its id. */
  readonly id: bigint;
  /** What an edge said of itself. */
  readonly meta: string;
  /** A service's name. */
  readonly name: string;
  /** Where it connected from. */
  readonly addr: string;
  /** Why it has gone; `undefined` for a connect. */
  readonly reason: CloseReason | undefined;
}

/** Events that a slow watcher did not get. */
export interface Missed {
  /** What happened. */
  readonly type: "missed";
  /** When the first of them was left out, in Unix milliseconds. */
  readonly timeMs: number;
  /** How many there were. */
  readonly missed: number;
}

/** What a watcher hears. */
export type WatchEvent = Connected | Missed;

/** One watcher's events until it takes them; a slow one loses some, and is told how many. */
class Watcher {
  readonly kind: Peer["kind"] | undefined;
  readonly #events: WatchEvent[] = [];
  /** Characters of metas and names in them. */
  #text = 0;
  #missed: { timeMs: number; missed: number } | undefined = undefined;
  #wake: (() => void) | undefined = undefined;

  constructor(kind: Peer["kind"] | undefined) {
    this.kind = kind;
  }

  hear(event: Connected): void {
    if (this.kind !== undefined && event.kind !== this.kind) return;
    const text = event.meta.length + event.name.length;
    // What alone is too much may be the only one.
    const full = this.#text > 0 && this.#text + text > MAX_TEXT;
    if (full || this.#events.length >= MAX_EVENTS) {
      this.#missed ??= { timeMs: event.timeMs, missed: 0 };
      this.#missed.missed++;
      return;
    }
    this.#settle();
    this.#text += text;
    this.#events.push(event);
    this.#wake?.();
  }

  /** Says what was missed where it was missed. */
  #settle(): void {
    if (this.#missed === undefined) return;
    this.#events.push({ type: "missed", ...this.#missed });
    this.#missed = undefined;
  }

  async *events(signal: AbortSignal): AsyncGenerator<WatchEvent, void> {
    while (!signal.aborted) {
      // All at once: to take them one by one from the front of a long list costs.
      const events = this.#events.splice(0);
      this.#text = 0;
      for (const event of events) {
        yield event;
        if (signal.aborted) return;
      }
      this.#settle();
      if (this.#events.length === 0) await this.#more(signal);
    }
  }

  async #more(signal: AbortSignal): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const wake = () => resolve();
    this.#wake = wake;
    signal.addEventListener("abort", wake, { once: true });
    await promise;
    // A watch may last for months.
    signal.removeEventListener("abort", wake);
    this.#wake = undefined;
  }
}

/** Tells watchers what happens. While there are none it hears nothing itself. */
export class Watchers {
  readonly #directory: Directory;
  readonly #wallClock: () => number;
  readonly #watchers: Set<Watcher> = new Set();
  #unsubscribe: (() => void) | undefined = undefined;

  /**
   * @param directory Tells what happens.
   * @param wallClock The wall clock in Unix milliseconds.
   */
  constructor(directory: Directory, wallClock: () => number) {
    this.#directory = directory;
    this.#wallClock = wallClock;
  }

  /** How many there are. */
  get size(): number {
    return this.#watchers.size;
  }

  /**
   * Tells of every connect and disconnect from now on.
   *
   * @param kind Whose; of all when it is `undefined`.
   * @param signal Ends it when aborted.
   * @returns What happens.
   */
  async *watch(
    kind: Peer["kind"] | undefined,
    signal: AbortSignal,
  ): AsyncGenerator<WatchEvent, void> {
    const watcher = new Watcher(kind);
    this.#watchers.add(watcher);
    this.#unsubscribe ??= this.#directory.subscribe({
      online: (peer) => this.#tell("connected", peer, undefined),
      offline: (peer, reason) => this.#tell("disconnected", peer, reason),
    });
    try {
      yield* watcher.events(signal);
    } finally {
      this.#watchers.delete(watcher);
      if (this.#watchers.size === 0) {
        this.#unsubscribe?.();
        this.#unsubscribe = undefined;
      }
    }
  }

  #tell(
    type: Connected["type"],
    peer: Peer,
    reason: CloseReason | undefined,
  ): void {
    const event: Connected = {
      type,
      timeMs: this.#wallClock(),
      kind: peer.kind,
      id: peer.id,
      meta: metaText(peer.meta),
      name: peer.name,
      addr: formatAddress(peer.address),
      reason,
    };
    for (const watcher of this.#watchers) watcher.hear(event);
  }
}
