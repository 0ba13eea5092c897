/**
 * Raw bytes on a session: how many may go, and how many may come.
 *
 * @module
 */

import { DEFAULT_SESSION, TYPE_STREAM } from "../wire/constants.ts";
import { GrowingWindow } from "./growing_window.ts";
import type { LinkOutput } from "./link_output.ts";
import { ProtocolError } from "../errors/protocol_error.ts";
import { initialWindow } from "./receive_window.ts";
import { UNBOXED } from "../wire/wire_numbers.ts";

/** Where a session is in its life. */
export type SessionState =
  /** We asked for it and wait for the ack. */
  | "opening"
  /** The peer asked for it and waits for ours. */
  | "accepting"
  /** Data flows. */
  | "open"
  /** One side has sent a dismiss. */
  | "closing"
  /** Nothing flows any more. */
  | "closed";

/** What the bytes of a session need of its connection, beside its output. */
export interface FlowLink extends LinkOutput {
  /**
   * Remembers a session that wants to send.
   *
   * @param session One that has more to send than it may.
   */
  wait(session: SessionFlow): void;
  /**
   * Asks whether the peer may be granted more bytes on a session, and notes it.
   *
   * @param session One whose window is to be widened.
   * @param bytes How many more.
   * @returns Whether it may.
   */
  promise(session: SessionFlow, bytes: number): boolean;
}

/** Most payload bytes of one stream frame that we write. */
const STREAM_PART = 262_144;
/**
 * Most payload bytes of one stream frame to a peer without credit, unless more
 * came in one: its library bounds what it parks in packets, not in bytes.
 */
const PLAIN_PART = 65_536;
/** Fewest bytes that are worth a write of their own. */
const LEAST_ADOPTED = 4_096;
/** How often `sessionWindow` the window of a session grows to whose reader keeps up. */
const GROWTH = 4;

/**
 * The bytes of one session of a connection `L`: both windows, sending, and what
 * is held back until the peer listens.
 */
export abstract class SessionFlow<L extends FlowLink = FlowLink> {
  /** The connection it belongs to. */
  readonly link: L;
  /** High half of the session id; of the negotiate id while `opening` at a client. */
  idHi: number;
  /** Low half of the session id; of the negotiate id while `opening` at a client. */
  idLo: number;
  /** Where it is in its life. */
  state: SessionState;
  /** Bytes the peer still lets us send; infinite without credit. */
  sendWindow: number = UNBOXED;
  /** Bytes we still let the peer send; infinite without credit. */
  receiveWindow: number = UNBOXED;
  /** Bytes received and not yet consumed. */
  unread = 0;
  /** Bytes its window was widened by, beyond what the handshake granted. */
  promised = 0;
  /** Whether it is in the link's list of sessions that want to send. */
  waiting = false;
  /** What is done when the peer listens; `undefined` while it does. */
  protected hold: (() => void)[] | undefined = undefined;

  /** Made when it is widened, or the first bytes are consumed. */
  #window: GrowingWindow | undefined = undefined;
  #raised = false;

  /**
   * Made by its subclass.
   *
   * @param link The connection.
   * @param idHi High half of the id.
   * @param idLo Low half of the id.
   * @param state Its first state.
   */
  constructor(link: L, idHi: number, idLo: number, state: SessionState) {
    this.link = link;
    this.idHi = idHi;
    this.idLo = idLo;
    this.state = state;
    this.sendWindow = link.peerSessionWindow;
    this.receiveWindow = link.credit ? initialWindow(link.settings) : Infinity;
  }

  /** Whether it is the session every connection has from the start. */
  get isDefault(): boolean {
    return this.idHi === 0 && this.idLo === DEFAULT_SESSION;
  }

  /** Whether it is open but the peer may not listen yet. */
  get held(): boolean {
    return this.hold !== undefined;
  }

