/**
 * One side of a joined stream.
 *
 * @module
 */

import { FORCE_CLOSED, type Session, Timer } from "@frontier/proto/internal";
import type { Peer } from "../directory/peer.ts";
import type { Share } from "../quota/account.ts";
import type { Ledger } from "../quota/ledger.ts";
import type { Tally } from "../tally/tally.ts";
import { HeldBytes } from "./held_bytes.ts";
import { HeldShare } from "./held_share.ts";
import type { LinkTarget } from "./link_target.ts";

/** Bounds of a {@linkcode Leg}. */
export interface LegLimits {
  /** Bytes held for the other side that are always kept, whatever else its sender holds. */
  readonly bufferBytes: number;
  /** Milliseconds a sender is kept waiting without progress. */
  readonly stallMs: number;
}

/** Milliseconds a sender whose buffer is full waits before more is stored. */
const BRIEF_MS = 200;
/** Milliseconds without progress that a stream may hold up its sender while memory is short: everybody else the sender serves waits as well. */
const PRESSED_MS = 1_000;
/** The same, soon after another stream of that sender was given up: many such streams must not add up. */
const AGAIN_MS = 250;
/** How long that is soon, in milliseconds. */
const SOON_MS = 10_000;
/** How many times as long as without progress a sender waits for one with too little of it. */
const MOST_STALLS = 6;
/** Why both sides of a stream end that was given up. */
const STALLED = "stream stalled: its receiver takes nothing";
/** Bytes per millisecond that the slowest line takes. */
const SLOW_LINE = 1;
/** Milliseconds that bytes may follow the dismiss of a peer that sends it ahead of them. */
const TAIL_MS = 1_000;

/**
 * One side of a joined stream: what its peer sends is written to the other
 * side, or held while the other side cannot take it.
 *
 * What is held is counted. Towards a sender with credit at most its window is
 * held. The connection of a sender without credit is read on as long as it has
 * its share of the memory, so that what else it carries does not wait. When
 * that is used up it is not read, and after 10 s without progress the stream is
 * given up, and that stream alone.
 */
export class Leg {
  /** The session. */
  readonly session: Session;
  /** Whose session it is. */
  readonly peer: Peer;
  /** The other side; set when both exist. */
  other: Leg | undefined = undefined;
  /** Its session as a target; made at the first request or message to it. */
  target: LinkTarget | undefined = undefined;
  /** Its place among the sessions opened to its peer. */
  place: Share | undefined = undefined;
  /** Whether its peer has not answered yet; it has a place among those, too. */
  opening = false;
  /** Bytes that came on it. */
  received = 0;
  /** When something last came on it, or went on from here, in milliseconds of the clock. */
  movedAt: number;

  /** What became of its peer's wish to open the stream; `undefined` where the peer was asked. */
  wish: "waiting" | "open" | "refused" | undefined = undefined;
  /** When its peer asked for the stream, then when that was open, in milliseconds of the clock. */
  since = 0;

  readonly #ledger: Ledger;
  readonly #limits: LegLimits;
  readonly #tally: Tally | undefined;
  readonly #giveUp: (leg: Leg) => void;
  readonly #held = new HeldBytes();
  readonly #share: HeldShare;
  #paused = false;
  /** Whether the pause is a short one. */
  #brief = false;
  /** Whether more than the buffer is held, so that the sender's connection is read on. */
  #storing = false;
  #ended = false;
  #progressAt = 0;
  #pausedAt = 0;
  /** Bytes held when the sender was paused. */
  #pausedBytes = 0;
  /** Ends the leg when the tail of its data does not come. */
  #tail: Timer | undefined = undefined;
  /** Gives the stream up when nothing moves. */
  #stall: Timer | undefined = undefined;

