/**
 * Publishes to NSQ.
 *
 * @module
 */

import { parseAddress, readSecret } from "@frontier/platform/config";
import type { NsqConfig } from "../../config/mod.ts";
import { ClientKeeper, type KeeperTurn } from "../client_keeper.ts";
import { clientTls } from "../client_tls.ts";
import { allAgain, KeptProducer, sizeLimit } from "../kept_producer.ts";
import { pause } from "../pause.ts";
import { problemOf } from "../problem.ts";
import { type Outcome, type Publication, STORED } from "../publication.ts";
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
export class NsqProducer extends KeptProducer {
  /** @inheritdoc */
  readonly kind = "nsq";
  /** @inheritdoc */
  readonly name = "nsq";
  readonly #config: NsqConfig;
  readonly #maxBytes: number;
  readonly #keeper: ClientKeeper;
  #connection: NsqConnection | undefined = undefined;

  /**
   * @param config The configuration.
   */
  constructor(config: NsqConfig) {
    super(config.producer.topics, {
      maxMessages: 256,
      maxBytes: 1_048_576,
      lingerMs: config.lingerMs,
      concurrent: 1,
    });
    this.#config = config;
    this.#keeper = new ClientKeeper(
      config.addrs,
      (turn) => this.#use(turn),
      () => this.onState?.(),
    );
    this.#maxBytes = config.producer.maxMessageBytes || USUAL_BYTES;
  }

  /** @inheritdoc */
  protected override get keeper(): ClientKeeper {
    return this.#keeper;
  }

  /** @inheritdoc */
  override refusal(_topic: string, bytes: number): string {
    if (bytes === 0) return "nsq takes no empty message";
    return sizeLimit("nsq", this.#maxBytes, "max_message_bytes", bytes);
  }

  /** @inheritdoc */
  override async publish(
    batch: readonly Publication[],
  ): Promise<readonly Outcome[]> {
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

  async #publishTopic(
    messages: readonly Publication[],
  ): Promise<readonly Outcome[]> {
    const connection = this.#connection;
    if (connection === undefined) {
      return allAgain(messages, "no connection", "no");
    }
    try {
      await connection.ask(
        publishAll(messages[0]!.topic, messages.map(({ data }) => data)),
      );
      return messages.map(() => STORED);
    } catch (error) {
      const reason = problemOf(error);
      if (!(error instanceof NsqRefusal)) {
        return allAgain(messages, reason, "maybe");
      }
      if (!FOR_GOOD.test(reason)) {
        return allAgain(messages, reason, "no");
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
