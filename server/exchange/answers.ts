/**
 * Answers to those who asked.
 *
 * @module
 */

import {
  ANSWER_LOST,
  BODY_SLACK,
  type DataBody,
  encodeErrorText,
  type Link,
  PAYLOAD_TOO_LARGE,
  SHORT_BUFFER,
  type Verdict,
  writeAnswer,
  writeEmpty,
  writeError,
} from "@frontier/proto/internal";
import type { Logger } from "@frontier/platform/log";
import type { Tally } from "../tally/tally.ts";
import type { Call } from "./call.ts";
import { showAnswer, showFailure } from "./call_trace.ts";
import { UNREAD } from "./ends.ts";
import type { OutboxRoom } from "./outbox_room.ts";

/** Encoded reasons kept; those of applications are not limited in number. */
const KEPT_REASONS = 64;
const reasons = new Map<string, Uint8Array>();

/** Bounds of {@linkcode Answers}. */
export interface AnswerLimits {
  /** Bytes waiting for one peer above which it is cut when even errors do not fit its share. */
  readonly maxOutboxBytes: number;
  /** Largest payload, in bytes. */
  readonly maxFrameBytes: number;
}

/**
 * Writes answers into the outbox of whoever asked: what the target said, or why
 * it said nothing.
 */
export class Answers {
  readonly #limits: AnswerLimits;
  readonly #room: OutboxRoom;
  readonly #log: Logger;
  readonly #tally: Tally | undefined;

  /**
   * @param limits Bounds.
   * @param room Room in outboxes.
   * @param log Where to report.
   * @param tally Counts what becomes of calls; `undefined` when nobody asks.
   */
  constructor(
    limits: AnswerLimits,
    room: OutboxRoom,
    log: Logger,
    tally: Tally | undefined,
  ) {
    this.#limits = limits;
    this.#room = room;
    this.#log = log;
    this.#tally = tally;
  }

  /**
   * Passes an answer on.
   *
   * @param call Who asked, and under which id.
   * @param body The answer's body.
   * @param from The connection that answered; what it says of its own errors is
   * believed where it was negotiated, for no handler can write it there.
   */
  pass(call: Call, body: DataBody, from: Link): void {
    const { session } = call;
    if (call.trace !== undefined) showAnswer(call.trace, body, from);
    if (session?.state !== "open") {
      this.#tally?.unheard(call);
      return;
    }
    const link = session.link;
    const length = body.end - body.start + BODY_SLACK;
    // What waits for an asker is its own.
    if (!this.#room.take(call.source!, call.source!, length)) {
      this.#lost(call, link, SHORT_BUFFER);
      return;
    }
    const at = link.openFrame(session, length);
    const verdict = link.verdict && from.verdict;
    const end = writeAnswer(link.outbox.view, at, body, verdict);
    if (end - at + 8 > this.#limits.maxFrameBytes) {
      dropUnsent(link);
      this.#lost(call, link, PAYLOAD_TOO_LARGE);
      return;
    }
    this.#tally?.answered(call, body.errorEnd > body.errorStart, from.seenAt);
    link.commitFrame(
      call.answerType,
      call.idHi,
      call.idLo,
      end,
    );
  }

  /**
   * Acknowledges a message that did not go to a connection.
   *
   * @param call Who sent it, and under which id.
   */
  accept(call: Call): void {
    const { session } = call;
    if (session?.state !== "open") {
      this.#tally?.unheard(call);
      return;
    }
    const link = session.link;
    const source = call.source!;
    if (!this.#room.take(source, source, BODY_SLACK)) {
      this.#lost(call, link, SHORT_BUFFER);
      return;
    }
    const at = link.openFrame(session, BODY_SLACK);
    const end = writeEmpty(link.outbox.view, at);
    this.#tally?.answered(call, false, link.timers.now());
    link.commitFrame(call.answerType, call.idHi, call.idLo, end);
  }

  /** It was done, and the answer to it does not fit. */
  #lost(call: Call, link: Link, reason: string): void {
    this.fail(call, link.verdict ? ANSWER_LOST : reason, "unknown");
  }

  /**
   * Answers with a reason.
   *
   * @param call Who asked, and under which id.
   * @param reason Why there is no other answer.
   * @param verdict Whether it may have been done; told to those who know it.
   * @param request The request's body, whose method is repeated where it is
   * still at hand.
   */
  fail(
    call: Call,
    reason: string,
    verdict: Verdict,
    request: DataBody | null = null,
  ): void {
    const { session } = call;
    if (call.trace !== undefined) showFailure(call.trace.span, reason);
    if (session?.state !== "open") {
      this.#tally?.unheard(call);
      return;
    }
    const link = session.link;
    const source = call.source!;
    this.#tally?.failed(call, reason);
    if (verdict === "unknown") this.#tally?.waited(call, link.timers.now());
    const error = encodeReason(reason);
    const keyLength = request === null ? 0 : request.keyEnd - request.start;
    let length = keyLength + error.length + BODY_SLACK;
    if (!this.#room.take(source, source, length)) {
      // The asker knows what it asked: what cannot be refused is to be short.
      request = null;
      length = error.length + BODY_SLACK;
      if (
        this.#room.scarce ||
        link.outbox.unwritten > this.#limits.maxOutboxBytes
      ) {
        // It asks and does not read: not even the errors fit any more.
        this.#log.warn("Connection does not read its answers", {
          peer: source.describe(),
          unwritten: link.outbox.unwritten,
        });
        link.fail(UNREAD);
        return;
      }
      this.#room.force(source, length);
    }
    const at = link.openFrame(session, length);
    const said = link.verdict ? verdict : "";
    const end = writeError(link.outbox.view, at, request, error, said);
    link.commitFrame(call.answerType, call.idHi, call.idLo, end);
  }
}

/**
 * Forgets a frame that was begun and is not sent after all: an idle outbox
 * keeps no room for it.
 *
 * @param link The connection it was for.
 */
export function dropUnsent(link: Link): void {
  if (link.outbox.unwritten === 0) link.outbox.clear();
}

function encodeReason(text: string): Uint8Array {
  let bytes = reasons.get(text);
  if (bytes === undefined) {
    bytes = encodeErrorText(text);
    if (reasons.size < KEPT_REASONS) reasons.set(text, bytes);
  }
  return bytes;
}
