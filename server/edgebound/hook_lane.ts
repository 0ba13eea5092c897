/**
 * What one service is asked and told, and in which order.
 *
 * @module
 */

import {
  SHORT_BUFFER,
  TIMEOUT,
  Timer,
  type Timers,
} from "@frontier/proto/internal";
import type { Hook } from "../directory/directory.ts";
import type { ServicePeer } from "../directory/peer.ts";
import { FairQueue } from "../quota/fair_queue.ts";
import type { Tally } from "../tally/tally.ts";
import type { AskPlaces, HookAsk } from "./hook_ask.ts";
import { callHook, type HookOutcome } from "./hook_call.ts";
import type { OfflineEvent } from "./offline_event.ts";
import { encodeEdgeEvent } from "./edge_event.ts";

/** Questions one service may have unanswered at a time. */
const MAX_ASKS = 1_024;
/** Bytes of unanswered questions to one service; a larger one goes alone. */
const MAX_ASK_BYTES = 8_388_608;
/** Part of both that there is on top, for addresses about which nothing is asked: others that are never answered may fill the rest. */
const ON_TOP = 1 / 4;
/** Bytes of the longest question that finds a place on top. */
const ON_TOP_BYTES = 65_536;
/** Milliseconds until a service is told that nobody waits for its consent. */
const LEAVE_MS = 1_000;
/** Unanswered questions up to which there is room for what is not urgent. */
const SPARE_ASKS = 64;
/** Offline events one service may have unconfirmed at a time. */
const MAX_EVENTS = 4_096;
/** Bytes of unconfirmed offline events; a larger one goes alone. */
const MAX_EVENT_BYTES = 8_388_608;
/** Milliseconds a service without a free handler is left alone with offline events. */
const BUSY_MS = 250;
/** Bytes in the outbox above which no offline event is added. */
const EVENT_MARK = 1_048_576;
/** Milliseconds an answer needs; who has less left is not asked about. */
const LEAST_MS = 500;
/** Packets that wait for their answer above which no offline event is added: a link has room for few more. */
const MAX_PENDING = 1_000_000;
/** Bytes of questions per address and round of turns. */
const QUANTUM = 4_096;
/** Milliseconds until a full outbox is looked at again. */
const RETRY_MS = 16;

/** What a {@linkcode HookLane} needs from outside. */
export interface HookLaneContext {
  /** The clock and its timers. */
  readonly timers: Timers;
  /** Milliseconds a hook may take. */
  readonly timeoutMs: number;
  /** Bytes waiting for a service above which it is asked nothing more. */
  readonly maxOutboxBytes: number;
  /** Counts what is asked; `undefined` when nobody wants to know. */
  readonly tally?: Tally | undefined;
  /** Told what became of an offline event. */
  readonly onEvent: (event: OfflineEvent, outcome: HookOutcome) => void;
}

/**
 * The way of hooks to one service. Questions have places of their own, so that
 * edges that are not admitted yet can neither fill the service's outbox nor its
 * handlers, however many they are and however much they say of themselves.
 * What finds no place waits; addresses take turns, so that one with thousands
 * of edges does not keep out another with one. Where questions are never
 * answered, there is a place on top for an address about which nothing is asked. A second question of an
 * admission goes before first ones, so that admissions end rather than begin.
 *
 * Offline events need no consent: they are not counted with the questions, are
 * never dropped, and are held up only by a service that does not read.
 */
export class HookLane implements AskPlaces {
  /** The service. */
  readonly service: ServicePeer;
  /** Questions unanswered. */
  asks = 0;
  /** Their bytes. */
  bytes = 0;
  /** Offline events that wait to be sent, by edge id. */
  readonly events: Map<bigint, OfflineEvent> = new Map();
  /** Whether events go out as fast as the outbox takes them. */
  hasty = false;
  /** Questions unanswered, by the address they are about. */
  readonly #asked: Map<string, number> = new Map();
  #unconfirmed = 0;
  #unconfirmedBytes = 0;
  /** When a service that had no free handler is told the next event. */
  #busyUntil = -Infinity;
  #pumping = false;
  readonly #context: HookLaneContext;
  readonly #verdicts: FairQueue<HookAsk> = new FairQueue(QUANTUM);
  readonly #ids: FairQueue<HookAsk> = new FairQueue(QUANTUM);
  readonly #retry: Timer = new Timer(() => this.pump());

