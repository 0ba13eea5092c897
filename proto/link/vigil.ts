/**
 * What may take too long on a connection.
 *
 * @module
 */

import type { CloseReason } from "./close_reason.ts";
import { FramePace } from "../wire/frame_pace.ts";
import type { FrameReader } from "../wire/frame_reader.ts";
import { Heartbeat } from "./heartbeat.ts";
import type { LinkRole } from "./link_state.ts";
import type { Outbox } from "../wire/outbox.ts";
import { WriteWatch } from "./write_watch.ts";
import { UNBOXED } from "../wire/wire_numbers.ts";

/** Bytes that wait above which it is watched whether the peer takes them. */
const WATCHED_BYTES = 4_096;

/** The connection that a {@linkcode Vigil} looks at. */
export interface Watched {
  /** Its side. */
  readonly role: LinkRole;
  /** Whether frames are not handled now. */
  readonly paused: boolean;
  /** Incoming bytes. */
  readonly reader: FrameReader;
  /** Outgoing bytes. */
  readonly outbox: Outbox;
  /** Its settings, as far as they are about time. */
  readonly settings: { readonly writeStallMs: number };
}

/**
 * All that one side waits for from the other, but answers: signs of life, the
 * end of the handshake or of the close, the rest of a large frame, and that what
 * is written is taken. It knows times only and sends nothing. All times are
 * milliseconds of the clock.
 */
export class Vigil extends Heartbeat {
  /** When the handshake, or the close, must be done; infinite in between. */
  deadlineAt: number = UNBOXED;
  /** The large frame that is arriving. */
  #frame: FramePace | undefined = undefined;
  /** While many bytes wait to be written. */
  #writes: WriteWatch | undefined = undefined;

  /**
   * Begins with the connection.
   *
   * @param now The time.
   * @param deadlineAt When the handshake must be done.
   */
  constructor(now: number, deadlineAt: number) {
    super(now);
    this.deadlineAt = deadlineAt;
  }

  /** When to look. */
  get nextAt(): number {
    let at = Math.min(this.deadlineAt, this.dueAt);
    if (this.#frame !== undefined) at = Math.min(at, this.#frame.dueAt);
    if (this.#writes !== undefined) at = Math.min(at, this.#writes.dueAt);
    return at;
  }

  /** When bytes that waited were last taken; see {@linkcode WriteWatch.flowedAt}. */
  get flowedAt(): number {
    return this.#writes?.flowedAt ?? -Infinity;
  }

  /**
   * Bytes were handled. Mostly two comparisons.
   *
   * @param now The time.
   * @param link The connection.
   * @param whole Whether there was a whole frame among them.
   * @returns Whether {@linkcode Vigil.nextAt} may be earlier now.
   */
  afterRead(now: number, link: Watched, whole: boolean): boolean {
    let begun = false;
    if (link.outbox.unwritten >= WATCHED_BYTES && this.#writes === undefined) {
      this.#writes = new WriteWatch(now, link.settings.writeStallMs);
      begun = true;
    }
    if (whole) this.#frame = undefined;
    if (this.#frame === undefined && !link.paused && link.reader.inLargeFrame) {
      this.#frame = new FramePace(now, link.reader.buffered);
      begun = true;
    }
    return begun;
  }

  /**
   * The transport has taken bytes.
   *
   * @param count How many.
   */
  onWritten(count: number): void {
    this.#writes?.onWritten(count);
  }

  /**
   * Tells how long the transport has taken nothing, and watches it from now on.
   *
   * @param now The time.
   * @param limitMs Milliseconds without progress that are too long.
   * @returns Milliseconds without progress.
   */
  writeStalledMs(now: number, limitMs: number): number {
    this.#writes ??= new WriteWatch(now, limitMs);
    return this.#writes.look(now);
  }

  /**
   * A client is about to send a heartbeat.
   *
   * @param now The time.
   * @param link The connection.
   */
  beforeHeartbeat(now: number, link: Watched): void {
    const { unwritten } = link.outbox;
    if (unwritten >= WATCHED_BYTES && this.#writes === undefined) {
      this.#writes = new WriteWatch(now, link.settings.writeStallMs);
      this.#writes.onHeartbeat(now, unwritten);
    }
  }

  /**
   * Looks at what an open connection is sent and sends, when it is time.
   *
   * @param now The time.
   * @param link The connection.
   * @returns Why it is to end; `undefined` when it is not.
   */
  check(now: number, link: Watched): CloseReason | undefined {
    const frame = this.#frame;
    if (frame !== undefined && now >= frame.dueAt) {
      if (!link.reader.inLargeFrame) this.#frame = undefined;
      else if (!frame.check(now, link.reader.buffered, link.paused)) {
        return { kind: "slow", text: "a large frame arrived too slowly" };
      }
    }
    const writes = this.#writes;
    if (writes !== undefined && now >= writes.dueAt) {
      if (link.outbox.unwritten < WATCHED_BYTES) this.#writes = undefined;
      else if (!writes.check(now)) {
        return { kind: "slow", text: "what is sent is not read" };
      }
    }
    return undefined;
  }

  /**
   * Looks for a sign of life, when it is time.
   *
   * @param now The time, not before `dueAt`.
   * @param link The connection.
   * @returns Why it is to end; `undefined` when it is not.
   */
  checkLife(now: number, link: Watched): CloseReason | undefined {
    if (link.role === "server") {
      return this.checkClient(now, link.paused)
        ? undefined
        : { kind: "silent", text: "no heartbeat" };
    }
    this.#writes?.onHeartbeat(now, link.outbox.unwritten);
    return this.checkServer(now, link.paused, this.flowedAt)
      ? undefined
      : { kind: "silent", text: "no heartbeat ack" };
  }

  /** The connection is open, or closes: what is being read and written is nobody's concern. */
  forget(): void {
    this.#frame = this.#writes = undefined;
  }
}
