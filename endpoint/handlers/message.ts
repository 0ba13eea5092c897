/**
 * A message on the side that receives it.
 *
 * @module
 */

import { FrontierError, type Session, TYPE_MESSAGE_ACK } from "@frontier/proto";
import { EMPTY_HEAD, writeAck, writeFailure } from "../calls/body_writer.ts";
import { Received } from "./received.ts";

/** How many messages of one session were received and not answered. */
export interface Unanswered {
  /** How many. */
  count: number;
}

/**
 * A message. Whoever published it waits until {@linkcode Message.done} or
 * {@linkcode Message.error} is called: that is the acknowledgement, end to end.
 */
export class Message extends Received {
  /** The topic it was published to; empty when there is none. */
  readonly topic: string;
  readonly #session: Session;
  readonly #unanswered: Unanswered;
  readonly #idHi: number;
  readonly #idLo: number;
  #answered = false;

  /**
   * Holds a message; the endpoint that received it calls this.
   *
   * @param session Where it came from.
   * @param id Both halves of its packet id.
   * @param topic Its topic.
   * @param content Its data and custom bytes, whether those end in an id, and
   * where it is counted until it is answered.
   */
  constructor(
    session: Session,
    id: readonly [number, number],
    topic: string,
    content: {
      data: Uint8Array<ArrayBuffer>;
      custom: Uint8Array<ArrayBuffer>;
      tailed: boolean;
      unanswered: Unanswered;
    },
  ) {
    super(
      session.isDefault ? 0n : session.id,
      content.data,
      content.custom,
      content.tailed,
    );
    this.topic = topic;
    this.#session = session;
    this.#unanswered = content.unanswered;
    this.#idHi = id[0];
    this.#idLo = id[1];
  }

  /**
   * Whether an acknowledgement can still be sent: none was, and the connection
   * or stream it came on is still there.
   */
  get answerable(): boolean {
    return !this.#answered && this.#session.state === "open";
  }

  /** Acknowledges it: the publish succeeds. Only the first answer counts. */
  done(): void {
    if (!this.answerable) return;
    this.#answered = true;
    this.#unanswered.count--;
    writeAck(this.#session, this.#idHi, this.#idLo);
  }

  /**
   * Rejects it: the publish fails with the text of the reason. Only the first
   * answer counts.
   *
   * @param reason An error, or its text; an empty text is sent as `error`.
   */
  error(reason: unknown): void {
    if (!this.answerable) return;
    this.#answered = true;
    this.#unanswered.count--;
    writeFailure(
      this.#session,
      TYPE_MESSAGE_ACK,
      this.#idHi,
      this.#idLo,
      EMPTY_HEAD,
      FrontierError.from(reason).toWire(),
    );
  }
}