  /**
   * @param session Ours to that side; the other leg has its own.
   * @param peer Whose session it is.
   * @param ledger Counts what is held.
   * @param limits Bounds.
   * @param tally Counts what happens; `undefined` when nobody asks.
   * @param giveUp Told when the stream is given up because the other side
   * takes nothing.
   */
  constructor(
    session: Session,
    peer: Peer,
    ledger: Ledger,
    limits: LegLimits,
    tally: Tally | undefined,
    giveUp: (leg: Leg) => void,
  ) {
    this.session = session;
    this.peer = peer;
    this.movedAt = session.link.timers.now();
    this.#ledger = ledger;
    this.#share = new HeldShare(ledger);
    this.#limits = limits;
    this.#tally = tally;
    this.#giveUp = giveUp;
  }

  /** Bytes this side has sent that the other side has not been given. */
  get heldBytes(): number {
    return this.#held.length;
  }

  /**
   * Bytes have arrived on this side.
   *
   * @param buf Where they are.
   * @param start The first.
   * @param end After the last.
   */
  receive(buf: Uint8Array, start: number, end: number): void {
    const { link } = this.session;
    this.movedAt = link.seenAt;
    this.received += end - start;
    const to = this.other?.session.link;
    this.#tally?.streamed(this.peer.kind, end - start);
    this.#pass(buf, start, end);
    if (to !== undefined) link.paceBy(to);
  }

