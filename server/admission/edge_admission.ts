/**
 * How an edge gets in.
 *
 * @module
 */

import {
  ILLEGAL_EDGE_ID,
  SERVICE_NOT_ONLINE,
  SHORT_BUFFER,
  TIMEOUT,
  Timer,
} from "@frontier/proto/internal";
import type { Logger } from "@frontier/platform/log";
import type { IdAllocator } from "../directory/id_allocator.ts";
import type { Directory } from "../directory/directory.ts";
import type { EdgePeer, ServicePeer } from "../directory/peer.ts";
import type { HookAsk } from "../edgebound/hook_ask.ts";
import type { HookOutcome } from "../edgebound/hook_call.ts";
import type { Hooks } from "../edgebound/hooks.ts";
import type { Presence } from "../edgebound/presence.ts";
import { UNASKED, UNNAMED } from "../edgebound/standing.ts";
import type { Share } from "../quota/account.ts";
import { ADMISSIONS } from "../quota/kinds.ts";
import type { Ledger } from "../quota/ledger.ts";
import type { Tally } from "../tally/tally.ts";
import type { Policies } from "./policies.ts";

/** Milliseconds an admission may take altogether; the edge waits 10 s. */
const ADMISSION_MS = 8_000;
/** Milliseconds an admission waits for the offline event of the same id. */
const OFFLINE_FIRST_MS = 3_000;
/** What an edge is told whose id went to one that arrived later. */
const REPLACED = "replaced by a newer connection";

/** What an {@linkcode EdgeAdmission} needs from outside. */
export interface EdgeAdmissionContext {
  /** Who is there. */
  readonly directory: Directory;
  /** Asks services. */
  readonly hooks: Hooks;
  /** What services believe. */
  readonly presence: Presence;
  /** Counts what waits. */
  readonly ledger: Ledger;
  /** Makes ids. */
  readonly ids: IdAllocator;
  /** The embedder's rules, asked first; `undefined` when there are none. */
  readonly policies: Policies | undefined;
  /** Counts how long it takes; `undefined` when nobody asks. */
  readonly tally: Tally | undefined;
  /** Whether ids are made while no service assigns them. */
  readonly allocateEdgeIds: boolean;
  /** Whether edges are refused while no service answers `edge_online`. */
  readonly requireEdgeOnline: boolean;
  /** Where to say why an edge is refused that did nothing wrong. */
  readonly log: Logger;
  /** Takes an edge in; its standing says what is still to be asked. */
  readonly admit: (edge: EdgePeer) => void;
}

/**
 * The admission of one edge, a chain of steps that each may refuse or take
 * time: the rules of the embedder, then an id from a service that answers
 * `get_edge_id`, else one of our own, then the consent of a service that
 * answers `edge_online`. All together have 8 s.
 *
 * Of several connections with one id the one that arrived last wins, whichever
 * is through first; one that is refused replaces nobody.
 */
export class EdgeAdmission {
  readonly #context: EdgeAdmissionContext;
  readonly #edge: EdgePeer;
  readonly #until: number;
  /** The question that it waits for. */
  #ask: HookAsk | undefined = undefined;
  #deadline: Timer | undefined = undefined;
  /** What is counted of it while it waits. */
  #share: Share | undefined = undefined;

  /**
   * @param context What it needs from outside.
   * @param edge The edge, in its handshake.
   */
  constructor(context: EdgeAdmissionContext, edge: EdgePeer) {
    this.#context = context;
    this.#edge = edge;
    this.#until = edge.link.timers.now() + ADMISSION_MS;
  }

