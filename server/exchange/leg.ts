/**
 * One side of a joined stream.
 *
 * @module
 */

import {
  FORCE_CLOSED,
  obtainBuffer,
  releaseBuffer,
  type Session,
  STREAM_HEAD,
  Timer,
} from "@frontier/proto";
import type { Peer } from "../directory/peer.ts";
import type { Share } from "../quota/account.ts";
import { HELD } from "../quota/kinds.ts";
import type { Ledger } from "../quota/ledger.ts";
import type { LinkTarget } from "./link_target.ts";

/** Bounds of a {@linkcode Leg}. */
export interface LegLimits {
  /** Bytes held for the other side that are always kept, whatever else its sender holds. */
  readonly bufferBytes: number;
  /** Milliseconds a sender is kept waiting without progress. */
  readonly stallMs: number;
}

/** Largest buffer for held bytes: one full read and its frame header. */
const CHUNK_SIZE = 262_144 + STREAM_HEAD;
/** The same towards a peer without credit, whose packets must not grow. */
const PLAIN_CHUNK_SIZE = 65_536 + STREAM_HEAD;
/** Milliseconds a sender whose buffer is full waits before more is stored. */
const BRIEF_MS = 200;
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
  /** Bytes this side has sent that the other side has not been given. */
  heldBytes = 0;

  readonly #ledger: Ledger;
  readonly #limits: LegLimits;
  readonly #giveUp: (leg: Leg) => void;
  /** What is held: buffers filled to the end, but for the last, filled to `#fill`. */
  readonly #chunks: Uint8Array[] = [];
  /** First byte held in the first buffer. */
  #from = STREAM_HEAD;
  /** After the last byte held in the last buffer. */
  #fill = 0;
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
  /** Where the held bytes are counted. */
  #share: Share | undefined = undefined;
  /** Bytes counted there. */
  #counted = 0;
  /** Bytes beyond the first window that this side was granted. */
  #promised = 0;
  /** Ends the leg when the tail of its data does not come. */
  #tail: Timer | undefined = undefined;
  /** Gives the stream up when nothing moves. */
  #stall: Timer | undefined = undefined;

  /**
   * @param session The session.
   * @param peer Whose session it is.
   * @param ledger Counts what is held.
   * @param limits Bounds.
   * @param giveUp Told when the stream is given up because the other side
   * takes nothing.
   */
  constructor(
    session: Session,
    peer: Peer,
    ledger: Ledger,
    limits: LegLimits,
    giveUp: (leg: Leg) => void,
  ) {
    this.session = session;
    this.peer = peer;
    this.#ledger = ledger;
    this.#limits = limits;
    this.#giveUp = giveUp;
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
    const to = this.other?.session.link;
    this.#pass(buf, start, end);
    if (to !== undefined) link.paceBy(to);
  }

  #pass(buf: Uint8Array, start: number, end: number): void {
    const { session } = this;
    const to = this.other?.session;
    if (to === undefined || to.state === "closing" || to.state === "closed") {
      session.consume(end - start);
      return;
    }
    let at = start;
    if (this.heldBytes === 0) {
      at += to.send(buf, start, end, end - start);
      if (at > start) session.consume(at - start, keepsUp(to));
      if (at === end) return;
    }
    const allowed = this.#count(end - at);
    this.#hold(buf, at, end);
    if (session.link.credit || this.#paused) return;
    const full = this.heldBytes >= this.#limits.bufferBytes;
    if (allowed) {
      if (full && !this.#storing) this.#pauseBriefly();
      return;
    }
    // Below half of the memory a stream may always have its buffer.
    if (full || this.#ledger.level > 0) this.#pause();
  }

  /** The other side can take bytes again. */
  drain(): void {
    const to = this.other?.session;
    if (to === undefined) return;
    let moved = 0;
    while (this.#chunks.length > 0) {
      const chunk = this.#chunks[0]!;
      const end = this.#chunks.length === 1 ? this.#fill : chunk.length;
      if (to.adopt(chunk, this.#from, end)) {
        moved += end - this.#from;
        this.#chunks.shift();
        this.#from = STREAM_HEAD;
        continue;
      }
      const sent = to.send(chunk, this.#from, end);
      if (sent === 0) break;
      moved += sent;
      this.#from += sent;
      if (this.#from === end) this.#dropFirst();
    }
    if (moved === 0) return;
    this.#uncount(moved);
    this.#progressAt = this.session.link.timers.now();
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
    if (this.heldBytes > 0) this.session.consume(this.heldBytes);
    while (this.#chunks.length > 0) this.#dropFirst();
    this.#uncount(this.heldBytes);
    this.#disarm();
    this.#resume();
  }

  /** Counts bytes that have come; tells whether they are within their sender's share. */
  #count(bytes: number): boolean {
    const before = this.#counted;
    this.heldBytes += bytes;
    // What was promised is counted already.
    const more = Math.max(this.heldBytes, this.#promised) - before;
    if (more <= 0) return true;
    const ledger = this.#ledger;
    const source = this.peer.holder;
    const target = this.other!.peer.holder;
    const most = ledger.maxMemory;
    const share = ledger.take(HELD, source, target, more, most);
    this.#share = share ?? ledger.force(HELD, source, target, more);
    this.#counted += more;
    return share !== undefined;
  }

  #uncount(bytes: number): void {
    this.heldBytes -= bytes;
    this.#settle();
  }

  /** Gives back what is counted beyond what is held or promised. */
  #settle(): void {
    const less = this.#counted - Math.max(this.heldBytes, this.#promised);
    if (less <= 0) return;
    this.#counted -= less;
    this.#ledger.give(this.#share!, HELD, less);
    if (this.#counted === 0) this.#share = undefined;
  }

  /**
   * Asks whether this side's peer may be granted more bytes under way. What it
   * was granted it may send at any time, so it counts as held from now on.
   *
   * @param bytes How many more.
   * @returns Whether it may.
   */
  promise(bytes: number): boolean {
    const ledger = this.#ledger;
    const { other } = this;
    // Promises alone must not make memory scarce.
    if (other === undefined || ledger.level > 0) return false;
    const share = ledger.take(
      HELD,
      this.peer.holder,
      other.peer.holder,
      bytes,
      ledger.maxMemory,
    );
    if (share === undefined) return false;
    this.#share = share;
    this.#counted += bytes;
    this.#promised += bytes;
    return true;
  }

  /** This side's session is over: what was granted is worth nothing any more. */
  revoke(): void {
    this.#promised = 0;
    this.#settle();
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

  /** Copies bytes into pooled buffers that can be sent as they are. */
  #hold(buf: Uint8Array, start: number, end: number): void {
    for (let at = start; at < end;) {
      let chunk = this.#chunks.at(-1);
      if (chunk === undefined || this.#fill === chunk.length) {
        const most = this.other!.session.link.credit
          ? CHUNK_SIZE
          : PLAIN_CHUNK_SIZE;
        const buffer = obtainBuffer(Math.min(STREAM_HEAD + end - at, most));
        chunk = buffer.length > most ? buffer.subarray(0, most) : buffer;
        this.#chunks.push(chunk);
        this.#fill = STREAM_HEAD;
      }
      const part = Math.min(end - at, chunk.length - this.#fill);
      chunk.set(buf.subarray(at, at + part), this.#fill);
      this.#fill += part;
      at += part;
    }
  }

  #dropFirst(): void {
    releaseBuffer(this.#chunks.shift()!);
    this.#from = STREAM_HEAD;
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
    this.#progressAt = timers.now();
    this.#stall ??= new Timer(() => this.#onStall());
    timers.set(this.#stall, this.#progressAt + this.#limits.stallMs);
  }

  #onStall(): void {
    if (this.#brief) {
      this.#storing = true;
      this.#resume();
      return;
    }
    const { timers } = this.session.link;
    const { stallMs } = this.#limits;
    let due = this.#progressAt + stallMs;
    // A receiver that takes a byte now and then must not hold up for ever what
    // else its sender's connection carries; one on a slow line may.
    const now = timers.now();
    const moved = this.#pausedBytes - this.heldBytes;
    if (this.#paused && moved < (now - this.#pausedAt) * SLOW_LINE) {
      due = Math.min(due, this.#pausedAt + stallMs * MOST_STALLS);
    }
    if (due > now) {
      timers.set(this.#stall!, due);
      return;
    }
    this.#giveUp(this);
    this.abort(STALLED);
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