  /**
   * Widens the receive window of an open session, from the little that the
   * handshake granted to `sessionWindow`: somebody wants the bytes. Happens once;
   * nothing happens without credit.
   */
  raise(): void {
    if (this.state !== "open" || !this.link.credit || this.#raised) return;
    // What comes on it is thrown away.
    if (this.isDefault) return;
    this.#raised = true;
    if (this.hold === undefined) this.#raise();
    else this.hold.push(() => this.#raise());
  }

  #raise(): void {
    const { settings } = this.link;
    const least = initialWindow(settings);
    let more = settings.sessionWindow - this.#receiveSize.size;
    // What is left of a share may still be worth something.
    for (; more >= least; more >>= 1) {
      if (this.link.promise(this, more)) {
        this.#receiveSize.widen(more);
        this.#grant(more);
        return;
      }
    }
  }

  get #receiveSize(): GrowingWindow {
    const { settings } = this.link;
    return this.#window ??= new GrowingWindow(
      initialWindow(settings),
      settings.sessionWindow * GROWTH,
    );
  }

  #grant(bytes: number): void {
    this.receiveWindow += bytes;
    this.link.sendCredit(this.idHi, this.idLo, bytes);
  }

  /**
   * How many bytes {@linkcode SessionFlow.send} would take now. After 0 the
   * handler hears `onWritable` when it is more.
   *
   * @returns Bytes.
   */
  writable(): number {
    if (this.state !== "open") return 0;
    const link = this.link;
    let bytes = this.hold === undefined ? link.streamRoom() : 0;
    if (this.sendWindow < bytes) bytes = this.sendWindow;
    if (link.sendWindow < bytes) bytes = link.sendWindow;
    if (bytes <= 0) {
      link.wait(this);
      return 0;
    }
    return bytes;
  }

  /**
   * Sends raw bytes, as many as may be sent now. They are copied. When it takes
   * fewer than it was given, the handler hears `onWritable` later.
   *
   * @param buf Where the bytes are.
   * @param start The first.
   * @param end After the last.
   * @param came Length of the packet that they came in, if they did; 0 otherwise.
   * @returns How many were taken.
   */
  send(buf: Uint8Array, start: number, end: number, came = 0): number {
    const take = Math.min(end - start, this.writable());
    if (take <= 0) return 0;
    const link = this.link;
    const part = link.credit ? STREAM_PART : Math.max(PLAIN_PART, came);
    const most = Math.min(part, STREAM_PART, link.settings.maxPayload - 8);
    for (let from = start, left = take; left > 0;) {
      const count = Math.min(left, most);
      const at = link.openFrame(this, count);
      link.outbox.buf.set(buf.subarray(from, from + count), at);
      link.sendFrame(TYPE_STREAM, at + count);
      from += count;
      left -= count;
    }
    this.sendWindow -= take;
    link.sendWindow -= take;
    // Only now is it known what it waits for.
    if (take < end - start) link.wait(this);
    return take;
  }

  /**
   * Sends raw bytes that lie in a pooled buffer, and gives the buffer away with
   * them: no copy. The 22 bytes before them, `STREAM_HEAD`, are overwritten.
   * Refused for so few bytes that a write of their own costs more than a copy, and
   * for more than one packet may have.
   *
   * @param buffer The buffer, from the pool.
   * @param start The first byte; at least `STREAM_HEAD`.
   * @param end After the last byte.
   * @returns `false` when they may not be sent now, or not all of them; the
   * buffer is still the caller's then, and `send` may take a part.
   */
  adopt(buffer: Uint8Array, start: number, end: number): boolean {
    const link = this.link;
    const length = end - start;
    if (length < LEAST_ADOPTED || !link.credit && length > PLAIN_PART) {
      return false;
    }
    // The outbox's mark is soft, a window is not.
    if (
      this.writable() === 0 || this.sendWindow < length ||
      link.sendWindow < length
    ) return false;
    link.adoptFrame(this, buffer, start, end);
    this.sendWindow -= length;
    link.sendWindow -= length;
    return true;
  }

  /**
   * Raw bytes have arrived; called by the link before anybody sees them.
   *
   * @param bytes How many.
   * @throws {ProtocolError} If they are more than were granted.
   */
  onBytes(bytes: number): void {
    if (!this.link.credit) return;
    this.receiveWindow -= bytes;
    if (this.receiveWindow < 0) {
      const id = (BigInt(this.idHi) << 32n) | BigInt(this.idLo);
      throw new ProtocolError(
        `Cannot accept ${bytes} stream bytes: the credit of session ${id} is used up`,
      );
    }
    this.unread += bytes;
  }

  /**
   * Tells that received bytes are no longer held, and lets the peer send as
   * many more; with a window that doubles, up to four times `sessionWindow`,
   * while nothing is left unread.
   *
   * @param bytes How many.
   * @param keepsUp `false` keeps the window from growing.
   */
  consume(bytes: number, keepsUp = true): void {
    const link = this.link;
    if (!link.credit) return;
    // Never more than was received.
    if (bytes > this.unread) bytes = this.unread;
    if (bytes <= 0) return;
    this.unread -= bytes;
    if (this.state !== "open") return;
    const window = this.#receiveSize;
    let grant = window.free(bytes);
    if (grant === 0) return;
    // While nothing is held, the window itself is what slows the sender.
    if (keepsUp && this.unread === 0) {
      const more = window.growth;
      if (more > 0 && link.promise(this, more)) {
        window.widen(more);
        grant += more;
      }
    }
    this.#grant(grant);
  }
}
