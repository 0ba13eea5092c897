/**
 * A request or message on its way.
 *
 * @module
 */

import {
  type Link,
  type Session,
  TYPE_MESSAGE_ACK,
  TYPE_RESPONSE,
} from "@frontier/proto/internal";
import type { Span } from "@frontier/platform/trace";
import type { Holder } from "../quota/account.ts";
import type { OutboxShares } from "../quota/outbox_shares.ts";
import { TO_BROKER, WAYS } from "../tally/labels.ts";

/** What is on its way: a request is answered, a message acknowledged. */
export type CallKind = "request" | "message";

/** What is known of the trace that a call belongs to. */
export interface CallTrace {
  /** The context that the target is told; empty when it does not know such. */
  context: string;
  /** The span of this gateway, where it traces. */
  readonly span: Span | undefined;
}

/** How the `custom` bytes change on the way. */
export type Edit = "same" | "append" | "strip";

/** Whoever asks or is asked, as far as calls look at it; every `Peer` is one. */
export interface Party {
  /** What it is. */
  readonly kind: "edge" | "service";
  /** Its connection. */
  readonly link: Link;
  /** What stands for it in the ledger. */
  readonly holder: Holder;
  /** High half of its id. */
  readonly idHi: number;
  /** Low half of its id. */
  readonly idLo: number;
  /** Its id. */
  readonly id: bigint;
  /** What it said of itself; `undefined` when it said nothing. */
  readonly meta: Uint8Array | undefined;
  /** Who filled its outbox; made while much is in it. */
  trail: OutboxShares | undefined;
  /** What it asked and was asked; made at the first. */
  readonly calls: PartyCalls;
  /** What it asked and has no answer to. */
  readonly unanswered: readonly Call[];
  /** @returns What to call it in the log. */
  describe(): string;
}

/** What is known of the calls of one side; see `PeerCalls`. */
export interface PartyCalls {
  /** Calls it made. */
  callsIn: number;
  /** Calls it was asked to answer. */
  callsOut: number;
  /** Messages it sent. */
  messagesIn: number;
  /** Messages sent to it. */
  messagesOut: number;
  /** The message without an answer that came last. */
  messages: Call | undefined;
  /**
   * @param call A request with its source's packet id.
   * @param salt See `CallTable`.
   */
  add(call: Call, salt: number): void;
  /** @param call A request that was added. */
  delete(call: Call): void;
  /**
   * @param idHi High half of the packet id.
   * @param idLo Low half of the packet id.
   * @param session The session it came on.
   * @returns The request, if it has no answer yet.
   */
  get(idHi: number, idLo: number, session: Session): Call | undefined;
}

/** What has taken a call, as far as the call has to know it; every `Target` is one. */
export interface Taker {
  /**
   * What it takes: `packet` is the whole body with the caller's id in it,
   * `value` the decoded value alone.
   */
  readonly encoding: "packet" | "value";
  /**
   * Nobody waits for the answer of a request it took any more.
   *
   * @param call The request; it is let go of afterwards.
   */
  cancel(call: Call): void;
}

/** What a call waits in, for its answer or for its turn. */
export interface Place {
  /** Who waits; `undefined` when that has its answer already. */
  call: Call | undefined;
}

/**
 * One request or message between its coming and its answer: who asks, under
 * which id, and until when. What its target waits in is the target's business:
 * a call lets go of who asked the moment it is answered, though its place at
 * the target may stay taken much longer.
 *
 * Used again for the next one, so that passing one on allocates nothing.
 */
export class Call {
  /** What it is. */
  kind: CallKind = "request";
  /** Who asks; `undefined` when it is answered, or a message outlives its sender. */
  source: Party | undefined = undefined;
  /** The session of the asking side. */
  session: Session | undefined = undefined;
  /** High half of the packet id that the asking side chose. */
  idHi = 0;
  /** Low half of the packet id that the asking side chose. */
  idLo = 0;
  /** What happens to its custom bytes. */
  edit: Edit = "same";
  /** When it came, in milliseconds of the clock. */
  startedAt = 0;
  /** When it is answered with an error at the latest, in milliseconds of the clock. */
  expiresAt = 0;
  /** The asking side's own limit in milliseconds, where it is what ends the call; else 0. */
  limitMs = 0;
  /** The same limit as a point in time, for a target that knows no spans, in Unix milliseconds; else 0. */
  deadlineMs = 0;
  /** Where it went. */
  target: Taker | undefined = undefined;
  /** What stands for the topic of an edge's message; only its identity matters. */
  topic: object | undefined = undefined;
  /** What it waits in for the answer of a connection. */
  slot: Place | undefined = undefined;
  /** What it waits in for its turn to be sent. */
  queued: Place | undefined = undefined;
  /** The trace it belongs to; `undefined` for none. */
  trace: CallTrace | undefined = undefined;
  /** Neighbour among the calls of its source. */
  prev: Call | undefined = undefined;
  /** Neighbour among the calls of its source. */
  next: Call | undefined = undefined;
  /** Older unanswered message of the same lane. */
  older: Call | undefined = undefined;
  /** Younger unanswered message of the same lane. */
  younger: Call | undefined = undefined;

  /** What it is counted as; see `tally/labels.ts`. */
  get way(): number {
    const { edit } = this;
    const way = edit === "append" ? 0 : edit === "strip" ? 1 : 2;
    if (this.kind === "request") return way;
    return this.target?.encoding === "value" ? TO_BROKER : way + WAYS.length;
  }

  /** Type of the packet that answers it. */
  get answerType(): number {
    return this.kind === "request" ? TYPE_RESPONSE : TYPE_MESSAGE_ACK;
  }
}
