/**
 * Questions that could not be asked when an edge came.
 *
 * @module
 */

import { SHORT_BUFFER, Timer, type Timers } from "@frontier/proto/internal";
import type { Logger } from "@frontier/platform/log";
import type { ReaskIds } from "../config/mod.ts";
import type { Directory } from "../directory/directory.ts";
import type { EdgePeer, ServicePeer } from "../directory/peer.ts";
import { closableAt } from "../directory/young.ts";
import type { HookOutcome } from "./hook_call.ts";
import type { Hooks } from "./hooks.ts";
import type { Presence } from "./presence.ts";
import { ASKING, TOLD, UNASKED, UNNAMED } from "./standing.ts";

/** Milliseconds between two steps. */
const STEP_MS = 16;
/** Edges asked about in one step. */
const STEP_ASKS = 64;
/** Edges looked at in one step. */
const STEP_LOOKS = 1_024;
/** Milliseconds until edges are gone through again when nothing could be asked. */
const PAUSE_MS = 1_000;

/** What a {@linkcode CatchUp} needs from outside. */
export interface CatchUpContext {
  /** Who is there. */
  readonly directory: Directory;
  /** Asks services. */
  readonly hooks: Hooks;
  /** What services believe. */
  readonly presence: Presence;
  /** The clock and its timers. */
  readonly timers: Timers;
  /** Whose made-up ids are asked for again. */
  readonly reaskIds: ReaskIds;
  /** Where to report. */
  readonly log: Logger;
  /** Closes an edge whose id is another one, so that it comes back under it. */
  readonly reconnect: (edge: EdgePeer) => void;
  /** Closes an edge that a service does not want. */
  readonly expel: (edge: EdgePeer, reason: string) => void;
}

/**
 * Makes good what was not asked while no service was there to answer, as it is
 * for all edges that come back before their services do after a restart of the
 * gateway. First each edge with a made-up id is asked for, once; one of ours
 * that should have another id is told to reconnect, and gets it then. What
 * keeps its id is announced.
 *
 * It goes through the directory in small steps, with few questions unanswered
 * at a time and only where no admission waits. It keeps two counters and no
 * list: edges that are through cost nothing, and nothing is done while nothing
 * is due.
 */
export class CatchUp {
  readonly #context: CatchUpContext;
  /** Edges admitted while nobody answered `edge_online`. */
  #unasked = 0;
  /** Edges whose id is to be asked for. */
  #unnamed = 0;
  #walk: Iterator<EdgePeer> | undefined = undefined;
  /** Questions asked since the walk began. */
  #asked = 0;
  /** Whether a service had no free handler since then. */
  #busy = false;
  readonly #timer: Timer = new Timer(() => this.#step());

  /**
   * @param context What it needs from outside.
   */
  constructor(context: CatchUpContext) {
    this.#context = context;
  }

  /** Edges about which something is to be asked as soon as a service answers it. */
  get due(): number {
    return Math.max(this.#unasked, this.#unnamed);
  }

  /**
   * An edge was admitted.
   *
   * @param edge One that is in; its `standing` says what was not asked.
   */
  admitted(edge: EdgePeer): void {
    const { reaskIds } = this.#context;
    const reask = reaskIds === "all" || (reaskIds === "ours" && edge.link.ours);
    if (!reask) edge.standing &= ~UNNAMED;
    this.#count(edge, 1);
  }

  /**
   * An edge was removed from the directory.
   *
   * @param edge One that was let in before.
   */
  gone(edge: EdgePeer): void {
    this.#count(edge, -1);
    edge.standing &= ~(UNASKED | UNNAMED);
  }

  /** A service has registered a hook: what is due may be asked now. */
  wake(): void {
    if (!this.#timer.armed) this.#step();
  }

  /** Asks nothing more. */
  close(): void {
    this.#context.timers.clear(this.#timer);
  }

  get #names(): boolean {
    return this.#unnamed > 0 && this.#context.hooks.has("get_edge_id");
  }

  get #announces(): boolean {
    return this.#unasked > 0 && this.#context.hooks.has("edge_online");
  }

