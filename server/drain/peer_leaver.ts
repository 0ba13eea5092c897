/**
 * A peer that is to leave.
 *
 * @module
 */

import { Timer, type Timers } from "@frontier/proto";
import type { Leaver } from "@frontier/platform/drain";
import type { Peer } from "../directory/peer.ts";
import { closableAt } from "../directory/young.ts";
import type { Exchange } from "../exchange/exchange.ts";
import type { Streams } from "../exchange/streams.ts";

/** Milliseconds that a refusal waits to be told with the close. */
const HELD_MS = 1_000;
/** Milliseconds without a byte after which a stream holds up nobody. */
const STILL_MS = 5_000;

/**
 * Milliseconds that the close of a Go peer takes at least when refusals went out
 * with it: what it has not handed out when its connection ends, it forgets.
 */
const HEARD_MS = 20;

/** What a {@linkcode PeerLeaver} needs from outside. */
export interface PeerLeaverContext {
  /** The clock and its timers. */
  readonly timers: Timers;
  /** Requests and messages. */
  readonly exchange: Exchange;
  /** Streams. */
  readonly streams: Streams;
  /** Closes it in an orderly way. */
  readonly kick: (peer: Peer) => void;
}

/**
 * A connected peer as one that leaves. What is in flight of it are calls and
 * messages without an answer, in either direction, answers on their way to it,
 * frames that are not here completely or cannot be handled yet, and streams on
 * which something has moved within 5 s.
 */
export class PeerLeaver implements Leaver {
  /** The peer. */
  readonly peer: Peer;
  readonly #context: PeerLeaverContext;
  /** Since when its connection has not been read. */
  #pausedAt: number | undefined = undefined;
  /** Bytes of a large frame that have arrived, and when the last did. */
  #arrived = 0;
  #arrivedAt = 0;

  /**
   * @param peer Who is to leave.
   * @param context What it needs from outside.
   */
  constructor(peer: Peer, context: PeerLeaverContext) {
    this.peer = peer;
    this.#context = context;
  }

  /** @inheritdoc */
  get readyAt(): number {
    return closableAt(this.peer.link);
  }

  /** @inheritdoc */
  tell(): boolean {
    const { link } = this.peer;
    if (!link.farewell || !link.usable) return false;
    link.sendFarewell("going-away");
    return true;
  }

  /** @inheritdoc */
  begin(): void {
    const { peer } = this;
    peer.online = false;
    // Said again, it means that nothing new is taken from now on.
    peer.link.sendFarewell("going-away");
    this.#context.exchange.refusals.begin(peer);
  }

  /** @inheritdoc */
  busy(now: number): boolean {
    const { peer } = this;
    const { exchange, streams } = this.#context;
    const busy = this.#unread(now) || this.#arrives(now) || this.#unwritten ||
      exchange.underWay(peer) || streams.moved(peer, now - STILL_MS);
    // Not shortly before the close: who is refused may ask again at once.
    if (busy) exchange.refusals.tell(peer, now - HELD_MS);
    return busy;
  }

  /** @inheritdoc */
  close(): void {
    const { link } = this.peer;
    const { exchange, timers, kick } = this.#context;
    const told = exchange.refusals.tell(this.peer);
    kick(this.peer);
    if (told === 0 || link.ours || link.state !== "closing") return;
    // Its part in the close is looked at a little later.
    link.pause();
    timers.set(new Timer(() => link.resume()), timers.now() + HEARD_MS);
  }

  /** Whether a large frame is on its way: it can be refused when it is there, not before. */
  #arrives(now: number): boolean {
    const { reader } = this.peer.link;
    if (!reader.inLargeFrame) return false;
    const { buffered } = reader;
    if (buffered !== this.#arrived) {
      this.#arrived = buffered;
      this.#arrivedAt = now;
    }
    return now - this.#arrivedAt < STILL_MS;
  }

  /** Whether it is still taking what it was answered. */
  get #unwritten(): boolean {
    const { link } = this.peer;
    return link.outbox.unwritten > 0 && link.writeStalledMs() < STILL_MS;
  }

  /** Whether it has sent what could not be looked at yet; a sender that may not be read for long holds up nobody either. */
  #unread(now: number): boolean {
    if (!this.peer.link.paused) {
      this.#pausedAt = undefined;
      return false;
    }
    this.#pausedAt ??= now;
    return now - this.#pausedAt < STILL_MS;
  }
}
