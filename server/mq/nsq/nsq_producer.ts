/**
 * Publishes to NSQ.
 *
 * @module
 */

import type { NsqConfig } from "../../config/mod.ts";
import { parseAddress } from "../../config/endpoints.ts";
import { ClientKeeper, type KeeperTurn } from "../client_keeper.ts";
import { clientTls } from "../client_tls.ts";
import { pause } from "../pause.ts";
import { problemOf } from "../problem.ts";
import type { BatchRule, Producer, ProducerState } from "../producer.ts";
import { type Outcome, type Publication, STORED } from "../publication.ts";
import { readSecret } from "../secret.ts";
import { NsqConnection, NsqRefusal } from "./nsq_connection.ts";
import { publishAll } from "./nsq_frames.ts";

/** Largest message where nobody says otherwise, in bytes. */
const USUAL_BYTES = 1_048_576;
/** Milliseconds that an attempt to connect may take. */
const CONNECT_MS = 5_000;
/** Refusals of nsqd that concern the message, not the moment. */
const FOR_GOOD = /^E_(BAD_TOPIC|BAD_MESSAGE|BAD_BODY|UNAUTHORIZED)/;

/**
 * Publishes batches, all messages of a topic in one command that nsqd takes as
 * a whole or not at all. An OK is a promise kept in nsqd's memory, unless nsqd
 * runs with `-mem-queue-size=0`.
 */
export class NsqProducer implements Producer {
  /** @inheritdoc */
  readonly kind = "nsq";
  /** @inheritdoc */
  readonly name = "nsq";
  /** @inheritdoc */
  readonly topics: readonly string[];
  /** @inheritdoc */
  readonly batch: BatchRule;
  /** @inheritdoc */
  onState: (() => void) | undefined = undefined;
  readonly #config: NsqConfig;
  readonly #maxBytes: number;
  readonly #keeper: ClientKeeper;
  #connection: NsqConnection | undefined = undefined;

  /**
   * @param config The configuration.
   */
  constructor(config: NsqConfig) {
    this.#config = config;
    this.#keeper = new ClientKeeper(
      config.addrs,
      (turn) => this.#use(turn),
      () => this.onState?.(),
    );
    this.topics = config.producer.topics;
    this.#maxBytes = config.producer.maxMessageBytes || USUAL_BYTES;
    this.batch = {
      maxMessages: 256,
      maxBytes: 1_048_576,
      lingerMs: config.lingerMs,
      concurrent: 1,
    };
  }

  /** @inheritdoc */
  get state(): ProducerState {
    return this.#keeper.state;
  }

  /** @inheritdoc */
  start(): void {
    this.#keeper.start();
  }

  /** @inheritdoc */
  refusal(_topic: string, bytes: number): string {
    if (bytes === 0) return "nsq takes no empty message";
    return bytes > this.#maxBytes
      ? `nsq takes at most ${this.#maxBytes} bytes of data (max_message_bytes), not ${bytes}`
      : "";
  }

  /** @inheritdoc */
  async publish(batch: readonly Publication[]): Promise<readonly Outcome[]> {
    const outcomes: Outcome[] = [];
    // Messages of one topic that follow each other go together: that keeps their order.
    for (let at = 0; at < batch.length;) {
      let end = at + 1;
      while (end < batch.length && batch[end]!.topic === batch[at]!.topic) {
        end++;
      }
      outcomes.push(...await this.#publishTopic(batch.slice(at, end)));
      at = end;
    }
    return outcomes;
  }

  /** @inheritdoc */
  close(): Promise<void> {
    return this.#keeper.close();
  }

  async #publishTopic(
    messages: readonly Publication[],
  ): Promise<readonly Outcome[]> {
    const connection = this.#connection;
    if (connection === undefined) {
      return messages.map(() => ({
        kind: "again",
        reason: "no connection",
        stored: "no",
      }));
    }
    try {
      await connection.ask(
        publishAll(messages[0]!.topic, messages.map(({ data }) => data)),
      );
      return messages.map(() => STORED);
    } catch (error) {
      const reason = problemOf(error);
      if (!(error instanceof NsqRefusal)) {
        return messages.map(() => ({ kind: "again", reason, stored: "maybe" }));
      }
      if (!FOR_GOOD.test(reason)) {
        return messages.map(() => ({ kind: "again", reason, stored: "no" }));
      }
      if (messages.length === 1) {
        return [{ kind: "refused", reason: `nsqd answers ${reason}` }];
      }
      return await this.#oneByOne(messages);
    }
  }

  /** One message has spoilt them all: each is sent alone, and that one is found. */
  async #oneByOne(
    messages: readonly Publication[],
  ): Promise<readonly Outcome[]> {
    const outcomes: Outcome[] = [];
    for (const message of messages) {
      // Every refusal has closed the connection.
      for (let i = 0; i < 20 && this.#connection === undefined; i++) {
        await pause(100, this.#keeper.signal);
      }
      outcomes.push(...await this.#publishTopic([message]));
    }
    return outcomes;
  }

  /** Uses an nsqd until its connection is lost, which is thrown. */
  async #use({ addr, lost, works }: KeeperTurn): Promise<void> {
    const connection = await this.#open(addr);
    try {
      this.#connection = connection;
      works();
      await Promise.race([connection.lost, lost]);
    } finally {
      this.#connection = undefined;
      connection.end("closed");
    }
  }

  async #open(addr: string): Promise<NsqConnection> {
    const { host, port } = parseAddress(addr);
    const { tls, authSecret } = this.#config;
    const timer = new AbortController();
    const timeout = setTimeout(() => timer.abort(), CONNECT_MS);
    try {
      return await NsqConnection.open({
        host: host === "" ? "127.0.0.1" : host,
        port,
        tls: clientTls(tls),
        authSecret: readSecret(authSecret, "mqm.nsq.auth_secret"),
      }, AbortSignal.any([timer.signal, this.#keeper.signal]));
    } finally {
      clearTimeout(timeout);
    }
  }
}