  #count(edge: EdgePeer, by: 1 | -1): void {
    if ((edge.standing & UNASKED) !== 0) this.#unasked += by;
    if ((edge.standing & UNNAMED) !== 0) this.#unnamed += by;
  }

  /** A question about the edge is settled. */
  #settle(edge: EdgePeer, bit: number): void {
    if ((edge.standing & bit) === 0) return;
    edge.standing &= ~bit;
    if (bit === UNASKED) this.#unasked--;
    else this.#unnamed--;
  }

  #step(): void {
    const { directory, timers } = this.#context;
    const names = this.#names;
    const announces = this.#announces;
    if (!names && !announces) {
      this.#walk = undefined;
      return;
    }
    if (this.#walk === undefined) {
      this.#walk = directory.edges()[Symbol.iterator]();
      this.#asked = 0;
      this.#busy = false;
    }
    let asks = 0;
    let waitMs = STEP_MS;
    for (let looks = 0; looks < STEP_LOOKS && asks < STEP_ASKS; looks++) {
      const next = this.#walk.next();
      if (next.done === true) {
        // What was passed over, or came meanwhile, has its turn next time.
        this.#walk = undefined;
        if (this.#asked === 0 || this.#busy) waitMs = PAUSE_MS;
        break;
      }
      if (this.#ask(next.value, names, announces)) {
        asks++;
        this.#asked++;
      }
    }
    timers.set(this.#timer, timers.now() + waitMs);
  }

  #ask(edge: EdgePeer, names: boolean, announces: boolean): boolean {
    const { standing } = edge;
    if ((standing & (UNASKED | UNNAMED)) === 0 || (standing & ASKING) !== 0) {
      return false;
    }
    if (names && (standing & UNNAMED) !== 0) return this.#askId(edge);
    return announces && (standing & UNASKED) !== 0 && this.#announce(edge);
  }

  #askId(edge: EdgePeer): boolean {
    const { link } = edge;
    if (closableAt(link) > link.timers.now()) return false;
    const { hooks } = this.#context;
    const lane = hooks.spare("get_edge_id", edge);
    if (lane === undefined) return false;
    edge.standing |= ASKING;
    hooks.askSpare(
      lane,
      "get_edge_id",
      edge,
      (outcome) => this.#onId(edge, outcome),
    );
    return true;
  }

  #onId(edge: EdgePeer, outcome: HookOutcome): void {
    edge.standing &= ~ASKING;
    // It is asked when a service is there again: this one may not have heard.
    if (this.#isOpen(outcome)) return;
    this.#settle(edge, UNNAMED);
    if (!edge.online || outcome.kind !== "answer") return;
    if (outcome.value.length !== 8) return;
    const { buffer, byteOffset } = outcome.value;
    const view = new DataView(buffer, byteOffset);
    const hi = view.getUint32(0);
    const lo = view.getUint32(4);
    const same = hi === edge.idHi && lo === edge.idLo;
    if (same || (hi === 0 && lo === 0)) return;
    this.#context.reconnect(edge);
  }

  /** Whether a question is still to be asked. */
  #isOpen(outcome: HookOutcome): boolean {
    const busy = outcome.kind === "unsent" && outcome.error === SHORT_BUFFER;
    if (busy) this.#busy = true;
    return busy || outcome.kind === "nobody" || outcome.kind === "lost";
  }

  #announce(edge: EdgePeer): boolean {
    const { hooks, presence } = this.#context;
    // The offline event of an older connection comes first.
    if (presence.isLeaving(edge.id)) return false;
    const lane = hooks.spare("edge_online", edge);
    if (lane === undefined) return false;
    edge.standing |= ASKING;
    presence.announcing(edge.id);
    hooks.askSpare(
      lane,
      "edge_online",
      edge,
      (outcome, service) => this.#onVerdict(edge, outcome, service),
    );
    return true;
  }

  #onVerdict(
    edge: EdgePeer,
    outcome: HookOutcome,
    service: ServicePeer | undefined,
  ): void {
    const { presence, expel, log } = this.#context;
    edge.standing &= ~ASKING;
    let told = outcome.kind === "answer" || outcome.kind === "late" ||
      outcome.kind === "lost";
    // Whoever comes next is told.
    const open = this.#isOpen(outcome);
    if (!open) this.#settle(edge, UNASKED);
    if (outcome.kind === "refusal" && edge.online) {
      told = (edge.standing & TOLD) !== 0;
      expel(edge, outcome.error);
    } else if (
      !open && (outcome.kind === "late" || outcome.kind === "unsent")
    ) {
      log.warn("Edge could not be announced", {
        peer: edge.describe(),
        reason: outcome.error,
      });
    }
    presence.announced(edge, told, service);
  }
}
