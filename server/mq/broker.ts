/**
 * A broker as a target.
 *
 * @module
 */

import {
  BROKER_UNAVAILABLE,
  type DataBody,
  FORCE_CLOSED,
  MESSAGE_REFUSED_PREFIX,
  OUTCOME_UNKNOWN,
  SHORT_BUFFER,
  type Timers,
} from "@frontier/proto/internal";
import type { Logger } from "@frontier/platform/log";
import type { Answers } from "../exchange/answers.ts";
import type { Call } from "../exchange/call.ts";
import type { Calls } from "../exchange/calls.ts";
import type { Target } from "../exchange/target.ts";
import type { Account, Holder, Share } from "../quota/account.ts";
import { CALLS, QUEUED } from "../quota/kinds.ts";
import type { Ledger } from "../quota/ledger.ts";
import { BrokerFigures } from "./broker_figures.ts";
import { inTime } from "./in_time.ts";
import type { Producer } from "./producer.ts";
import type { Ending, Publication } from "./publication.ts";
import type { TopicHeaders } from "./topic_headers.ts";
import { StrayErrors } from "@frontier/platform/internal";
import { PublishQueue, type Waiting } from "./publish_queue.ts";

/** Bytes that a message in the queue costs beside its data. */
const RECORD_BYTES = 512;
/** Milliseconds that a broker may be away before messages are refused at once instead of waiting for it. */
const PATIENCE_MS = 2_000;

/** Bounds of one broker. */
export interface BrokerLimits {
  /** Messages that wait or are under way, of all edges together. */
  readonly maxMessages: number;
  /** Bytes of messages that wait or are under way, of all edges together. */
  readonly maxBytes: number;
  /** Milliseconds until a message is answered. */
  readonly deadlineMs: number;
}

/** What a {@linkcode Broker} needs. */
export interface BrokerContext {
  /** Counts what every edge has in the queue. */
  readonly ledger: Ledger;
  /** Knows what has no answer. */
  readonly calls: Calls;
  /** Answers those who asked. */
  readonly answers: Answers;
  /** The clock and its timers. */
  readonly timers: Timers;
  /** The wall clock in Unix milliseconds. */
  readonly wallClock: () => number;
  /** Makes the ids of messages. */
  readonly newId: () => string;
  /** Where to report. */
  readonly log: Logger;
}

/**
 * A broker that takes topics: messages wait in a queue of its own, bounded by
 * number and bytes, in which no edge has more than its share. A message is
 * acknowledged when the broker has it, and answered in bounded time whatever the
 * broker does. A broker that fails slows nobody else.
 */
export class Broker implements Target, Holder {
  /** @inheritdoc */
  readonly encoding = "value";
  /** @inheritdoc */
  readonly charged = false;
  /** @inheritdoc */
  account: Account | undefined = undefined;
  /** Its client. */
  readonly producer: Producer;
  /** What happened so far. */
  readonly figures = new BrokerFigures();
  readonly #limits: BrokerLimits;
  readonly #headers: TopicHeaders;
  readonly #context: BrokerContext;
  readonly #queue: PublishQueue;
  readonly #shares: Map<Waiting, Share> = new Map();
  /** Since when it cannot be published to; `undefined` while it can. */
  #awaySince: number | undefined;
  /** What was logged last. */
  #said = "";
  #closed = false;
  readonly #stray = new StrayErrors();