  /** Whether the edge still waits to be let in. */
  get #open(): boolean {
    return this.#edge.link.state === "handshake";
  }

  /** Takes the first step, and all others that can be taken at once. */
  start(): void {
    const { policies } = this.#context;
    if (policies === undefined) this.#identify();
    else {
      policies.connect(this.#edge, (refusal) => {
        if (!this.#open) return;
        if (refusal === undefined) this.#identify();
        else this.#refuse(refusal);
      });
    }
    if (!this.#open) return;
    const { ledger } = this.#context;
    this.#share = ledger.take(
      ADMISSIONS,
      this.#edge.holder,
      ledger.process,
      1,
    );
    if (this.#share === undefined) {
      this.#refuse(SHORT_BUFFER);
      return;
    }
    this.#deadline = new Timer(() => this.#onDeadline());
    this.#edge.link.timers.set(this.#deadline, this.#until);
  }

  /**
   * The edge is in, refused or gone. What it was not asked about yet nobody is
   * asked any more; what was asked is still heard, for services may act on it.
   */
  end(): void {
    if (this.#deadline !== undefined) {
      this.#edge.link.timers.clear(this.#deadline);
      this.#deadline = undefined;
    }
    if (this.#share !== undefined) {
      this.#context.ledger.give(this.#share, ADMISSIONS, 1);
      this.#share = undefined;
    }
    const ask = this.#ask;
    this.#ask = undefined;
    if (ask === undefined) return;
    ask.left();
    if (ask.sent) return;
    if (ask.hook === "edge_online") {
      this.#context.presence.announced(this.#edge, false);
    }
  }

  #onDeadline(): void {
    // A service that does not answer must not hold up those behind.
    if (this.#ask?.sent === true) this.#ask.giveUp();
    this.#refuse(TIMEOUT);
  }

  /** The connection leaves with it, and that ends the admission. */
  #refuse(reason: string): void {
    const { link, idHi, idLo } = this.#edge;
    this.#judged();
    link.refuse(reason, idHi, idLo);
  }

  #identify(): void {
    const edge = this.#edge;
    // The id an edge claims is not looked at: it could be somebody else's.
    const ask = this.#context.hooks.getEdgeId(
      edge,
      this.#until,
      (outcome) => this.#onId(outcome),
    );
    if (ask !== undefined) {
      if (!ask.over) this.#ask = ask;
    } else if (this.#context.allocateEdgeIds) {
      edge.standing |= UNNAMED;
      this.#makeId();
      this.#announce();
    } else {
      this.#refuseUnasked(
        "Edge refused, for no service answers get_edge_id: start one, or set edgebound.edgeid_alloc_when_no_idservice_on to true",
      );
    }
  }

  /** Nobody is there to ask; the edge reads of a service, its operator of which one. */
  #refuseUnasked(why: string): void {
    this.#context.log.warn(why, { peer: this.#edge.describe() });
    this.#refuse(SERVICE_NOT_ONLINE);
  }

  #onId(outcome: HookOutcome): void {
    this.#ask = undefined;
    if (!this.#open) return;
    if (outcome.kind === "nobody") this.#identify();
    else if (outcome.kind !== "answer") this.#refuse(outcome.error);
    else if (outcome.value.length !== 8) this.#refuse(ILLEGAL_EDGE_ID);
    else {
      const edge = this.#edge;
      const { buffer, byteOffset } = outcome.value;
      const view = new DataView(buffer, byteOffset);
      edge.idHi = view.getUint32(0);
      edge.idLo = view.getUint32(4);
      // The service leaves it to us.
      if (edge.idHi === 0 && edge.idLo === 0) this.#makeId();
      this.#announce();
    }
  }

  #makeId(): void {
    const { ids } = this.#context;
    ids.next();
    this.#edge.idHi = ids.hi;
    this.#edge.idLo = ids.lo;
  }

  #announce(): void {
    const edge = this.#edge;
    const { hooks, presence, requireEdgeOnline } = this.#context;
    presence.afterOffline(edge.id, OFFLINE_FIRST_MS, () => {
      if (!this.#open) return;
      // Nobody need be asked about one that has lost already.
      if (this.#overtaken) {
        this.#refuse(REPLACED);
        return;
      }
      if (!hooks.has("edge_online")) {
        if (requireEdgeOnline) {
          this.#refuseUnasked(
            "Edge refused, for no service answers edge_online: start one, or set edgebound.require_edge_online to false",
          );
          return;
        }
        edge.standing |= UNASKED;
        this.#admit();
        return;
      }
      presence.announcing(edge.id);
      const ask = hooks.edgeOnline(
        edge,
        this.#until,
        (outcome, service) => this.#onVerdict(outcome, service),
      );
      if (ask?.over === false) this.#ask = ask;
    });
  }

  #onVerdict(outcome: HookOutcome, service: ServicePeer | undefined): void {
    const edge = this.#edge;
    const { presence } = this.#context;
    this.#ask = undefined;
    if (outcome.kind === "nobody") {
      presence.announced(edge, false);
      if (this.#open) this.#announce();
      return;
    }
    if (this.#open) {
      if (outcome.kind === "answer") this.#admit();
      else this.#refuse(outcome.error);
    }
    const told = outcome.kind !== "refusal" && outcome.kind !== "unsent";
    presence.announced(edge, told, service);
  }

  #admit(): void {
    if (this.#overtaken) {
      this.#refuse(REPLACED);
      return;
    }
    this.#judged();
    this.#context.admit(this.#edge);
  }

  #judged(): void {
    const { tally } = this.#context;
    if (tally === undefined || !this.#open) return;
    const since = this.#until - ADMISSION_MS;
    tally.admissions.add(this.#edge.link.timers.now() - since);
  }

  /** Whether one that arrived later has the id. */
  get #overtaken(): boolean {
    const { idHi, idLo, arrival } = this.#edge;
    const rival = this.#context.directory.edge(idHi, idLo);
    return rival !== undefined && rival.arrival > arrival;
  }
}