  /**
   * @param service Whom the questions go to; it may leave at any time.
   * @param context What it needs from outside.
   */
  constructor(service: ServicePeer, context: HookLaneContext) {
    this.service = service;
    this.#context = context;
  }

  /** Questions that wait for a place. */
  get waiting(): number {
    return this.#verdicts.size + this.#ids.size;
  }

  /** Whether there is room for a question that can wait. */
  get spare(): boolean {
    return this.asks < SPARE_ASKS && this.waiting === 0 &&
      this.bytes * 2 < MAX_ASK_BYTES && this.#writable;
  }

  /** Whether nothing waits here and nothing is unanswered. */
  get idle(): boolean {
    return this.asks === 0 && this.waiting === 0 && this.events.size === 0 &&
      this.#unconfirmed === 0;
  }

  get #writable(): boolean {
    const { link, online } = this.service;
    return online && link.outbox.unwritten < this.#context.maxOutboxBytes;
  }

  /**
   * Asks now, or when there is a place.
   *
   * @param ask The question.
   */
  ask(ask: HookAsk): void {
    if ((this.waiting === 0 && this.#fits(ask)) || this.#fitsOnTop(ask)) {
      this.#send(ask);
      return;
    }
    const queue = this.#queueOf(ask);
    ask.places = this;
    queue.push(ask, ask.address, ask.bytes);
    this.pump();
  }

  /**
   * Tells now, or when the outbox takes it.
   *
   * @param event One that waits nowhere else.
   */
  tell(event: OfflineEvent): void {
    event.lane = this;
    this.events.set(event.id, event);
    this.pump();
  }

  /**
   * Takes back an event that was not sent yet.
   *
   * @param event One that waits here; nothing happens to others.
   */
  withdraw(event: OfflineEvent): void {
    event.lane = undefined;
    this.events.delete(event.id);
  }

  /** @inheritdoc */
  remove(ask: HookAsk): void {
    ask.places = undefined;
    this.#queueOf(ask).remove(ask);
    // It may have stood in the way of smaller ones.
    this.pump();
  }

  /** @inheritdoc */
  release(ask: HookAsk): void {
    this.#free(ask);
    ask.call?.cancel();
    this.pump();
  }

  /** @inheritdoc */
  leave(ask: HookAsk): void {
    // Any other service works on, and keeps the place.
    if (!this.service.link.cancel) return;
    if (ask.hook === "get_edge_id") {
      this.release(ask);
      return;
    }
    // A consent is still heard, for the service may act on it. One that does not
    // come soon must not keep a place from others, here and there.
    const { timers } = this.#context;
    const timer = new Timer(() => {
      if (!ask.over) this.release(ask);
    });
    timers.set(timer, timers.now() + LEAVE_MS);
  }

  /** Sends what there is room for. */
  pump(): void {
    // What is sent may be over at once, and then comes here again.
    if (this.#pumping) return;
    this.#pumping = true;
    try {
      this.#pump();
    } finally {
      this.#pumping = false;
    }
    this.#watch();
  }

  #pump(): void {
    for (const event of this.events.values()) {
      if (!this.#takesEvent) break;
      this.#sendEvent(event);
    }
    for (;;) {
      const queue = this.#verdicts.size > 0 ? this.#verdicts : this.#ids;
      const next = queue.peek();
      if (next === undefined) break;
      if (next.until - this.#context.timers.now() < LEAST_MS) {
        queue.shift();
        next.places = undefined;
        next.finish({ kind: "unsent", error: TIMEOUT });
        continue;
      }
      if (!this.#fits(next)) break;
      queue.shift();
      this.#send(next);
    }
  }

  /**
   * The service has gone: gives up what it was not asked and told yet.
   *
   * @returns The questions and events, which wait nowhere now.
   */
  dissolve(): { asks: HookAsk[]; events: OfflineEvent[] } {
    this.#context.timers.clear(this.#retry);
    const asks = [...this.#verdicts, ...this.#ids];
    for (const ask of asks) {
      this.#queueOf(ask).remove(ask);
      ask.places = undefined;
    }
    const events = [...this.events.values()];
    this.events.clear();
    for (const event of events) event.lane = undefined;
    return { asks, events };
  }

  get #takesEvent(): boolean {
    const { link } = this.service;
    if (!this.#writable || link.unansweredCount >= MAX_PENDING) return false;
    if (this.#busyUntil > this.#context.timers.now()) return false;
    return this.hasty || (this.#unconfirmed < MAX_EVENTS &&
      this.#unconfirmedBytes < MAX_EVENT_BYTES &&
      link.outbox.unwritten < EVENT_MARK);
  }

  #queueOf(ask: HookAsk): FairQueue<HookAsk> {
    return ask.hook === "edge_online" ? this.#verdicts : this.#ids;
  }

  #fits(ask: HookAsk): boolean {
    return this.asks < MAX_ASKS && this.#writable &&
      (this.bytes === 0 || this.bytes + ask.bytes <= MAX_ASK_BYTES);
  }

  /** Whether nothing is asked about its address, and there is a place on top. */
  #fitsOnTop(ask: HookAsk): boolean {
    const { bytes, address } = ask;
    return bytes <= ON_TOP_BYTES && !this.#asked.has(address) &&
      !this.#queueOf(ask).has(address) && this.#writable &&
      this.asks < MAX_ASKS * (1 + ON_TOP) &&
      this.bytes + bytes <= MAX_ASK_BYTES * (1 + ON_TOP);
  }

  #send(ask: HookAsk): void {
    const { timers, timeoutMs } = this.#context;
    // An id is of no use later; a late consent is, for it must be taken back.
    const limitMs = ask.hook === "get_edge_id"
      ? Math.min(ask.until - timers.now(), timeoutMs)
      : timeoutMs;
    this.asks++;
    this.bytes += ask.bytes;
    const { address } = ask;
    this.#asked.set(address, (this.#asked.get(address) ?? 0) + 1);
    ask.places = this;
    ask.sent = true;
    const since = timers.now();
    ask.call = callHook(
      this.service,
      ask.hook,
      ask.value(),
      limitMs,
      (outcome) => {
        this.#count(ask.hook, outcome, since);
        this.#free(ask);
        // First, for the next question of the same admission goes ahead.
        ask.finish(outcome, this.service);
        this.pump();
      },
    );
  }

  #count(hook: Hook, { kind }: HookOutcome, since: number): void {
    const { tally, timers } = this.#context;
    tally?.asked(hook, kind, timers.now() - since);
  }

  #free(ask: HookAsk): void {
    if (ask.places !== this) return;
    ask.places = undefined;
    this.asks--;
    this.bytes -= ask.bytes;
    const left = this.#asked.get(ask.address)! - 1;
    if (left > 0) this.#asked.set(ask.address, left);
    else this.#asked.delete(ask.address);
  }

  #sendEvent(event: OfflineEvent): void {
    const { timers, timeoutMs } = this.#context;
    const body = encodeEdgeEvent(event);
    this.events.delete(event.id);
    event.lane = undefined;
    event.sent = true;
    this.#unconfirmed++;
    this.#unconfirmedBytes += body.length;
    const since = timers.now();
    callHook(this.service, "edge_offline", body, timeoutMs, (outcome) => {
      this.#count("edge_offline", outcome, since);
      this.#unconfirmed--;
      this.#unconfirmedBytes -= body.length;
      this.#onConfirmed(event, outcome);
      this.pump();
    });
  }

  #onConfirmed(event: OfflineEvent, outcome: HookOutcome): void {
    const { onEvent, timers } = this.#context;
    const busy = outcome.kind === "unsent" && outcome.error === SHORT_BUFFER;
    if (!busy) onEvent(event, outcome);
    else if (!this.service.online) {
      onEvent(event, { kind: "lost", error: outcome.error });
    } else {
      this.#busyUntil = timers.now() + BUSY_MS;
      event.sent = false;
      event.lane = this;
      this.events.set(event.id, event);
    }
  }

  /** Looks again soon when only the outbox is in the way, for nothing else tells. */
  #watch(): void {
    const { timers } = this.#context;
    const blocked = this.service.online &&
      (this.waiting > 0 && !this.#writable ||
        this.events.size > 0 && !this.#takesEvent);
    if (!blocked) timers.clear(this.#retry);
    else if (!this.#retry.armed) {
      timers.set(this.#retry, timers.now() + RETRY_MS);
    }
  }
}