  /**
   * Starts the producer.
   *
   * @param producer Its client.
   * @param limits Bounds.
   * @param headers What messages carry beside their data.
   * @param context What all brokers share.
   */
  constructor(
    producer: Producer,
    limits: BrokerLimits,
    headers: TopicHeaders,
    context: BrokerContext,
  ) {
    this.producer = producer;
    this.#limits = limits;
    this.#headers = headers;
    this.#context = context;
    this.#awaySince = context.timers.now();
    this.#queue = new PublishQueue({
      producer,
      deadlineMs: limits.deadlineMs,
      timers: context.timers,
      released: (waiting) => this.#released(waiting),
    });
    producer.onState = () => this.#onState();
    producer.start();
  }

  /** @inheritdoc */
  get draining(): boolean {
    return this.#closed;
  }

  /** Messages that wait or are under way. */
  get queued(): number {
    return this.#context.ledger.used(CALLS, this);
  }

  /** Bytes of messages that wait or are under way. */
  get queuedBytes(): number {
    return this.#context.ledger.used(QUEUED, this);
  }

  /** Messages that the broker has been sent and has not answered. */
  get underWay(): number {
    return this.#queue.underWay;
  }

  /** @inheritdoc */
  describe(): string {
    return `broker ${this.producer.name}`;
  }

  /** @inheritdoc */
  offer(call: Call, body: DataBody): string {
    if (this.#closed) return FORCE_CLOSED;
    const reason = this.#take(call, body);
    if (reason === BROKER_UNAVAILABLE) this.figures.unavailable++;
    else if (reason === SHORT_BUFFER) this.figures.full++;
    else if (reason !== "") this.figures.refused++;
    return reason;
  }

  /** @inheritdoc */
  cancel(_call: Call): void {
    // Only requests are canceled, and a broker is offered none.
  }

  /**
   * Takes no more messages, waits for those that are there, and closes the
   * client.
   *
   * @param deadlineMs Longest wait for the messages, in milliseconds.
   */
  async close(deadlineMs: number): Promise<void> {
    this.#closed = true;
    await inTime(this.#queue.drain(), deadlineMs).catch(() => {});
    const left = this.#queue.size;
    this.#queue.abandon("gateway shuts down");
    if (left > 0) {
      this.#context.log.warn("Messages for a broker were given up", {
        broker: this.producer.name,
        messages: left,
      });
    }
    this.producer.onState = undefined;
    await this.producer.close();
    this.#stray[Symbol.dispose]();
  }

  #take(call: Call, body: DataBody): string {
    if (call.kind === "request") return FORCE_CLOSED;
    const topic = body.topicText();
    const { producer } = this;
    const edge = call.source!;
    const { ledger, timers, wallClock, newId, calls, answers } = this.#context;
    if (
      this.#awaySince !== undefined &&
      timers.now() - this.#awaySince >= PATIENCE_MS
    ) return BROKER_UNAVAILABLE;
    const data = body.valueBytes();
    const rule = producer.refusal(topic, data.length);
    if (rule !== "") return MESSAGE_REFUSED_PREFIX + rule;
    const { maxMessages, maxBytes } = this.#limits;
    const { holder } = edge;
    const bytes = data.length + RECORD_BYTES;
    const share = ledger.take(QUEUED, holder, this, bytes, maxBytes);
    if (share === undefined) return SHORT_BUFFER;
    if (ledger.take(CALLS, holder, this, 1, maxMessages) === undefined) {
      ledger.give(share, QUEUED, bytes);
      return SHORT_BUFFER;
    }
    const headers = this.#headers.of(topic);
    const publication: Publication = {
      topic,
      data,
      edge: edge.id,
      meta: headers.meta ? edge.meta : undefined,
      headers,
      id: newId(),
      at: wallClock(),
    };
    const began = timers.now();
    const done = (ending: Ending) => {
      const { figures } = this;
      calls.leave(call);
      switch (ending.kind) {
        case "stored":
          figures.stored(timers.now() - began);
          answers.accept(call);
          break;
        case "refused":
          figures.refused++;
          answers.fail(call, MESSAGE_REFUSED_PREFIX + ending.reason, "not-run");
          break;
        case "unsent":
          figures.unavailable++;
          answers.fail(call, BROKER_UNAVAILABLE, "not-run");
          break;
        case "unknown":
          figures.unknown++;
          this.#context.log.debug("Outcome of a message is unknown", {
            broker: producer.name,
            id: publication.id,
            problem: ending.reason,
          });
          answers.fail(call, OUTCOME_UNKNOWN, "unknown");
      }
      calls.release(call);
    };
    const waiting = this.#queue.push(publication, holder, done);
    this.#shares.set(waiting, share);
    return "";
  }

  #released(waiting: Waiting): void {
    const share = this.#shares.get(waiting)!;
    this.#shares.delete(waiting);
    const { ledger } = this.#context;
    ledger.give(share, CALLS, 1);
    ledger.give(
      share,
      QUEUED,
      waiting.publication.data.length + RECORD_BYTES,
    );
  }

  #onState(): void {
    const { state, name } = this.producer;
    const { log, timers } = this.#context;
    const up = state.kind === "up";
    if (up) this.#awaySince = undefined;
    else this.#awaySince ??= timers.now();
    const said = state.kind === "down"
      ? `${state.kind} ${state.problem}`
      : state.kind;
    if (said !== this.#said && state.kind !== "connecting") {
      this.#said = said;
      if (up) log.info("Broker can be published to", { broker: name });
      else if (state.kind === "down") {
        log.warn("Broker cannot be published to, trying again", {
          broker: name,
          problem: state.problem,
        });
      }
    }
    if (up) this.#queue.pump();
  }
}
