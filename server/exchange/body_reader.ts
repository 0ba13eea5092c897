/**
 * Reading the bodies of requests, messages and answers.
 *
 * @module
 */

import {
  DataBody,
  type FrameReader,
  type Link,
  PARKED_SIZE,
  ProtocolError,
  SlowParse,
  Timer,
  type Timers,
} from "@frontier/proto/internal";
import type { Peer } from "../directory/peer.ts";
import type { Share } from "../quota/account.ts";
import { FairItem, FairQueue } from "../quota/fair_queue.ts";
import { PARSING } from "../quota/kinds.ts";
import type { Ledger } from "../quota/ledger.ts";
import { SlowShare } from "../quota/slow_share.ts";

/** Longest body that is parsed at once. */
const AT_ONCE = 65_536;
/** Bytes of one step of a parse. */
const STEP = 65_536;
/** Bytes of all parses together in one turn: a few milliseconds. */
const TURN = 524_288;
/** What a sender's bodies may have of one round of turns. */
const ROUND = 262_144;
/** Milliseconds that the full parse of a byte takes, for the share of its sender. */
const BYTE_MS = 12e-6;
/** Memory of a parse in bytes of its body. */
const MEMORY = 2;

/** Part of the budget that bodies which wait for their parse may take while memory is short. */
const MOST_WAITING = 1 / 8;

/** Buffers up to this size are read from a copy, in bytes. */
const SMALL = PARKED_SIZE;

/** A body that is being parsed in parts, while its link waits. */
class SlowBody extends FairItem {
  readonly parse: SlowParse;
  /** Whether it is parsed, or found malformed. */
  over = false;
  /** Where its memory is counted; once it is its turn. */
  share: Share | undefined = undefined;
  readonly #type: number;
  readonly #idHi: number;
  readonly #idLo: number;
  readonly length: number;

  constructor(
    readonly link: Link,
    readonly peer: Peer,
    frame: FrameReader,
  ) {
    super();
    this.parse = new SlowParse(frame.buf, frame.bodyStart, frame.bodyEnd);
    this.length = frame.bodyEnd - frame.bodyStart;
    this.#type = frame.type;
    this.#idHi = frame.idHi;
    this.#idLo = frame.idLo;
  }

  /** Whether a frame is the one that was put off. */
  belongsTo(frame: FrameReader): boolean {
    return this.over && frame.type === this.#type &&
      frame.idHi === this.#idHi && frame.idLo === this.#idLo &&
      frame.bodyEnd - frame.bodyStart === this.length;
  }
}

/** What a {@linkcode BodyReader} needs from outside. */
export interface BodyReaderContext {
  /** Counts what is kept of long bodies. */
  readonly ledger: Ledger;
  /** The clock and its timers. */
  readonly timers: Timers;
  /**
   * Too much waits for the full parse while memory is short: a peer is to end, but not
   * while its frame is handled.
   *
   * @param peer Whose.
   */
  readonly onCrowded: (peer: Peer) => void;
}

/**
 * Reads bodies. One in the usual shape is scanned at once, at next to no cost.
 * Any other takes the full parse, whose time its sender has to pay for: beyond
 * its share the sender is not read for a while. A long one is parsed in parts,
 * senders taking turns, while its connection waits; then its frame comes again.
 */
export class BodyReader {
  /** What was read last. */
  readonly body = new DataBody();
  readonly #context: BodyReaderContext;
  readonly #slow: Map<Link, SlowBody> = new Map();
  readonly #queue = new FairQueue<SlowBody>(ROUND);
  readonly #shares = new SlowShare();
  /** Bytes of bodies that were put off. */
  #waiting = 0;
  readonly #timer: Timer;
  readonly #small = new Uint8Array(SMALL);
  readonly #smallView = new DataView(this.#small.buffer);

  /**
   * @param context What it needs from outside.
   */
  constructor(context: BodyReaderContext) {
    this.#context = context;
    this.#timer = new Timer(() => this.#turn());
  }

  /**
   * Reads the body of a frame that is being handled.
   *
   * @param peer Who sent it.
   * @param frame One with a data body, valid during the call.
   * @returns The body, valid until the next one is read; `undefined` when the
   * frame is put off: it comes again.
   * @throws {ProtocolError} If a Go peer would refuse it: the sender pays.
   */
  read(peer: Peer, frame: FrameReader): DataBody | undefined {
    const { body } = this;
    const { buf, bodyStart, bodyEnd } = frame;
    if (this.#slow.size > 0) {
      const slow = this.#slow.get(peer.link);
      if (slow !== undefined) {
        this.#forget(slow);
        if (slow.belongsTo(frame)) {
          // Only now: what was parsed is not to be kept while its sender rests.
          this.#charge(peer, slow.length);
          return this.#parsed(slow.parse, frame);
        }
      }
    }
    const { view } = frame;
    if (
      view === undefined
        ? this.#scanSmall(buf, bodyStart, bodyEnd)
        : body.scan(buf, bodyStart, bodyEnd, view)
    ) return body;
    const length = bodyEnd - bodyStart;
    if (length > AT_ONCE) {
      this.#putOff(peer, frame);
      return undefined;
    }
    const parse = new SlowParse(buf, bodyStart, bodyEnd);
    while (parse.step(length + 1) === "more");
    this.#charge(peer, length);
    return this.#parsed(parse, frame);
  }