  #pass(buf: Uint8Array, start: number, end: number): void {
    const { session } = this;
    const to = this.other?.session;
    if (to === undefined || to.state === "closing" || to.state === "closed") {
      session.consume(end - start);
      this.#tally?.streamDropped(end - start);
      return;
    }
    let at = start;
    if (this.heldBytes === 0) {
      // Ours write packets that are too large for who counts packets.
      const came = session.link.credit ? 0 : end - start;
      at += to.send(buf, start, end, came);
      if (at > start) session.consume(at - start, keepsUp(to));
      if (at === end) return;
    }
    // Nothing was held before, so nothing has stood still.
    if (this.heldBytes === 0) this.#progressAt = session.link.seenAt;
    const { holder } = this.other!.peer;
    const held = this.#held;
    held.add(buf, at, end, to.link.credit);
    const allowed = this.#share.grow(held.memory, this.peer.holder, holder);
    if (session.link.credit || this.#paused) return;
    const full = this.heldBytes >= this.#limits.bufferBytes;
    if (allowed) {
      if (full && !this.#storing) this.#pauseBriefly();
      return;
    }
    // Below half of the memory a stream may always have its buffer.
    if (!full && this.#ledger.level === 0) return;
    this.#pause();
    if (this.#progressAt + this.#patience <= this.#pausedAt) this.#abandon();
  }

  /** The other side can take bytes again. */
  drain(): void {
    const to = this.other?.session;
    if (to === undefined) return;
    const moved = this.#held.sendTo(to);
    if (moved === 0) return;
    this.#share.shrink(this.#held.memory);
    this.#progressAt = this.movedAt = this.session.link.timers.now();
    this.session.consume(moved, keepsUp(to));
    const step = this.#limits.bufferBytes / 8;
    if (this.heldBytes <= this.#limits.bufferBytes - step) {
      this.#storing = false;
    }
    if (
      this.#paused &&
      (this.heldBytes === 0 || this.heldBytes <= this.#pausedBytes - step)
    ) this.#resume();
    if (this.#ended && this.heldBytes === 0) this.#close();
  }

  /**
   * This side's peer will send no more, or only the tail of what it had sent.
   *
   * @param tail Whether bytes may still follow.
   */
  end(tail: boolean): void {
    if (this.#ended) return;
    const { timers } = this.session.link;
    if (tail) {
      this.#tail ??= new Timer(() => this.end(false));
      timers.set(this.#tail, timers.now() + TAIL_MS);
      return;
    }
    this.#ended = true;
    if (this.#tail !== undefined) timers.clear(this.#tail);
    // There is no half close: what the other side still sends is lost.
    this.other?.drop();
    this.target?.close(FORCE_CLOSED);
    // What a peer that was cut has left is not complete anyway.
    const cut = this.session.link.state === "closed";
    if (cut && this.#ledger.level > 0) this.drop();
    if (this.heldBytes === 0) this.#close();
    else this.#watch();
  }

  /** Forgets what this side has sent; nobody will take it. */
  drop(): void {
    const { heldBytes } = this;
    if (heldBytes > 0) {
      this.session.consume(heldBytes);
      this.#tally?.streamDropped(heldBytes);
    }
    this.#held.clear();
    this.#share.shrink(0);
    this.#disarm();
    this.#resume();
  }

  /**
   * Asks whether this side's peer may be granted more bytes under way.
   *
   * @param bytes How many more.
   * @returns Whether it may.
   */
  promise(bytes: number): boolean {
    const target = this.other?.peer.holder;
    return target !== undefined &&
      this.#share.promise(bytes, this.peer.holder, target);
  }

  /** This side's session is over: what was granted is worth nothing any more. */
  revoke(): void {
    this.#share.revoke();
  }

  #pause(): void {
    this.#paused = true;
    this.#pausedAt = this.session.link.seenAt;
    this.#pausedBytes = this.heldBytes;
    this.session.link.pause();
    this.#watch();
  }

  /**
   * A receiver that keeps moving takes an eighth of the buffer in no time. For
   * one that does not, more is stored: what else comes on the sender's
   * connection must not wait for it.
   */
  #pauseBriefly(): void {
    this.#pause();
    this.#brief = true;
    const { timers } = this.session.link;
    timers.set(this.#stall!, timers.now() + BRIEF_MS);
  }

  #close(): void {
    this.#disarm();
    this.#resume();
    this.other?.session.close(this.session.endReason);
  }

  /** Gives the stream up after too long a time without progress. */
  #watch(): void {
    const { timers } = this.session.link;
    this.#brief = false;
    const now = timers.now();
    // While memory is short, what stood still before counts as well.
    if (this.#ledger.level === 0 || !this.#paused) this.#progressAt = now;
    this.#stall ??= new Timer(() => this.#onStall());
    this.#lookAgain(now, this.#progressAt + this.#patience);
  }

  /** Memory may become short while the sender waits. */
  #lookAgain(now: number, due: number): void {
    const at = this.#paused ? Math.min(due, now + PRESSED_MS) : due;
    this.session.link.timers.set(this.#stall!, at);
  }

  /** Milliseconds that the stream may stand still; with a sender that waits, less while memory is short. */
  get #patience(): number {
    const { stallMs } = this.#limits;
    if (!this.#paused || this.#ledger.level === 0) return stallMs;
    const { gaveUpAt } = this.peer;
    const again = gaveUpAt > 0 && this.#pausedAt - gaveUpAt < SOON_MS;
    return Math.min(stallMs, again ? AGAIN_MS : PRESSED_MS);
  }

  #abandon(): void {
    this.peer.gaveUpAt = this.session.link.timers.now();
    this.#giveUp(this);
    this.abort(STALLED);
  }

  #onStall(): void {
    if (this.#brief) {
      this.#storing = true;
      this.#resume();
      return;
    }
    const { stallMs } = this.#limits;
    let due = this.#progressAt + this.#patience;
    // A receiver that takes a byte now and then must not hold up for ever what
    // else its sender's connection carries; one on a slow line may.
    const now = this.session.link.timers.now();
    const moved = this.#pausedBytes - this.heldBytes;
    if (this.#paused && moved < (now - this.#pausedAt) * SLOW_LINE) {
      due = Math.min(due, this.#pausedAt + stallMs * MOST_STALLS);
    }
    if (due > now) this.#lookAgain(now, due);
    else this.#abandon();
  }

  /**
   * Ends the stream on both sides, with what is held of it.
   *
   * @param reason Told to both.
   */
  abort(reason: string): void {
    this.drop();
    this.other?.drop();
    this.session.close(reason);
    this.other?.session.close(reason);
  }

  #resume(): void {
    if (!this.#paused) return;
    this.#paused = this.#brief = false;
    if (!this.#ended) this.#disarm();
    this.session.link.resume();
  }

  #disarm(): void {
    if (this.#stall !== undefined) this.session.link.timers.clear(this.#stall);
  }
}

/** Whether a reader has granted more than a usual window, and it is not used up: it reads as fast as it is sent to. */
function keepsUp(to: Session): boolean {
  return to.sendWindow >= to.link.settings.sessionWindow;
}
