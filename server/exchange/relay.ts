/**
 * A request or message that was passed on and waits for its answer.
 *
 * @module
 */

import {
  type FrameReader,
  type Link,
  Pending,
  type Session,
  TYPE_MESSAGE_ACK,
  TYPE_RESPONSE,
} from "@frontier/proto";
import type { Peer } from "../directory/peer.ts";
import type { MessageLane } from "./message_lane.ts";

/** Whom a {@linkcode Relay} tells what became of it. */
export interface RelayOwner {
  /**
   * The answer has arrived.
   *
   * @param relay The relay.
   * @param link Where the answer came from.
   * @param frame The answer.
   */
  onAnswer(relay: Relay, link: Link, frame: FrameReader): void;
  /**
   * No answer will come.
   *
   * @param relay The relay.
   * @param reason Why.
   */
  onFail(relay: Relay, reason: string): void;
}

/**
 * One packet between its two connections: who asked, under which ids, and
 * where the answer goes. Used again for the next packet, so that passing one on
 * allocates nothing.
 */
export class Relay extends Pending {
  /** Who asked. */
  source: Peer | undefined = undefined;
  /** The session of the asking side. */
  sourceSession: Session | undefined = undefined;
  /** High half of the packet id the asking side chose. */
  sourceIdHi = 0;
  /** Low half of the packet id the asking side chose. */
  sourceIdLo = 0;
  /** The connection that was asked. */
  target: Link | undefined = undefined;
  /** Set for messages, which pass through a window. */
  lane: MessageLane | undefined = undefined;
  /** Whether the time limit is the asking side's own. */
  ownLimit = false;
  /** Whether the asking side has its answer. */
  answered = false;
  /** When a message's asking side is told that it took too long. */
  messageExpiresAt = 0;
  /** Neighbour in the table of its source, or older message of the same lane. */
  prev: Relay | undefined = undefined;
  /** Neighbour in the table of its source, or younger message of the same lane. */
  next: Relay | undefined = undefined;

  readonly #owner: RelayOwner;

  /**
   * @param owner Whom it tells.
   */
  constructor(owner: RelayOwner) {
    super();
    this.#owner = owner;
  }

  /** Type of the packet that answers it. */
  get answerTo(): number {
    return this.lane === undefined ? TYPE_RESPONSE : TYPE_MESSAGE_ACK;
  }

  /** @inheritdoc */
  override onAnswer(link: Link, frame: FrameReader): void {
    this.#owner.onAnswer(this, link, frame);
  }

  /** @inheritdoc */
  override onFail(_link: Link, reason: string): void {
    this.#owner.onFail(this, reason);
  }
}
