/**
 * A request or message on its way.
 *
 * @module
 */

import { type Session, TYPE_MESSAGE_ACK, TYPE_RESPONSE } from "@frontier/proto";
import type { Peer } from "../directory/peer.ts";
import { WAYS } from "../tally/labels.ts";
import type { Queued } from "./lane_queue.ts";
import type { Slot } from "./slot.ts";
import type { Target } from "./target.ts";

/** How the `custom` bytes change on the way. */
export type Edit = "same" | "append" | "strip";

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
  kind: "request" | "message" = "request";
  /** Who asks; `undefined` when it is answered, or a message outlives its sender. */
  source: Peer | undefined = undefined;
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
  target: Target | undefined = undefined;
  /** What it waits in for the answer of a connection. */
  slot: Slot | undefined = undefined;
  /** What it waits in for its turn to be sent. */
  queued: Queued | undefined = undefined;
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
    return this.kind === "request" ? way : way + WAYS.length;
  }

  /** Type of the packet that answers it. */
  get answerType(): number {
    return this.kind === "request" ? TYPE_RESPONSE : TYPE_MESSAGE_ACK;
  }
}
