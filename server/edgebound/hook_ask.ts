/**
 * Questions to services that may have to wait for their turn.
 *
 * @module
 */

import { addressGroup } from "@frontier/platform/internal";
import type { Hook } from "../directory/directory.ts";
import type { EdgePeer, ServicePeer } from "../directory/peer.ts";
import { FairItem } from "../quota/fair_queue.ts";
import { encodeEdgeEvent } from "./edge_event.ts";
import type { HookOutcome } from "./hook_call.ts";

/** The questions that hold an admission up. */
export type AdmissionHook = Exclude<Hook, "edge_offline">;

/** Gets the outcome of a question, once, and the service that was asked, if one was. */
export type OnOutcome = (
  outcome: HookOutcome,
  service: ServicePeer | undefined,
) => void;

/** What holds places while a question is unanswered. */
export interface AskPlaces {
  /** Takes a waiting question out. */
  remove(ask: HookAsk): void;
  /** Gives back what an unanswered question holds; nobody waits for its answer. */
  release(ask: HookAsk): void;
  /** Nobody waits for the answer; what it holds is kept until that comes. */
  leave(ask: HookAsk): void;
}

/** Bytes of a question beside the edge's meta, about. */
const ASK_BYTES = 256;

/** One question about one edge: it waits, then it is asked, then it is over. */
export class HookAsk extends FairItem {
  /** What is asked. */
  readonly hook: AdmissionHook;
  /** The edge it is about. */
  readonly edge: EdgePeer;
  /** When nobody waits for it any more, in milliseconds of the clock. */
  readonly until: number;
  /** Where the edge comes from: such questions take turns with those about others. */
  readonly address: string;
  /** Bytes it takes on the wire, about. */
  readonly bytes: number;
  /** Where it waits, or holds a place; `undefined` when it does neither. */
  places: AskPlaces | undefined = undefined;
  /** Whether it was asked. */
  sent = false;
  /** What was sent; `undefined` before. */
  call: { cancel(): void } | undefined = undefined;
  /** Whether its outcome is known. */
  over = false;
  readonly #done: OnOutcome;

  /**
   * @param hook What is asked.
   * @param edge The edge it is about.
   * @param until When nobody waits for it any more, in milliseconds of the clock.
   * @param done Gets the outcome.
   */
  constructor(
    hook: AdmissionHook,
    edge: EdgePeer,
    until: number,
    done: OnOutcome,
  ) {
    super();
    this.hook = hook;
    this.edge = edge;
    this.until = until;
    this.#done = done;
    this.address = addressGroup(edge.address);
    const meta = edge.meta?.length ?? 0;
    // The meta is in base64: once of its own, once more inside an event.
    this.bytes = ASK_BYTES +
      Math.ceil(hook === "edge_online" ? meta * 16 / 9 : meta * 4 / 3);
  }

  /** @returns What the service is asked about. */
  value(): Uint8Array | undefined {
    return this.hook === "edge_online"
      ? encodeEdgeEvent(this.edge)
      : this.edge.meta;
  }

  /**
   * The outcome is known.
   *
   * @param outcome What it came to.
   * @param service The service that was asked, if one was.
   */
  finish(outcome: HookOutcome, service?: ServicePeer): void {
    this.over = true;
    this.#done(outcome, service);
  }

  /**
   * Nobody waits for the outcome any more. One that was not asked yet is never
   * asked, and has no outcome; one that was keeps its outcome.
   */
  giveUp(): void {
    if (this.over) return;
    if (this.sent) this.places?.release(this);
    else this.places?.remove(this);
  }

  /** The edge has gone: the outcome is heard, and nobody waits for it. */
  left(): void {
    if (this.over) return;
    if (this.sent) this.places?.leave(this);
    else this.places?.remove(this);
  }
}