  /**
   * Tells whether a body of a peer is being parsed.
   *
   * @param peer Anybody who sends.
   * @returns Whether its frame is to come again.
   */
  reads(peer: Peer): boolean {
    return this.#slow.has(peer.link);
  }

  /**
   * A peer has gone: nothing of it is parsed any more.
   *
   * @param peer Anybody; nothing happens if nothing was being parsed.
   */
  forget(peer: Peer): void {
    const slow = this.#slow.get(peer.link);
    if (slow !== undefined) this.#forget(slow);
    this.#shares.forget(peer);
  }

  /** The buffer of a connection that does little has no view, and is copied faster than one is made. */
  #scanSmall(buf: Uint8Array, start: number, end: number): boolean {
    if (buf.length > SMALL) return this.body.scan(buf, start, end);
    this.#small.set(buf);
    return this.body.scan(this.#small, start, end, this.#smallView);
  }

  #parsed(parse: SlowParse, frame: FrameReader): DataBody {
    if (parse.error !== undefined) {
      throw new ProtocolError(
        `Cannot accept body of packet type 0x${
          frame.type.toString(16)
        }: it is malformed`,
      );
    }
    parse.fill(this.body);
    return this.body;
  }

  /** Its sender pays: beyond its share it is not read for a while. */
  #charge(peer: Peer, length: number): void {
    const { timers } = this.#context;
    const now = timers.now();
    const wait = this.#shares.charge(peer, length * BYTE_MS, now);
    if (wait <= 0) return;
    const { link } = peer;
    link.pause();
    timers.set(new Timer(() => link.resume()), now + wait);
  }

  #putOff(peer: Peer, frame: FrameReader): void {
    const { timers } = this.#context;
    const { link } = peer;
    const slow = new SlowBody(link, peer, frame);
    this.#slow.set(link, slow);
    this.#waiting += slow.length;
    this.#queue.push(slow, peer, slow.length);
    link.defer();
    if (!this.#timer.armed) timers.set(this.#timer, timers.now());
    const { ledger, onCrowded } = this.#context;
    if (ledger.level > 0 && this.#waiting > ledger.maxMemory * MOST_WAITING) {
      onCrowded(this.#youngest());
    }
  }

  /** Of those whose bodies wait, the one that came last: connections that come anew to send more of them must not fill the memory of others. */
  #youngest(): Peer {
    let youngest: Peer | undefined = undefined;
    for (const { peer } of this.#slow.values()) {
      if (youngest === undefined || isYounger(peer, youngest)) youngest = peer;
    }
    return youngest!;
  }

  #turn(): void {
    const { timers } = this.#context;
    for (let left = TURN; left > 0; left -= STEP) {
      const slow = this.#queue.peek();
      if (slow === undefined) return;
      const found = slow.parse.step(STEP);
      // Before its turn it takes nothing but the buffer it was read into.
      if (slow.share === undefined && found !== "malformed") this.#count(slow);
      if (found === "more") continue;
      if (found === "malformed") this.#uncount(slow);
      this.#queue.shift();
      slow.over = true;
      slow.link.resume();
      // What was parsed is kept until its frame comes again: one at a time.
      if (found === "done") break;
    }
    if (this.#queue.size > 0) timers.set(this.#timer, timers.now());
  }

  #forget(slow: SlowBody): void {
    this.#slow.delete(slow.link);
    this.#waiting -= slow.length;
    if (!slow.over) this.#queue.remove(slow);
    this.#uncount(slow);
  }

  #count(slow: SlowBody): void {
    const { ledger } = this.#context;
    const bytes = slow.length * MEMORY;
    const { holder } = slow.peer;
    slow.share = ledger.force(PARSING, holder, ledger.process, bytes);
  }

  #uncount(slow: SlowBody): void {
    if (slow.share === undefined) return;
    this.#context.ledger.give(slow.share, PARSING, slow.length * MEMORY);
    slow.share = undefined;
  }
}

/** Whether a peer came later; services, of which there are few, count as older than edges. */
function isYounger(one: Peer, other: Peer): boolean {
  return one.kind === other.kind
    ? one.arrival > other.arrival
    : one.kind === "edge";
}
