/**
 * Asks services about edges.
 *
 * @module
 */

import type { Timers } from "@frontier/proto";
import { chooseIndex, type HashBy } from "../exchange/choose.ts";
import type { EdgePeer, ServicePeer } from "../directory/peer.ts";
import type { Directory, Hook } from "../directory/directory.ts";
import type { Tally } from "../tally/tally.ts";
import type { EdgeFacts } from "./edge_event.ts";
import { type AdmissionHook, HookAsk, type OnOutcome } from "./hook_ask.ts";
import type { HookOutcome } from "./hook_call.ts";
import { HookLane } from "./hook_lane.ts";
import type { OfflineEvent } from "./offline_event.ts";

/** Milliseconds for an id that is asked for afterwards, as many as for an admission. */
const ID_MS = 8_000;

/** What {@linkcode Hooks} needs from outside. */
export interface HooksContext {
  /** Who is there. */
  readonly directory: Directory;
  /** How one of several services is chosen. */
  readonly hashBy: HashBy;
  /** Source of randomness, from 0 to 1, 1 excluded. */
  readonly random: () => number;
  /** The clock and its timers. */
  readonly timers: Timers;
  /** Milliseconds a hook may take. */
  readonly timeoutMs: number;
  /** Bytes waiting for a service above which it is asked nothing more. */
  readonly maxOutboxBytes: number;
  /** Counts what is asked; `undefined` when nobody wants to know. */
  readonly tally?: Tally | undefined;
}

/** Hears what became of offline events. */
export interface OfflineListener {
  /**
   * A service has confirmed an event, or not.
   *
   * @param event One that was sent.
   * @param outcome What the service did.
   */
  onEvent(event: OfflineEvent, outcome: HookOutcome): void;
  /**
   * The service that was to be told has gone before it was.
   *
   * @param event One that was not sent; it is to be told to another service.
   */
  onReturned(event: OfflineEvent): void;
}

/**
 * The three questions the gateway asks services: which id an edge gets, whether
 * it may come online, and, without waiting for consent, that it went offline.
 * Each service has a lane of its own for them. Source: docs/spec/wire.md §9.4.
 */
export class Hooks {
  /** Hears what became of offline events. */
  listener: OfflineListener | undefined = undefined;
  readonly #context: HooksContext;
  readonly #lanes: Map<ServicePeer, HookLane> = new Map();
  #hasty = false;

  /**
   * @param context What it needs from outside.
   */
  constructor(context: HooksContext) {
    this.#context = context;
  }

  /**
   * Tells whether anybody answers a hook.
   *
   * @param hook Which hook.
   * @returns Whether a service has registered it.
   */
  has(hook: Hook): boolean {
    return this.#context.directory.byHook(hook).length > 0;
  }

  /** Questions that wait for a place. */
  get waiting(): number {
    let waiting = 0;
    for (const lane of this.#lanes.values()) waiting += lane.waiting;
    return waiting;
  }

  /** Questions that are unanswered. */
  get unanswered(): number {
    let asks = 0;
    for (const lane of this.#lanes.values()) asks += lane.asks;
    return asks;
  }

  /**
   * Asks for an edge's id. The answer's value should be 8 bytes.
   *
   * @param edge One that wants to come in, and has no id of its own.
   * @param until When nobody waits for it any more, in milliseconds of the clock.
   * @param done Gets the outcome.
   * @returns The question, or `undefined` when no service answers it.
   */
  getEdgeId(
    edge: EdgePeer,
    until: number,
    done: OnOutcome,
  ): HookAsk | undefined {
    return this.#ask(new HookAsk("get_edge_id", edge, until, done));
  }

  /**
   * Announces an edge.
   *
   * @param edge The edge, with its id.
   * @param until When nobody waits for it any more, in milliseconds of the clock.
   * @param done Gets the verdict.
   * @returns The question, or `undefined` when nobody asks to be told.
   */
  edgeOnline(
    edge: EdgePeer,
    until: number,
    done: OnOutcome,
  ): HookAsk | undefined {
    return this.#ask(new HookAsk("edge_online", edge, until, done));
  }

  /**
   * Looks for room for a question that can wait.
   *
   * @param hook Which question.
   * @param edge The edge it is about.
   * @returns A service's lane, if asking there keeps nobody else waiting now.
   */
  spare(hook: AdmissionHook, edge: EdgePeer): HookLane | undefined {
    const service = this.#choose(hook, edge);
    if (service === undefined) return undefined;
    const lane = this.#lane(service);
    return lane.spare ? lane : undefined;
  }

  /**
   * Asks a question that can wait.
   *
   * @param lane Where there is room.
   * @param hook Which question.
   * @param edge The edge it is about.
   * @param done Gets the outcome.
   */
  askSpare(
    lane: HookLane,
    hook: AdmissionHook,
    edge: EdgePeer,
    done: OnOutcome,
  ): void {
    // Until its id is known an edge is not announced either.
    const until = hook === "get_edge_id"
      ? this.#context.timers.now() + ID_MS
      : Infinity;
    lane.ask(new HookAsk(hook, edge, until, done));
  }

  /**
   * Tells that an edge has gone.
   *
   * @param event What to tell.
   * @returns `false` when nobody asks to be told.
   */
  edgeOffline(event: OfflineEvent): boolean {
    const services = this.#context.directory.byHook("edge_offline");
    const { to } = event;
    const service = to !== undefined && services.includes(to)
      ? to
      : this.#choose("edge_offline", event);
    if (service === undefined) return false;
    this.#lane(service).tell(event);
    return true;
  }

  /** Services have come or gone: what waits for one that has gone is asked of another. */
  servicesChanged(): void {
    for (const [service, lane] of this.#lanes) {
      if (service.online) continue;
      this.#lanes.delete(service);
      const { asks, events } = lane.dissolve();
      for (const event of events) this.listener?.onReturned(event);
      for (const ask of asks) {
        if (this.#ask(ask) === undefined) ask.finish({ kind: "nobody" });
      }
    }
  }

  /** The gateway closes: offline events are sent as fast as services read. */
  hurry(): void {
    this.#hasty = true;
    for (const lane of this.#lanes.values()) {
      lane.hasty = true;
      lane.pump();
    }
  }

  #ask(ask: HookAsk): HookAsk | undefined {
    const service = this.#choose(ask.hook, ask.edge);
    if (service === undefined) return undefined;
    this.#lane(service).ask(ask);
    return ask;
  }

  #lane(service: ServicePeer): HookLane {
    let lane = this.#lanes.get(service);
    if (lane !== undefined) return lane;
    const { timers, timeoutMs, maxOutboxBytes, tally } = this.#context;
    lane = new HookLane(service, {
      timers,
      timeoutMs,
      maxOutboxBytes,
      tally,
      onEvent: (event, outcome) => this.listener?.onEvent(event, outcome),
    });
    lane.hasty = this.#hasty;
    this.#lanes.set(service, lane);
    return lane;
  }

  /** An edge without an id yet cannot be hashed: any service names it. */
  #choose(hook: Hook, edge: EdgeFacts): ServicePeer | undefined {
    const { directory, hashBy, random } = this.#context;
    const services = directory.byHook(hook);
    if (services.length === 0) return undefined;
    const by = hook === "get_edge_id" ? "random" : hashBy;
    return services[chooseIndex(services.length, by, edge, random)];
  }
}
