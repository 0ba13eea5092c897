/**
 * A message on the side that receives it.
 *
 * @module
 */

import {
  FORCE_CLOSED,
  FrontierError,
  type Link,
  type Session,
  TYPE_MESSAGE_ACK,
} from "@frontier/proto/internal";
import type { Span } from "@frontier/platform/trace";
import { EMPTY_HEAD, writeAck, writeFailure } from "../calls/body_writer.ts";
import { Received } from "./received.ts";

/** How many messages of one session were received and not answered. */
export interface Unanswered {
  /** How many. */
  count: number;
}

/** What a message carries. */
export interface MessageContent {
  /** Its data. */
  readonly data: Uint8Array<ArrayBuffer>;
  /** Its custom bytes. */
  readonly custom: Uint8Array<ArrayBuffer>;
  /** Whether those end in the id of an edge. */
  readonly tailed: boolean;
  /** Where it is counted until it is answered. */
  readonly unanswered: Unanswered;
  /** What is done with it, where that is traced. */
  readonly span: Span | undefined;
}

/**
 * Makes a message of what came with a frame.
 *
 * @param session Where it came from.
 * @param id Both halves of its packet id.
 * @param topic Where it was published to; empty when there is none.
 * @param content What it carries.
 * @returns The message.
 */
export let makeMessage: (
  session: Session,
  id: readonly [number, number],
  topic: string,
  content: MessageContent,
) => Message;

/**
 * Tells whether a message came over a connection.
 *
 * @param message One that was received, answered or not.
 * @param link The connection.
 * @returns Whether it did.
 */
export let cameOver: (message: Message, link: Link) => boolean;

/**
 * A message was dropped before anybody took it: its connection is lost.
 *
 * @param message One that was received.
 */
export let endLost: (message: Message) => void;

/**
 * A message. Whoever published it waits until {@linkcode Message.done} or
 * {@linkcode Message.error} is called: that is the acknowledgement, end to end.
 */
export class Message extends Received {
  static {
    makeMessage = (session, id, topic, content) =>
      new Message(session, id, topic, content);
    cameOver = (message, link) => message.#session.link === link;
    endLost = (message) => {
      message.#span?.fail("force-closed", FORCE_CLOSED);
      message.#span?.end();
    };
  }

  /** The topic it was published to; empty when there is none. */
  readonly topic: string;
  readonly #session: Session;
  readonly #unanswered: Unanswered;
  readonly #span: Span | undefined;
  readonly #idHi: number;
  readonly #idLo: number;
  #answered = false;

  /** @ignore */
  private constructor(
    session: Session,
    id: readonly [number, number],
    topic: string,
    content: MessageContent,
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
    this.#span = content.span;
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

  /**
   * Runs code in the trace that the message belongs to: what the code calls or
   * publishes is seen as its consequence. Without tracing it just runs.
   *
   * @param action The code.
   * @returns What the code returns.
   *
   * @example Pass on what arrives
   * ```ts
   * import type { Edge } from "@frontier/client";
   *
   * async function passOn(edge: Edge): Promise<void> {
   *   for await (const message of edge.messages()) {
   *     await message.withTrace(() => edge.call("store", message.data));
   *     message.done();
   *   }
   * }
   * ```
   */
  withTrace<T>(action: () => T): T {
    return this.#span === undefined ? action() : this.#span.run(action);
  }

  /** Acknowledges it: the publish succeeds. Only the first answer counts. */
  done(): void {
    this.#span?.end();
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
    if (this.#span !== undefined) {
      const { code, message } = FrontierError.from(reason);
      this.#span.fail(code, message);
      this.#span.end();
    }
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
